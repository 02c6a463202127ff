import { KplayError } from '../../errors.ts'
import type { Value } from '../../value.ts'
import { failure, isDictionary, isList } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import type { Files, Surroundings, Waiting } from '../surroundings.ts'

/** One use of a lookup: its terms, its options, and where it happens. */
export interface Query {
  readonly name: string
  readonly terms: List
  readonly options: ReadonlyMap<string, Operand>
  readonly around: Surroundings
}

/** A lookup answers a list. What it reads is data. */
export interface Lookup {
  readonly run: (query: Query) => List
}

export type Lookups = Readonly<Record<string, Lookup>>

export const option = ({ options }: Query, name: string, fallback: Operand = null): Operand =>
  options.get(name) ?? fallback

export function files({ name, around }: Query): Files {
  const { files } = around.variables.ports
  if (!files) throw failure(`the lookup ${name} cannot read files here`)
  return files
}

/** Terms with lists among them opened one level, as most lookups take them. */
export const opened = (terms: List): List => terms.flatMap((term) => (isList(term) ? [...term] : [term]))

/** The text of a file that must be there; UTF-8 unless another encoding is named. */
export function read(
  query: Query,
  name: string,
  kind: 'files' | 'templates' | 'vars',
  encoding?: string,
): { readonly path: string; readonly source: string } {
  const port = files(query)
  const path = port.resolve(name, kind)
  const source = path === undefined ? undefined : port.readText(path, encoding)
  if (path === undefined || source === undefined)
    throw new KplayError('NOT_FOUND', `the lookup ${query.name} finds no file ${name}`)
  return { path, source }
}

const PAIR = /(\w+)=(?:"([^"]*)"|'([^']*)'|(\S*))/g

/** `start=1 end=5` and dicts: options written within a term. */
export function inlineOptions(term: Operand): ReadonlyMap<string, Operand> {
  if (isDictionary(term)) return new Map(Array.from(term, ([key, value]) => [text(key), value]))
  const pairs = [...text(term).matchAll(PAIR)]
  return new Map(pairs.map(([, key = '', double, single, bare]) => [key, double ?? single ?? bare ?? '']))
}

/** The term itself, the options within it taken away. */
export const withoutOptions = (term: string): string => term.replace(PAIR, '').trim().replace(/\s+/g, ' ')

/** An answer that must be waited for. */
export function ask(query: Query, kind: Waiting, subject: string): string {
  const { ports } = query.around.variables
  if (!ports.ask) throw failure(`the lookup ${query.name} is not available here`)
  return ports.ask(kind, subject, query.options as ReadonlyMap<string, Value>)
}
