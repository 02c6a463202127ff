import { Float } from '../../value.ts'
import type { Call } from '../call.ts'
import { roundEven } from '../decimal.ts'
import { compact, isNumeric, toInt, toNumber } from '../numbers.ts'
import type { Int } from '../numbers.ts'
import { failure, isUndefined, typeName } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { lenient, operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { operate } from '../operators.ts'
import { toFloat } from './core.ts'

function number(call: Call): number {
  if (isNumeric(call.input)) return toNumber(call.input)
  throw failure(`${call.name} can only be used on numbers, not on ${typeName(call.input)}`)
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Digits of other scripts count as their value; each script has its ten in a row. */
function decimalDigit(char: string): string {
  const code = char.codePointAt(0) ?? 0
  let zero = code
  while (zero > code - 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--
  return code < 128 ? char : String(code - zero)
}

/** Python's int(): a whole number out of a number or of text in some base; undefined where it would fail. */
function toInteger(value: Operand, base: number): Int | undefined {
  if (value instanceof Float) return Number.isFinite(value.value) ? compact(BigInt(Math.trunc(value.value))) : undefined
  if (isNumeric(value)) return toInt(value)
  if (typeof value !== 'string') return undefined
  const [, sign = '', body = ''] =
    /^([+-]?)(.*)$/s.exec(
      value
        .trim()
        .toLowerCase()
        .replace(/\p{Nd}/gu, decimalDigit)
        .replace(/(?<=\w)_(?=\w)/g, ''),
    ) ?? []
  const prefixes: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 }
  const prefix = prefixes[body.slice(0, 2)]
  const radix = base === 0 ? (prefix ?? 10) : base
  const digits = prefix === radix ? body.slice(2) : body
  if (digits === '' || radix < 2 || radix > 36) return undefined
  let total = 0n
  for (const char of digits) {
    const digit = DIGITS.indexOf(char)
    if (digit < 0 || digit >= radix) return undefined
    total = total * BigInt(radix) + BigInt(digit)
  }
  return compact(sign === '-' ? -total : total)
}

function round(call: Call): Operand {
  const { input } = call
  const precision = call.int('precision', 0)
  const method = call.string('method', 'common')
  if (!['common', 'ceil', 'floor'].includes(method)) throw failure('the method of round is common, ceil or floor')
  const value = number(call)
  if (method === 'common') {
    if (!(input instanceof Float) && isNumeric(input))
      return precision >= 0 ? toInt(input) : roundEven(value, precision)
    return new Float(roundEven(value, precision))
  }
  const scale = 10 ** precision
  return new Float(Math[method as 'ceil' | 'floor'](value * scale) / scale)
}

export const mathFilters: Operations = {
  abs: operation('', (call) => {
    const value = number(call)
    if (call.input instanceof Float) return new Float(Math.abs(value))
    return value < 0 ? operate('-', 0, call.input) : toInt(call.input as Int)
  }),
  int: lenient('default base', (call) => {
    if (isUndefined(call.rawInput)) return call.rawInput
    const { input } = call
    const whole =
      toInteger(input, call.int('base', 10)) ??
      (typeof input === 'string' ? toInteger(toFloat(input) ?? null, 10) : undefined)
    return whole === undefined ? call.get('default', 0) : whole
  }),
  round: operation('precision method', round),
  log: operation('base', (call) => {
    const base = call.has('base') ? toNumber(call.get('base') as Int) : Math.E
    const value = number(call)
    if (value <= 0) throw failure('log needs a positive number')
    return new Float(
      base === 10
        ? Math.log10(value)
        : base === 2
          ? Math.log2(value)
          : base === Math.E
            ? Math.log(value)
            : Math.log(value) / Math.log(base),
    )
  }),
  pow: operation('y', (call) => {
    number(call)
    return new Float(toNumber(operate('**', new Float(number(call)), call.need('y')) as Float))
  }),
  root: operation('base', (call) => {
    const base = call.has('base') ? toNumber(call.get('base') as Int) : 2
    if (number(call) < 0) throw failure('root needs a number that is not negative')
    return new Float(
      base === 2
        ? Math.sqrt(number(call))
        : base === 3 && Number.isInteger(Math.cbrt(number(call)))
          ? Math.cbrt(number(call))
          : number(call) ** (1 / base),
    )
  }),
}
