import { KplayError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { Float } from '../value.ts'

/**
 * What an expression can meet while it is computed: values, and what is no value (an undefined name, a macro, a
 * loop). Lists may be Tuples, and dicts and lists of variables render what is inside at first use.
 */
export type Operand = null | boolean | number | bigint | Float | string | List | Dictionary | Special
export type List = readonly Operand[]
export type Dictionary = ReadonlyMap<Operand, Operand>

export const isList = (value: unknown): value is List => Array.isArray(value)
export const isDictionary = (value: unknown): value is Dictionary => value instanceof Map

/** A Python tuple: differs from a list when printed by `string`, compared, or formatted with `%`. */
export class Tuple extends Array<Operand> {
  /** Names of its items, for a named tuple. */
  fields: readonly string[] | undefined

  /** What methods of arrays make of it is a plain list. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
  static containing(items: Iterable<Operand>): Tuple {
    const tuple = new Tuple()
    for (const item of items) tuple.push(item)
    return tuple
  }
}

/** An object of the engine's own. Only what `attribute` hands out can be reached from an expression. */
export abstract class Special {
  /** What Python would call its type. */
  abstract readonly typeName: string
  attribute(_name: string): Operand | undefined {
    return undefined
  }
  print(): string {
    return `<${this.typeName}>`
  }
  /** The difference to another one; undefined when there is none. */
  minus(_other: Operand): Operand | undefined {
    return undefined
  }
  plus(_other: Operand): Operand | undefined {
    return undefined
  }
  /** Negative, zero or positive; undefined when the two have no order. */
  order(_other: Operand): number | undefined {
    return undefined
  }
}

/** A name or attribute that is not there. It may be asked whether it is defined and be given a default; all else fails. */
export class Undefined extends Special {
  readonly typeName = 'Undefined'
  readonly message: string
  readonly place: Place | undefined
  /** In mixed text it prints as nothing: an inline `if` without `else`. */
  readonly silent: boolean
  private readonly hint: (() => string | undefined) | undefined

  constructor(message: string, place?: Place, hint?: () => string | undefined, silent = false) {
    super()
    this.message = message
    this.place = place
    this.hint = hint
    this.silent = silent
  }

  /** What is looked up in something undefined is undefined for the same reason. */
  override attribute(): Operand {
    return this
  }

  override print(): string {
    return this.raise()
  }

  raise(): never {
    throw new KplayError('UNDEFINED', this.message, { place: this.place, hint: this.hint?.() })
  }
}

/** An encrypted value that nobody here can open. It may be asked whether it is encrypted; any other use of it fails. */
export class Locked extends Undefined {
  readonly ciphertext: string
  private readonly error: KplayError

  constructor(ciphertext: string, error: KplayError) {
    super(error.message, error.place)
    this.ciphertext = ciphertext
    this.error = error
  }

  override raise(): never {
    throw this.error
  }
}

export const isUndefined = (value: Operand): value is Undefined => value instanceof Undefined

/** The value, unless it is undefined: that fails here. */
export function defined<T extends Operand>(value: T): Exclude<T, Undefined> {
  if (value instanceof Undefined) value.raise()
  return value as Exclude<T, Undefined>
}

/** The type as Python names it. */
export function typeName(value: Operand): string {
  if (value === null) return 'NoneType'
  if (value instanceof Special) return value.typeName
  if (value instanceof Float) return 'float'
  if (value instanceof Tuple) return 'tuple'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'string':
      return 'str'
    case 'number':
    case 'bigint':
      return 'int'
    default:
      return 'dict'
  }
}

/** An expression that can be read but not computed. The place is added where it is known. */
export const failure = (message: string, hint?: string): KplayError => new KplayError('EVALUATION', message, { hint })
