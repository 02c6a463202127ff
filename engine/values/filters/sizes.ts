import type { Call } from '../call.ts'
import { fixedText, roundEven } from '../decimal.ts'
import { int } from '../numbers.ts'
import type { Int } from '../numbers.ts'
import { failure } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'
import { toFloat } from './core.ts'

const LETTERS = ['B', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const NAMES = ['', 'kilo', 'mega', 'giga', 'tera', 'peta', 'exa', 'zetta', 'yotta']

const factorOf = (letter: string): number => 1024 ** LETTERS.indexOf(letter)

function humanReadable(call: Call): string {
  const unit = call.get('unit') === null ? undefined : call.string('unit').toUpperCase()
  const size = toFloat(call.input)?.value
  if (size === undefined) throw failure(`human_readable failed on bad input: ${text(call.input)}`)
  const fits = (letter: string): boolean => (unit === undefined ? size >= factorOf(letter) : letter === unit)
  const letter = LETTERS.findLast(fits) ?? 'B'
  const [one, all] = call.flag('isbits') ? ['b', 'bits'] : ['B', 'Bytes']
  return `${fixedText(size / factorOf(letter), 2)} ${letter === 'B' ? all : letter + one}`
}

function humanToBytes(call: Call): Int {
  const source = typeof call.input === 'string' ? call.input : String(toFloat(call.input)?.value ?? '')
  const [, digits, unit = ''] = /^\s*(\d*\.?\d+)\s*([A-Za-z]*)\s*$/.exec(source) ?? []
  const given = unit || (call.get('default_unit') === null ? 'B' : call.string('default_unit'))
  const factor = factorOfUnit(given, call.flag('isbits'))
  if (digits === undefined || factor === undefined) throw failure(`human_to_bytes cannot read '${source}'`)
  return int(roundEven(Number(digits) * factor, 0))
}

/** `K`, `KB` or `kilobyte`; for bits `Kb` or `kilobit`. */
function factorOfUnit(unit: string, bits: boolean): number | undefined {
  const letter = unit.charAt(0).toUpperCase()
  if (unit.length === 1) return LETTERS.includes(letter) ? factorOf(letter) : undefined
  if (unit.length === 2 && unit.endsWith(bits ? 'b' : 'B'))
    return LETTERS.indexOf(letter) > 0 ? factorOf(letter) : undefined
  const [, name, word] = /^(.*?)(byte|bit)s?$/i.exec(unit) ?? []
  const index = word?.toLowerCase() === (bits ? 'bit' : 'byte') ? NAMES.indexOf(name?.toLowerCase() ?? '') : -1
  return index < 0 ? undefined : 1024 ** index
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']

function fileSize(bytes: number, binary: boolean): string {
  const base = binary ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  const power = PREFIXES.findIndex((_, index) => bytes < base ** (index + 2))
  const prefix = PREFIXES.at(power) ?? ''
  const size = bytes / base ** (power < 0 ? PREFIXES.length : power + 1)
  return `${fixedText(size, 1)} ${binary ? `${prefix.toUpperCase()}iB` : `${prefix}B`}`
}

export const sizeFilters: Operations = {
  human_readable: operation('isbits unit', humanReadable),
  human_to_bytes: operation('default_unit isbits', humanToBytes),
  filesizeformat: operation('binary', (call) => fileSize(toFloat(call.input)?.value ?? NaN, call.flag('binary'))),
}
