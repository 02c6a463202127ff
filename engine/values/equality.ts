import { Float } from '../value.ts'
import { isNumeric, toNumber } from './numbers.ts'
import type { Numeric } from './numbers.ts'
import { Special, Tuple, defined, failure, isDictionary, isList, typeName } from './operand.ts'
import type { Dictionary, Operand } from './operand.ts'

/** Python's truth: empty, zero and None are false. */
export function truthy(value: Operand): boolean {
  if (typeof value === 'object' && value !== null) {
    if (isList(value)) return value.length > 0
    if (isDictionary(value)) return value.size > 0
    if (value instanceof Float) return value.value !== 0
    defined(value)
    return true
  }
  return Boolean(value)
}

/** Python's `==`: deep, and without any conversion between text and number. */
export function equal(left: Operand, right: Operand): boolean {
  if (left === right) return !(left instanceof Float) || !Number.isNaN(left.value)
  if (isNumeric(left)) return isNumeric(right) && numbersEqual(left, right)
  if (isList(left)) {
    if (!isList(right) || left instanceof Tuple !== right instanceof Tuple || left.length !== right.length) return false
    return left.every((item, index) => equal(item, right[index] ?? null))
  }
  if (isDictionary(left)) {
    if (!isDictionary(right) || left.size !== right.size) return false
    for (const [key, item] of left) {
      const found = keyIn(right, key)
      if (found === undefined || !equal(item, right.get(found.key) ?? null)) return false
    }
    return true
  }
  return left instanceof Special && left.order(right) === 0
}

function numbersEqual(left: Numeric, right: Numeric): boolean {
  // JavaScript compares a bigint with a number exactly.
  return (
    (left instanceof Float ? left.value : toComparable(left)) ==
    (right instanceof Float ? right.value : toComparable(right))
  )
}

const toComparable = (value: number | bigint | boolean): number | bigint =>
  typeof value === 'boolean' ? Number(value) : value

/** The key of a dict that equals this one: `d[1]`, `d[1.0]` and `d[true]` are the same in Python. */
export function keyIn(dict: Dictionary, key: Operand): { readonly key: Operand } | undefined {
  if (dict.has(key)) return { key }
  if (typeof key === 'string' || key === null) return undefined
  for (const candidate of dict.keys())
    if (typeof candidate !== 'string' && equal(candidate, key)) return { key: candidate }
  return undefined
}

/** Negative, zero or positive, as Python's `<` orders; text by code points. */
export function compare(left: Operand, right: Operand, operator = '<'): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right)
  if (isList(left) && isList(right) && left instanceof Tuple === right instanceof Tuple) {
    const index = left.findIndex((item, at) => at >= right.length || !equal(item, right[at] ?? null))
    if (index < 0 || index >= right.length) return left.length - right.length
    return compare(left[index] ?? null, right[index] ?? null, operator)
  }
  const order = left instanceof Special ? defined(left).order(defined(right)) : undefined
  defined(right)
  if (order !== undefined) return order
  throw failure(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`)
}

/** NaN, which no comparison with `<` or `>` makes true, when one of the two is NaN. */
function compareNumbers(left: Numeric, right: Numeric): number {
  const [one, other] = [
    left instanceof Float ? left.value : toComparable(left),
    right instanceof Float ? right.value : toComparable(right),
  ]
  if (one < other) return -1
  if (one > other) return 1
  return Number.isNaN(toNumber(left)) || Number.isNaN(toNumber(right)) ? NaN : 0
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  if (!/[\ud800-\udfff]/.test(left + right)) return left < right ? -1 : 1
  const [one, other] = [Array.from(left), Array.from(right)]
  const at = one.findIndex((char, index) => char !== other[index])
  if (at < 0) return -1
  return (one[at]?.codePointAt(0) ?? 0) < (other[at]?.codePointAt(0) ?? -1) ? -1 : 1
}

/** Python's `in`. */
export function contains(container: Operand, item: Operand): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item)
    throw failure(`'in <string>' requires string as left operand, not ${typeName(defined(item))}`)
  }
  if (isDictionary(container)) return keyIn(container, defined(item)) !== undefined
  if (isList(container)) return container.some((candidate) => equal(defined(candidate), defined(item)))
  throw failure(`argument of type '${typeName(defined(container))}' is not iterable`)
}
