import { KplayError } from '../../errors.ts'
import { truthy } from '../equality.ts'
import { failure, isDictionary, isList } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import { ask, files, inlineOptions, opened, option } from './lookup.ts'
import type { Lookups, Query } from './lookup.ts'

/** The text of a file that must be there. */
function read(
  query: Query,
  name: string,
  kind: 'files' | 'templates' | 'vars',
): { readonly path: string; readonly source: string } {
  const port = files(query)
  const path = port.resolve(name, kind)
  const source = path === undefined ? undefined : port.readText(path)
  if (path === undefined || source === undefined)
    throw new KplayError('NOT_FOUND', `the lookup ${query.name} finds no file ${name}`)
  return { path, source }
}

const refused = (why: string): { readonly run: () => never } => ({
  run: () => {
    throw failure(why)
  },
})

/** Paths that a `first_found` may take, in their order. */
function candidates(query: Query, terms: List): string[] {
  return terms.flatMap((term) => {
    if (isList(term)) return candidates(query, term)
    if (!isDictionary(term)) return [text(term)]
    const list = (key: string): string[] => {
      const value = term.get(key) ?? []
      return isList(value) ? value.map(text) : text(value).split(/[,;:]/)
    }
    const [names, paths] = [list('files'), list('paths')]
    if (paths.length === 0) return names
    return names.length === 0 ? paths : paths.flatMap((path) => names.map((name) => `${path}/${name}`))
  })
}

function firstFound(query: Query): List {
  const port = files(query)
  const fromOptions =
    query.options.has('files') || query.options.has('paths') ? [new Map<Operand, Operand>(query.options)] : []
  const terms = [...query.terms, ...fromOptions]
  for (const candidate of candidates(query, terms)) {
    const path =
      port.resolve(candidate, 'files') ?? port.resolve(candidate, 'templates') ?? port.resolve(candidate, 'vars')
    if (path !== undefined) return [path]
  }
  const skip =
    truthy(option(query, 'skip', false)) ||
    opened(terms).some((term) => isDictionary(term) && truthy(term.get('skip') ?? false))
  if (skip) return []
  throw new KplayError('NOT_FOUND', `first_found finds none of: ${candidates(query, terms).join(', ')}`)
}

function csv(query: Query): List {
  const [first, ...rest] = query.terms
  const given = new Map([...inlineOptions(rest[0] ?? text(first ?? '').replace(/^\S+/, '')), ...query.options])
  const key = text(first ?? '').split(' ')[0] ?? ''
  const delimiter = text(given.get('delimiter') ?? 'TAB').replace(/^(?:TAB|\\t)$/, '\t')
  const { source } = read(query, text(given.get('file') ?? 'ansible.csv'), 'files')
  const column = Number(text(given.get('col') ?? 1))
  const row = source
    .split(/\r?\n/)
    .map((line) => line.split(delimiter))
    .find(([name]) => name === key)
  return row ? [row[column] ?? ''] : given.has('default') ? [given.get('default') ?? null] : []
}

/** A key of a section of an ini file, or of a file of properties. */
function ini(query: Query): List {
  const given = (name: string, term: ReadonlyMap<string, Operand>, fallback: Operand): Operand =>
    term.get(name) ?? option(query, name, fallback)
  return query.terms.map((term) => {
    const inline = inlineOptions(term)
    const key = text(term).split(' ')[0] ?? ''
    const { source } = read(query, text(given('file', inline, 'ansible.ini')), 'files')
    const section = given('type', inline, 'ini') === 'properties' ? '' : text(given('section', inline, 'global'))
    const found = readIni(source).get(section)?.get(key.toLowerCase())
    return found === undefined ? given('default', inline, '') : found
  })
}

function readIni(source: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>([['', new Map()]])
  let current = ''
  for (const line of source.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)
    const [, key, value = ''] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (header) current = header[1] ?? ''
    else if (key !== undefined) sections.get(current)?.set(key.toLowerCase(), value)
    if (header && !sections.has(current)) sections.set(current, new Map())
  }
  return sections
}

export const fileLookups: Lookups = {
  file: {
    run: (query) =>
      opened(query.terms).map((term) => {
        const { source } = read(query, text(term), 'files')
        const right = truthy(option(query, 'rstrip', true)) ? source.trimEnd() : source
        return truthy(option(query, 'lstrip', false)) ? right.trimStart() : right
      }),
  },
  template: {
    run: (query) =>
      opened(query.terms).map((term) => {
        const { path, source } = read(query, text(term), 'templates')
        const more = option(query, 'template_vars')
        const names = isDictionary(more)
          ? Array.from(more, ([key, value]): [string, Operand] => [text(key), value])
          : []
        return query.around.renderFile(path, source, new Map(names))
      }),
  },
  env: {
    run: (query) =>
      opened(query.terms).map((term) => {
        const value = files(query).env(text(term))
        return value !== undefined && value !== ''
          ? value
          : query.options.has('default')
            ? option(query, 'default')
            : ''
      }),
  },
  fileglob: { run: (query) => opened(query.terms).flatMap((term) => files(query).glob(text(term))) },
  first_found: { run: firstFound },
  csvfile: { run: csv },
  pipe: { run: (query) => opened(query.terms).map((term) => ask(query, 'pipe', text(term))) },
  url: { run: (query) => opened(query.terms).map((term) => ask(query, 'url', text(term))) },
  lines: {
    run: (query) =>
      opened(query.terms).flatMap((term) => {
        const answer = ask(query, 'lines', text(term))
        return isList(answer) ? [...answer] : text(answer).split('\n')
      }),
  },
  password: refused(
    'the lookup password is not supported: it would write a file on the controller while a template is rendered',
  ),
  unvault: refused('the lookup unvault is not supported: read the file by vars_files'),
  config: refused('the lookup config is not supported'),
  ini: { run: ini },
}
