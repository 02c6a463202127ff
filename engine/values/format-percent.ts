import { formatNumber } from './format-number.ts'
import { size } from './iterate.ts'
import { isInt } from './numbers.ts'
import { Tuple, defined, failure, isDictionary } from './operand.ts'
import type { Operand } from './operand.ts'
import { repr, text } from './print.ts'

const FIELD =
  /%(?:\((?<key>[^)]*)\))?(?<flags>[-+ #0]*)(?<width>\*|\d+)?(?:\.(?<precision>\*|\d+)?)?(?<dot>)[hlL]?(?<type>[a-zA-Z%])?/g
/** Wider fields than this are a mistake or an attack. */
const WIDEST = 1_000_000

/** Python's `format % arguments`: a tuple gives several, a dict gives names. */
export function formatPercent(format: string, given: Operand): string {
  const args = given instanceof Tuple ? [...given] : [given]
  let used = 0
  let named = false
  const next = (): Operand => {
    if (used >= args.length) throw failure('not enough arguments for format string')
    return defined(args[used++] ?? null)
  }
  const number = (source: string | undefined): number | undefined => {
    if (source === undefined) return undefined
    const value = source === '*' ? next() : Number(source)
    if (!isInt(value) || Number(value) > WIDEST) throw failure('the width of a field must be a small int')
    return Number(value)
  }
  const out = format.replace(FIELD, (...match) => {
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>
    const { key, flags = '', type } = groups
    if (type === '%') return '%'
    if (type === undefined) throw failure('incomplete format')
    const width = number(groups['width'])
    const precision = number(groups['precision'])
    named ||= key !== undefined
    return pad(convert(type, flags, precision, key === undefined ? next() : member(given, key)), flags, width, type)
  })
  if (used < args.length && !named && !isDictionary(given))
    throw failure('not all arguments converted during string formatting')
  return out
}

function member(dict: Operand, key: string): Operand {
  if (!isDictionary(dict)) throw failure('format requires a mapping')
  const value = dict.get(key)
  if (value === undefined) throw failure(`'${key}' is missing from what the format is given`)
  return defined(value)
}

type Piece = { readonly sign: string; readonly digits: string }

function convert(type: string, flags: string, precision: number | undefined, value: Operand): Piece {
  const whole = (content: string): Piece => ({
    sign: '',
    digits: precision === undefined ? content : content.slice(0, precision),
  })
  if (type === 's') return whole(text(value))
  if (type === 'r' || type === 'a') return whole(repr(value))
  if (type === 'c') return { sign: '', digits: isInt(value) ? String.fromCodePoint(Number(value)) : text(value) }
  if (!'diuxXoeEfFgG'.includes(type)) throw failure(`unsupported format character '${type}'`)
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  return formatNumber(value, { type, precision, sign, alternate: flags.includes('#'), grouping: '' })
}

function pad({ sign, digits }: Piece, flags: string, width = 0, type: string): string {
  const missing = ' '.repeat(Math.max(0, width - (size(sign + digits) ?? 0)))
  if (flags.includes('-')) return sign + digits + missing
  if (flags.includes('0') && !'sracSRA'.includes(type)) return sign + digits.padStart(width - sign.length, '0')
  return missing + sign + digits
}
