import type { Place } from '../../errors.ts'
import { isDict, type Raw, type Value, type Vars } from '../../value.ts'
import { typeName } from '../../values/operand.ts'
import { NO_VARS } from '../vars.ts'
import type { Source } from './source.ts'

/** A dict of variables as it came from a program or a format without places. */
export function varsOf(
  what: string,
  value: Value | undefined,
  source: Source,
  place: Place,
  rawOf: (value: Value) => Raw,
): Vars {
  if (value === undefined) return NO_VARS
  const dict = dictOf(what, value, source, place)
  return dict ? new Map([...dict].map(([name, item]) => [name, { value: rawOf(item), place }])) : NO_VARS
}

/** A dict with text as keys; anything else is a problem. */
export function dictOf(
  what: string,
  value: Value,
  { problems }: Source,
  place: Place,
): ReadonlyMap<string, Value> | undefined {
  if (isDict(value)) return value as ReadonlyMap<string, Value>
  problems.add('BAD_YAML', `${what} is a map, not ${article(value)}`, { place })
  return undefined
}

/** A list of names; anything else is a problem. */
export function namesOf(what: string, value: Value | undefined, { problems }: Source, place: Place): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value
  problems.add('BAD_YAML', `${what} is a list of names, not ${article(value)}`, { place })
  return []
}

const article = (value: Value): string =>
  value === null ? 'nothing' : Array.isArray(value) ? 'a list' : isDict(value) ? 'a map' : `${typeName(value)}`
