import { Float } from '../value.ts'

export type Int = number | bigint
export type Numeric = Int | Float | boolean

/** An int as it is kept: a number where that is exact, else a bigint. */
export function compact(big: bigint): Int {
  return big >= Number.MIN_SAFE_INTEGER && big <= Number.MAX_SAFE_INTEGER ? Number(big) : big
}

/** A whole number that arithmetic has made. */
export const int = (value: number): Int => (Number.isSafeInteger(value) ? value : compact(BigInt(value)))

/** In Python a bool is an int. */
export const isNumeric = (value: unknown): value is Numeric =>
  typeof value === 'number' || value instanceof Float || typeof value === 'boolean' || typeof value === 'bigint'

export const isInt = (value: unknown): value is Int => typeof value === 'number' || typeof value === 'bigint'

export function toNumber(value: Numeric): number {
  return value instanceof Float ? value.value : Number(value)
}

export const toInt = (value: Int | boolean): Int => (typeof value === 'boolean' ? Number(value) : value)
