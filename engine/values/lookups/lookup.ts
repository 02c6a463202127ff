import type { Value } from '../../value.ts'
import { failure, isDictionary, isList } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import type { Files, Surroundings } from '../surroundings.ts'

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

/** `start=1 end=5` and dicts: options written within a term. */
export function inlineOptions(term: Operand): ReadonlyMap<string, Operand> {
  if (isDictionary(term)) return new Map(Array.from(term, ([key, value]) => [text(key), value]))
  const pairs = [...text(term).matchAll(/(\w+)=(?:"([^"]*)"|'([^']*)'|(\S+))/g)]
  return new Map(pairs.map(([, key = '', double, single, bare]) => [key, double ?? single ?? bare ?? '']))
}

/** An answer that must be waited for. */
export function ask(query: Query, kind: 'pipe' | 'url' | 'lines', subject: string): Value {
  const { ports } = query.around.variables
  if (!ports.ask) throw failure(`the lookup ${query.name} is not available here`)
  return ports.ask(kind, subject, query.options as ReadonlyMap<string, Value>)
}
