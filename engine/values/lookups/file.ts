import { KplayError } from '../../errors.ts'
import { truthy } from '../equality.ts'
import { isDictionary, isList } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import type { Syntax } from '../syntax.ts'
import { files, opened, option, read } from './lookup.ts'
import type { Lookups, Query } from './lookup.ts'

/** Paths that a `first_found` may take, in their order. */
function candidates(query: Query, terms: List): string[] {
  return terms.flatMap((term) => {
    if (isList(term)) return candidates(query, term)
    const list = (key: string): string[] => {
      const value = (isDictionary(term) ? term.get(key) : undefined) ?? query.options.get(key) ?? []
      return isList(value) ? value.flatMap((item) => listed(key, item)) : listed(key, value)
    }
    const names = isDictionary(term) ? list('files') : listed('files', term)
    const paths = list('paths')
    if (paths.length === 0) return names
    return names.length === 0 ? paths : paths.flatMap((path) => names.map((name) => `${path}/${name}`))
  })
}

/** Names may be written as one text: paths with `:` between them, both with commas and semicolons. */
const listed = (key: string, value: Operand): string[] => text(value).split(key === 'paths' ? /[,:;]/ : /[,;]/)

function firstFound(query: Query): List {
  const port = files(query)
  const terms = query.terms.length > 0 ? query.terms : [new Map<Operand, Operand>(query.options)]
  const all = candidates(query, terms)
  for (const candidate of all) {
    const path =
      port.resolve(candidate, 'files') ?? port.resolve(candidate, 'templates') ?? port.resolve(candidate, 'vars')
    if (path !== undefined) return [path]
  }
  const skip =
    truthy(option(query, 'skip', false)) ||
    opened(terms).some((term) => isDictionary(term) && truthy(term.get('skip') ?? false))
  if (skip) return []
  throw new KplayError('NOT_FOUND', `first_found finds none of: ${all.join(', ')}`, {
    hint: 'skip: true accepts that there is none',
  })
}

/** What the options of the lookup `template` say about its syntax. */
function syntaxOf(query: Query): Syntax {
  const marks = {
    variableStart: 'variable_start_string',
    variableEnd: 'variable_end_string',
    blockStart: 'block_start_string',
    blockEnd: 'block_end_string',
    commentStart: 'comment_start_string',
    commentEnd: 'comment_end_string',
  }
  const written = Object.entries(marks).filter(([, name]) => option(query, name) !== null)
  const flags = Object.entries({ trimBlocks: 'trim_blocks', lstripBlocks: 'lstrip_blocks' })
  const syntax: Record<string, string | boolean> = Object.fromEntries<string | boolean>([
    ...written.map(([key, name]) => [key, text(option(query, name))] as const),
    ...flags.flatMap(([key, name]) => (query.options.has(name) ? [[key, truthy(option(query, name))] as const] : [])),
  ])
  return syntax
}

/** What templates say about themselves when nobody sets it. */
const MANAGED: [string, Operand] = ['ansible_managed', 'Ansible managed']

function renderTemplate(query: Query, term: Operand): Operand {
  const { path, source } = read(query, text(term), 'templates')
  const more = option(query, 'template_vars')
  const names = new Map<string, Operand>([
    ['template_path', text(term)],
    ['template_fullpath', path],
    ...(query.around.variables.get('ansible_managed') === undefined ? [MANAGED] : []),
    ...(isDictionary(more) ? Array.from(more, ([key, value]): [string, Operand] => [text(key), value]) : []),
  ])
  return query.around.renderFile({ file: path, source, syntax: syntaxOf(query) }, names)
}

export const fileLookups: Lookups = {
  file: {
    run: (query) =>
      opened(query.terms).map((term) => {
        const { source } = read(query, text(term), 'files')
        const left = truthy(option(query, 'lstrip', false)) ? source.trimStart() : source
        return truthy(option(query, 'rstrip', true)) ? left.trimEnd() : left
      }),
  },
  unvault: { run: (query) => opened(query.terms).map((term) => read(query, text(term), 'files').source) },
  template: { run: (query) => opened(query.terms).map((term) => renderTemplate(query, term)) },
  fileglob: { run: (query) => opened(query.terms).flatMap((term) => files(query).glob(text(term))) },
  first_found: { run: firstFound },
}
