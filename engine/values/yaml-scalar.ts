import { Float } from '../value.ts'
import { compact, type Int } from './numbers.ts'

/**
 * Plain scalars as PyYAML's SafeLoader reads them: the implicit types of YAML 1.1 (https://yaml.org/type/) with its
 * own patterns, which differ from the specification's: `y` and `n` are text, a float needs a dot and its exponent a
 * sign. Dates and moments are text, as Python prints them.
 */
export type Scalar = null | boolean | Int | Float | string

const NULL = /^(?:~|null|Null|NULL|)$/
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const INT = /^[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** Text of a plain scalar → its value. */
export function readPlain(text: string): Scalar {
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  if (INT.test(text)) return readInt(text) ?? text
  if (FLOAT.test(text)) return readFloat(text)
  return readMoment(text) ?? text
}

/** The same for a file that is JSON as a whole: there `1e3` is a float. */
export function readJsonPlain(text: string): Scalar {
  if (text === 'null') return null
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+$/.test(text)) return compact(BigInt(text))
  return new Float(Number(text))
}

/** undefined: no int in PyYAML's spelling. Used for `!!int` as well. */
export function readInt(text: string): Int | undefined {
  if (!INT.test(text)) return undefined
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  const size = magnitude(digits)
  return size === undefined ? undefined : compact(negative ? -size : size)
}

function magnitude(digits: string): bigint | undefined {
  if (/^0[bx]$/.test(digits)) return undefined
  if (/^0[bx]/.test(digits)) return BigInt(digits)
  if (digits.includes(':')) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`)
  return BigInt(digits)
}

export function readFloat(text: string): Float {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase()
  if (digits === '.inf') return new Float(sign * Infinity)
  if (digits === '.nan') return new Float(NaN)
  if (!digits.includes(':')) return new Float(sign * Number(digits))
  return new Float(sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0))
}

const MOMENT =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?$/

/** `2001-12-14` and its kin: PyYAML makes dates of them. */
export const isTimestamp = (source: string): boolean => /^\d{4}-\d\d-\d\d$/.test(source) || MOMENT.test(source)

/** `2001-12-14t21:59:43Z` → `2001-12-14 21:59:43+00:00`: how Python prints what PyYAML makes of it. undefined: no moment. */
function readMoment(text: string): string | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, hours, minutes = '0'] =
    MOMENT.exec(text) ?? []
  if (year === undefined) return undefined
  const two = (digits = '0'): string => digits.padStart(2, '0')
  const micro = Number(fraction.slice(0, 6).padEnd(6, '0'))
  const zone = zulu ? '+00:00' : sign === undefined ? '' : `${sign}${two(hours)}:${two(minutes)}`
  const point = micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${point}${zone}`
}
