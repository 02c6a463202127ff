import { Float } from '../value.ts'
import { OMIT } from './omit.ts'
import { Special, Tuple, isDictionary } from './operand.ts'
import type { Operand } from './operand.ts'

/** As Python's str() prints it; `omit` is nothing in text. */
export function text(value: Operand): string {
  if (value === OMIT) return ''
  return typeof value === 'string' ? value : value instanceof Special ? value.print() : repr(value)
}

/** As Python's repr() prints it. */
export function repr(value: Operand): string {
  if (typeof value === 'string') return quote(value)
  if (value === null) return 'None'
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Special) return value.print()
  if (value instanceof Tuple)
    return value.length === 1 ? `(${repr(value[0] ?? null)},)` : `(${value.map(repr).join(', ')})`
  if (isDictionary(value)) return `{${Array.from(value, ([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'object' ? `[${value.map(repr).join(', ')}]` : String(value)
}

/** The shortest text that reads back as the same float; always with a point or an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const plain =
    exponent < 0 ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - exponent)) : String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const UNPRINTABLE = /[\\\n\r\t]|\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu

function quote(value: string): string {
  const mark = value.includes("'") && !value.includes('"') ? '"' : "'"
  const escaped = value.replace(UNPRINTABLE, (char) => NAMED[char] ?? escape(char.codePointAt(0) ?? 0))
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`
}

function escape(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}
