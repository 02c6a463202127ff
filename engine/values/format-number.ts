import { Float } from '../value.ts'
import { fixedText } from './decimal.ts'
import { isNumeric, toInt, toNumber } from './numbers.ts'
import { failure, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { floatText } from './print.ts'

/** How to write a number: shared by `%` and by `str.format`. */
export interface NumberFormat {
  /** d i u x X o b c e E f F g G % n */
  readonly type: string
  readonly precision?: number | undefined
  /** `+` or a space before what is not negative. */
  readonly sign: string
  readonly alternate: boolean
  readonly grouping: string
}

/** The sign and the digits apart, so that zeros can be put between them. */
export interface Digits {
  readonly sign: string
  readonly digits: string
}

const BASES: Readonly<Record<string, { base: number; prefix: string }>> = {
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
  o: { base: 8, prefix: '0o' },
  b: { base: 2, prefix: '0b' },
}

export function formatNumber(value: Operand, format: NumberFormat): Digits {
  if (!isNumeric(value)) throw failure(`%${format.type} format: a real number is required, not ${typeName(value)}`)
  const isWhole = 'diuxXobn'.includes(format.type)
  const negative = toNumber(value) < 0 || (!isWhole && Object.is(toNumber(value), -0))
  const digits = isWhole
    ? wholeDigits(value instanceof Float ? BigInt(Math.trunc(value.value)) : BigInt(toInt(value)), format)
    : floatDigits(Math.abs(toNumber(value)), format)
  return { sign: negative ? '-' : format.sign, digits: format.grouping ? group(digits, format.grouping) : digits }
}

function wholeDigits(value: bigint, { type, alternate, precision = 0 }: NumberFormat): string {
  const { base, prefix } = BASES[type] ?? { base: 10, prefix: '' }
  const digits = (value < 0n ? -value : value).toString(base).padStart(precision, '0')
  return (alternate ? prefix : '') + (type === 'X' ? digits.toUpperCase() : digits)
}

function floatDigits(value: number, { type, precision = 6, alternate }: NumberFormat): string {
  const lower = type.toLowerCase()
  const text = !Number.isFinite(value)
    ? floatText(value)
    : lower === 'e'
      ? exponential(value, precision)
      : lower === 'g'
        ? general(value, precision === 0 ? 1 : precision, alternate)
        : type === '%'
          ? `${fixedText(value * 100, precision)}%`
          : fixedText(value, precision)
  return type === lower ? text : text.toUpperCase()
}

function exponential(value: number, precision: number): string {
  const [digits = '', exponent = ''] = value.toExponential(Math.min(precision, 100)).split('e')
  return `${digits}e${exponent[0] ?? '+'}${exponent.slice(1).padStart(2, '0')}`
}

/** Fixed or exponential, whichever is shorter, without trailing zeros. */
function general(value: number, precision: number, alternate: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(Math.min(precision - 1, 100)).split('e')[1])
  const scientific = exponent < -4 || exponent >= precision
  const text = scientific ? exponential(value, precision - 1) : fixedText(value, precision - 1 - exponent)
  if (alternate || !text.includes('.')) return text
  const [digits = '', rest] = text.split('e')
  return digits.replace(/\.?0+$/, '') + (rest === undefined ? '' : `e${rest}`)
}

function group(digits: string, separator: string): string {
  const [whole = '', rest] = digits.split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+(?!\d))/g, separator)
  return rest === undefined ? grouped : `${grouped}.${rest}`
}
