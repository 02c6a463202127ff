import { Float } from '../value.ts'
import { formatPercent } from './format-percent.ts'
import { compact, isInt, isNumeric, toInt, toNumber } from './numbers.ts'
import type { Int, Numeric } from './numbers.ts'
import { Special, Tuple, defined, failure, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'

/** What an expression makes may not grow beyond this many characters or items: a template cannot exhaust the memory. */
const LARGEST = 50_000_000
/** The largest int, in bits. */
const LONGEST_INT = 1_000_000

export type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

/** Python's arithmetic, and what its operators do to text and lists. */
export function operate(operator: Operator, left: Operand, right: Operand): Operand {
  const [one, other] = [defined(left), defined(right)]
  if (isNumeric(one) && isNumeric(other)) return calculate(operator, one, other)
  const special = specialCase(operator, one, other)
  if (special !== undefined) return special
  if (operator === '+') {
    if (typeof one === 'string') throw failure(`can only concatenate str (not "${typeName(other)}") to str`)
    if (isList(one))
      throw failure(`can only concatenate ${typeName(one)} (not "${typeName(other)}") to ${typeName(one)}`)
  }
  throw failure(`unsupported operand type(s) for ${operator}: '${typeName(one)}' and '${typeName(other)}'`)
}

function specialCase(operator: Operator, left: Operand, right: Operand): Operand | undefined {
  switch (operator) {
    case '+':
      if (typeof left === 'string' && typeof right === 'string')
        return bounded(left.length + right.length) && left + right
      if (isList(left) && isList(right) && left instanceof Tuple === right instanceof Tuple)
        return left instanceof Tuple ? Tuple.containing([...left, ...right]) : [...left, ...right]
      return left instanceof Special ? left.plus(right) : undefined
    case '-':
      return left instanceof Special ? left.minus(right) : undefined
    case '*':
      if (isInt(right) || typeof right === 'boolean') return repeat(left, Number(right))
      return isInt(left) || typeof left === 'boolean' ? repeat(right, Number(left)) : undefined
    case '%':
      return typeof left === 'string' ? formatPercent(left, right) : undefined
    default:
      return undefined
  }
}

function repeat(value: Operand, times: number): Operand | undefined {
  const count = Math.max(0, times)
  if (typeof value === 'string') return bounded(value.length * count) && value.repeat(count)
  if (!isList(value)) return undefined
  bounded(value.length * count)
  const items = Array.from({ length: count }, () => value).flat()
  return value instanceof Tuple ? Tuple.containing(items) : items
}

/** Refuses what would be too large. */
export function bounded(size: number): true {
  if (size > LARGEST) throw failure(`the result would have ${size} characters or items: too large`)
  return true
}

function calculate(operator: Operator, left: Numeric, right: Numeric): Operand {
  if (left instanceof Float || right instanceof Float || operator === '/')
    return new Float(calculateFloat(operator, toNumber(left), toNumber(right)))
  return calculateInt(operator, toInt(left), toInt(right))
}

function calculateFloat(operator: Operator, left: number, right: number): number {
  if (right === 0 && (operator === '/' || operator === '//' || operator === '%')) throw failure('division by zero')
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '//':
      return Math.floor(left / right)
    case '%':
      return modulo(left, right)
    case '**':
      return power(left, right)
  }
}

/** The result has the sign of the divisor. */
function modulo(left: number, right: number): number {
  const rest = left % right
  if (rest === 0) return right < 0 ? -0 : 0
  return rest < 0 === right < 0 ? rest : rest + right
}

function power(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) throw failure('zero cannot be raised to a negative power')
  if (base < 0 && !Number.isInteger(exponent)) throw failure('a negative number has no such power')
  const result = base ** exponent
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent))
    throw failure('the result is too large for a float')
  return base === 1 ? 1 : result
}

function calculateInt(operator: Operator, left: Int, right: Int): Operand {
  if ((operator === '//' || operator === '%') && Number(right) === 0)
    throw failure('integer division or modulo by zero')
  if (operator === '**') return integerPower(left, right)
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = quickInt(operator, left, right)
    if (Number.isSafeInteger(quick)) return quick + 0
  }
  return compact(exactInt(operator, BigInt(left), BigInt(right)))
}

function quickInt(operator: Operator, left: number, right: number): number {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return operator === '%' ? modulo(left, right) : NaN
}

function exactInt(operator: Operator, left: bigint, right: bigint): bigint {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  const quotient = left / right
  const floor = left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient
  return operator === '//' ? floor : left - floor * right
}

function integerPower(base: Int, exponent: Int): Operand {
  if (Number(exponent) < 0) return new Float(power(Number(base), Number(exponent)))
  const bits = Math.log2(Math.max(2, Math.abs(Number(base)))) * Number(exponent)
  if (bits > LONGEST_INT && Math.abs(Number(base)) > 1) throw failure('the power is too large')
  return compact(BigInt(base) ** BigInt(exponent))
}

/** `-x` and `+x`. */
export function negate(operand: Operand): Operand {
  const value = defined(operand)
  if (value instanceof Float) return new Float(-value.value)
  if (isNumeric(value)) return calculateInt('-', 0, toInt(value))
  throw failure(`bad operand type for unary -: '${typeName(value)}'`)
}

export function positive(operand: Operand): Operand {
  const value = defined(operand)
  if (value instanceof Float) return value
  if (isNumeric(value)) return toInt(value)
  throw failure(`bad operand type for unary +: '${typeName(value)}'`)
}
