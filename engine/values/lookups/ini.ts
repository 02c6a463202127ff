import { truthy } from '../equality.ts'
import { failure } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import { pythonRegex } from '../regex.ts'
import { inlineOptions, option, read, withoutOptions } from './lookup.ts'
import type { Lookup, Query } from './lookup.ts'

/** A key of a section of an ini file, or of a file of Java properties. */
export const iniLookup: Lookup = { run: ini }

type Section = ReadonlyMap<string, string | null>

function ini(query: Query): List {
  return query.terms.flatMap((term) => {
    const inline = inlineOptions(text(term))
    const unknown = [...inline.keys(), ...query.options.keys()].find((name) => !OPTIONS.includes(name))
    if (unknown !== undefined)
      throw failure(`the lookup ini: ${unknown} is not a valid option`, `it has: ${OPTIONS.join(', ')}`)
    const given = (name: string, fallback: Operand): Operand => inline.get(name) ?? option(query, name, fallback)
    const flag = (name: string, fallback = false): boolean => truthy(given(name, fallback))
    const file = text(given('file', 'ansible.ini'))
    const properties = text(given('type', 'ini')) === 'properties'
    const name = properties ? PROPERTIES : text(given('section', 'global'))
    const { source } = read(query, file, 'files', text(given('encoding', 'utf-8')))
    const sections = readIni(properties ? `[${PROPERTIES}]\n${source}` : source, {
      file,
      fold: !flag('case_sensitive'),
      valueless: flag('allow_no_value') || flag('allow_none'),
    })
    const section = sections.get(name)
    if (!section) throw failure(`the lookup ini: No section '${name}' in ${file}`)
    const value = flag('interpolation', true)
      ? (key: string) => interpolate(section, key)
      : (key: string) => section.get(key)
    const key = withoutOptions(text(term)).split(' ')[0] ?? ''
    if (key === '')
      throw failure('the lookup ini: No key to look up was provided as first term within string inline options')
    if (flag('re')) {
      const matches = (each: string): boolean => pythonRegex(key, {}, 'start').test(each)
      return [...section.keys()].filter(matches).map((each) => value(each) ?? '')
    }
    const found = value(flag('case_sensitive') ? key : key.toLowerCase())
    if (found === null) return []
    return [found === undefined ? given('default', '') : found]
  })
}

const OPTIONS = `allow_no_value allow_none case_sensitive default encoding file interpolation re section type`.split(
  ' ',
)
const PROPERTIES = 'java_properties'

interface Dialect {
  readonly file: string
  readonly fold: boolean
  readonly valueless: boolean
}

/** Sections as Python's configparser reads them; those of DEFAULT are in every one. */
export function readIni(source: string, { file, fold, valueless }: Dialect): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string | null>>([['DEFAULT', new Map()]])
  let section: Map<string, string | null> | undefined
  let last: string | undefined
  for (const [index, line] of source.split(/\r?\n/).entries()) {
    const broken = (why: string): Error => failure(`the lookup ini cannot read line ${index + 1} of ${file}: ${why}`)
    if (/^\s*(?:[#;].*)?$/.test(line)) continue
    const header = /^\[([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string | null>()
      sections.set(header, section)
      last = undefined
    } else if (!section) throw broken('it stands before any section')
    else if (/^\s/.test(line) && last !== undefined) section.set(last, `${section.get(last) ?? ''}\n${line.trim()}`)
    else {
      const [, name = '', value] = /^\s*([^=:]*?)\s*(?:[=:]\s*(.*?)\s*)?$/.exec(line) ?? []
      if (value === undefined && !valueless) throw broken('it has neither = nor :')
      last = fold ? name.toLowerCase() : name
      if (section.has(last))
        throw failure(`the lookup ini: Duplicate option in ${file}: line ${index + 1} says ${name} again`)
      section.set(last, value ?? null)
    }
  }
  const common = sections.get('DEFAULT') ?? new Map<string, string | null>()
  return new Map([...sections].map(([name, own]) => [name, new Map([...common, ...own])]))
}

/** `%(name)s` is the value of another key, `%%` a percent sign. */
function interpolate(section: Section, key: string, depth = 0): string | null | undefined {
  if (depth > 10) throw failure(`the lookup ini: ${key} is built from itself`)
  return (
    section.get(key)?.replace(/%%|%\(([^)]+)\)s|%/g, (whole, name?: string) => {
      if (whole === '%%') return '%'
      const value = name === undefined ? undefined : interpolate(section, name.toLowerCase(), depth + 1)
      if (value === undefined)
        throw failure(
          name === undefined
            ? `the lookup ini: a lone % in the value of ${key}`
            : `the lookup ini: ${key} needs ${name}, which is not there`,
          'write %% for a percent sign, or interpolation=false',
        )
      return value ?? ''
    }) ?? (section.has(key) ? null : undefined)
  )
}
