import { Float } from '../../value.ts'
import type { Call } from '../call.ts'
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
  throw failure(`${call.name} needs a number, got ${typeName(call.input)}`)
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Python's int(): a whole number out of a number or of text in some base; undefined where it would fail. */
export function toInteger(value: Operand, base: number): Int | undefined {
  if (value instanceof Float) return Number.isFinite(value.value) ? compact(BigInt(Math.trunc(value.value))) : undefined
  if (isNumeric(value)) return toInt(value)
  if (typeof value !== 'string') return undefined
  const [, sign = '', body = ''] =
    /^([+-]?)(.*)$/s.exec(
      value
        .trim()
        .toLowerCase()
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

/** Rounds half to even, judged on the exact value of the float, as Python's round(). */
function roundEven(value: number, precision: number): number {
  if (!Number.isFinite(value) || precision > 300) return value
  if (precision < 0) {
    const unit = 10 ** -precision
    const [lower, rest] = [Math.floor(value / unit) * unit, value - Math.floor(value / unit) * unit]
    const up = rest > unit / 2 || (rest === unit / 2 && (lower / unit) % 2 !== 0)
    return up ? lower + unit : lower
  }
  // toFixed judges the exact binary value but rounds an exact half up
  const text = Math.abs(value) < 1e21 && precision <= 100 ? value.toFixed(precision) : String(value)
  const rounded = Number(text)
  const scaled = value * 10 ** precision
  const isHalf =
    Math.abs(scaled % 1) === 0.5 && scaled / 10 ** precision === value && precision < 16 && exactHalf(value, precision)
  return isHalf ? (2 * Math.round(scaled / 2)) / 10 ** precision : rounded
}

/** Whether the float lies exactly between two decimals of that precision: its exact expansion ends in a 5 there. */
const exactHalf = (value: number, precision: number): boolean =>
  /^-?\d+\.\d*50*$/.test(value.toFixed(Math.min(100, precision + 60))) &&
  /^50*$/.test(
    value
      .toFixed(Math.min(100, precision + 60))
      .split('.')[1]
      ?.slice(precision) ?? '',
  )

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

const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  [...'BKMGTPEZY'].map((unit, power) => [unit, 1024 ** power]),
)

function humanReadable(call: Call): string {
  const unit = call.get('unit') === null ? undefined : call.string('unit').toUpperCase()
  const size = toFloat(call.input)?.value
  if (size === undefined) throw failure(`human_readable() cannot interpret '${String(call.input as string)}'`)
  const names = Object.keys(UNITS).reverse()
  const letter =
    names.find((name) => (unit === undefined ? Math.trunc(size / (UNITS[name] ?? 1)) >= 1 : unit === name)) ?? 'B'
  const suffix = call.flag('isbits')
    ? letter === 'B'
      ? 'bits'
      : `${letter}b`
    : letter === 'B'
      ? 'Bytes'
      : `${letter}B`
  return `${(size / (UNITS[letter] ?? 1)).toFixed(2)} ${suffix}`
}

function humanToBytes(call: Call): Int {
  const source = typeof call.input === 'string' ? call.input : String(toFloat(call.input)?.value ?? '')
  const [, digits, unit = ''] = /^\s*([\d.]+)\s*([A-Za-z]*)\s*$/.exec(source) ?? []
  const given = unit || (call.get('default_unit') === null ? '' : call.string('default_unit'))
  const factor = given === '' ? 1 : UNITS[given[0]?.toUpperCase() ?? '']
  const [byte, word] = call.flag('isbits') ? ['b', /^(?:bits?)?$/i] : ['B', /^(?:bytes?)?$/i]
  const rest = given.slice(1)
  const known =
    given === '' ||
    (given[0]?.toUpperCase() === 'B' ? (word as RegExp).test(given) || given === byte : rest === '' || rest === byte)
  if (digits === undefined || factor === undefined || !known)
    throw failure(`human_to_bytes() cannot interpret '${source}'`)
  return Math.round(Number(digits) * factor)
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
    return new Float(
      base === 2
        ? Math.sqrt(number(call))
        : base === 3 && Number.isInteger(Math.cbrt(number(call)))
          ? Math.cbrt(number(call))
          : number(call) ** (1 / base),
    )
  }),
  human_readable: operation('isbits unit', humanReadable),
  human_to_bytes: operation('default_unit isbits', humanToBytes),
}
