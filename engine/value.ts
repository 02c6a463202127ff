import type { Place } from './errors.ts'

/**
 * Values as playbook authors mean them, that is Python's: int and float are distinct and ints exact, dicts keep
 * their order and the type of their keys.
 *
 * - int: a JavaScript number that is a safe integer, else a bigint. A number with a fraction never occurs.
 * - float: a Float, also when it is whole (`1.0`).
 * - dict: a Map.
 */
export type Value = null | boolean | number | bigint | Float | string | readonly Value[] | Dict
export type Dict = ReadonlyMap<Value, Value>

/** A value whose text leaves may still have to be rendered. Only `read/` makes them: what comes from hosts is data. */
export type Raw =
  null | boolean | number | bigint | Float | string | Template | Encrypted | readonly Raw[] | ReadonlyMap<Value, Raw>

/** A Python float. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/**
 * Text with `{{ }}` or `{% %}` that somebody we trust wrote: a playbook, role, inventory, variable file or `-e`.
 * Compiled once, by `values/`. An `expression` is what stands in `when:` and its kin: no braces around it.
 */
export class Template {
  readonly source: string
  readonly place: Place | undefined
  readonly expression: boolean

  constructor(source: string, place?: Place, { expression = false }: { expression?: boolean } = {}) {
    this.source = source
    this.place = place
    this.expression = expression
  }
}

/** Text that a vault encrypts (`!vault`). It is decrypted when somebody uses it, and what comes out is data. */
export class Encrypted {
  readonly ciphertext: string
  readonly place: Place | undefined

  constructor(ciphertext: string, place?: Place) {
    this.ciphertext = ciphertext
    this.place = place
  }
}

/** One variable: its value and where it was written, when it was. */
export interface Variable {
  readonly value: Raw
  readonly place?: Place | undefined
}
export type Vars = ReadonlyMap<string, Variable>

export type Plain =
  null | boolean | number | bigint | string | undefined | readonly Plain[] | { readonly [key: string]: Plain }

export const isDict = (value: unknown): value is Dict => value instanceof Map

/** JSON-like data → Value. A number with a fraction becomes a Float; undefined members are left out. */
export function fromPlain(plain: Plain): Value {
  if (plain === undefined) return null
  if (typeof plain === 'number') return Number.isSafeInteger(plain) ? plain : new Float(plain)
  if (plain === null || typeof plain !== 'object') return plain
  if (Array.isArray(plain)) return plain.map((item: Plain) => fromPlain(item))
  const entries = Object.entries(plain).filter(([, item]) => item !== undefined)
  return new Map(entries.map(([key, item]) => [key, fromPlain(item)]))
}

/** Value → JSON-like data: Float → number, Map → object without prototype, keys → text, big ints stay bigint. */
export function toPlain(value: Value): Plain {
  if (value instanceof Float) return value.value
  if (value === null || typeof value !== 'object') return value
  if (isDict(value)) {
    const plain = Object.create(null) as Record<string, Plain>
    for (const [key, item] of value) plain[keyText(key)] = toPlain(item)
    return plain
  }
  if (Array.isArray(value)) return value.map((item: Value) => toPlain(item))
  // Plain data already, as in examples and in what an alias maps to.
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, Value]) => [key, toPlain(item)]))
}

/** How a dict key reads as text: as Python's json module writes keys. */
export function keyText(key: Value): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  if (key instanceof Float) return String(key.value)
  return typeof key === 'object' ? JSON.stringify(toPlain(key)) : String(key)
}
