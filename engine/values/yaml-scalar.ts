import { Float } from '../value.ts'
import type { Value } from '../value.ts'
import { compact } from './numbers.ts'

/** What a plain scalar means to PyYAML, that is YAML 1.1 with its quirks. Text for what is nothing else. */
export function resolveScalar(source: string): Value {
  if (source === '' || source === '~' || /^(?:null|Null|NULL)$/.test(source)) return null
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(source)) return true
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(source)) return false
  if (!/^[-+.\d]/.test(source)) return source
  if (INT.test(source)) return readInt(source.replaceAll('_', ''))
  if (FLOAT.test(source)) return readFloat(source.replaceAll('_', '').toLowerCase())
  return source
}

const INT =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/
const FLOAT =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.[\d][\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

function readInt(source: string): Value {
  const negative = source.startsWith('-')
  const digits = source.replace(/^[-+]/, '')
  const size =
    digits.startsWith('0b') || digits.startsWith('0x')
      ? BigInt(digits)
      : digits.includes(':')
        ? sexagesimal(digits)
        : digits.startsWith('0') && digits.length > 1
          ? BigInt(`0o${digits.slice(1)}`)
          : BigInt(digits)
  return compact(negative ? -size : size)
}

const sexagesimal = (digits: string): bigint =>
  digits.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n)

function readFloat(source: string): Float {
  const sign = source.startsWith('-') ? -1 : 1
  const digits = source.replace(/^[-+]/, '')
  if (digits === '.inf') return new Float(sign * Infinity)
  if (digits === '.nan') return new Float(NaN)
  return new Float(sign * digits.split(':').reduce((total, part) => total * 60 + Number(part), 0))
}

/** `2001-12-14` and its kin: PyYAML makes dates of them. */
export const isTimestamp = (source: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(source) ||
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/.test(source)
