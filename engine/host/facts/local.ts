import type { Facts } from '../facts.ts'
import type { Plain } from '../../value.ts'
import type { Source } from './source.ts'

/**
 * /etc/ansible/facts.d/*.fact: JSON or INI, by the file's name; of a file that can be executed, what it prints.
 */
export function localFacts(source: Source, nonce: string): Facts {
  const files = source.section('local').split(`${nonce}+`).slice(1)
  return {
    local: Object.fromEntries(
      files.map((text) => {
        const end = text.indexOf('\n')
        const path = text.slice(0, end)
        return [path.replace(/^.*\/|\.fact$/g, ''), parseFact(text.slice(end + 1).trim(), path)]
      }),
    ),
  }
}

function parseFact(text: string, path: string): Plain {
  try {
    return JSON.parse(text) as Plain
  } catch {
    const sections = parseIni(text)
    if (!sections) return `error loading facts as JSON or ini - please check content: ${path}`
    return interpolated(sections) ?? `error loading facts as ini - please check content: ${path}`
  }
}

type Section = Readonly<Record<string, string>>

/** As configparser does: DEFAULT holds for all sections, `%(key)s` is the value of that key and `%%` a per cent sign. */
function interpolated({ DEFAULT = {}, ...sections }: Readonly<Record<string, Section>>): Plain | undefined {
  try {
    return Object.fromEntries(
      Object.entries(sections).map(([heading, own]) => {
        const all = { ...DEFAULT, ...own }
        return [heading, Object.fromEntries(Object.entries(all).map(([key, value]) => [key, interpolate(value, all)]))]
      }),
    )
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const DEEPEST = 10

function interpolate(value: string, section: Section, depth = 0): string {
  return value.replace(/%(?:%|\(([^)]+)\)s)?/g, (found, key?: string) => {
    if (found === '%%') return '%'
    const other = key === undefined ? undefined : section[key.toLowerCase()]
    if (other === undefined || depth === DEEPEST) throw new RangeError(`${found} stands for nothing`)
    return interpolate(other, section, depth + 1)
  })
}

/** Sections of `key = value` or `key: value` lines, as Python's configparser reads them; keys in lower case. */
function parseIni(text: string): Record<string, Section> | undefined {
  const sections: Record<string, Record<string, string>> = {}
  let current: Record<string, string> | undefined
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue
    const heading = /^\[(.+)\]$/.exec(line)?.[1]
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line)
    if (heading !== undefined) current = sections[heading] ??= {}
    else if (current && pair) current[(pair[1] ?? '').toLowerCase()] = pair[2] ?? ''
    else return undefined
  }
  return sections
}
