import { KplayError } from '../../errors.ts'
import { Float } from '../../value.ts'
import { changing, methodOf } from '../access.ts'
import { Callable } from '../call.ts'
import type { Call } from '../call.ts'
import { truthy } from '../equality.ts'
import { isNumeric, toNumber } from '../numbers.ts'
import { Undefined, isUndefined, typeName } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { lenient, operation } from '../operation.ts'
import { perform } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { repr, text } from '../print.ts'
import { comment } from './comment.ts'

function fallback(call: Call): Operand {
  const value = call.rawInput
  const useless = isUndefined(value) || (call.flag('boolean') && !truthy(value))
  return useless ? call.raw('default_value', '') : value
}

/** What Ansible takes for true. */
const TRUE_WORDS = new Set(['yes', 'on', 'true', '1'])

/** Ansible's `bool`: words of YAML and numbers; anything else is false. */
export function toBool(value: Operand): boolean {
  if (typeof value === 'boolean') return value
  if (isNumeric(value)) return toNumber(value) === 1
  return typeof value === 'string' && TRUE_WORDS.has(value.toLowerCase())
}

const defaultFilter = lenient('default_value boolean', fallback)

export const coreFilters: Operations = {
  default: defaultFilter,
  d: defaultFilter,
  mandatory: lenient('msg', (call) => {
    const value = call.rawInput
    if (!isUndefined(value)) return value
    const told = call.get('msg') === null ? `${value.message}, and it is mandatory` : text(call.get('msg'))
    throw new KplayError('EVALUATION', told, { place: value.place })
  }),
  ternary: lenient('true_val false_val none_val', (call) => {
    if (isUndefined(call.rawInput)) return call.rawInput
    if (call.rawInput === null && call.get('none_val') !== null) return call.raw('none_val')
    return call.raw(truthy(call.rawInput) ? 'true_val' : 'false_val')
  }),
  bool: operation('', (call) => toBool(call.input)),
  type_debug: lenient('', (call) => (isUndefined(call.rawInput) ? 'UndefinedMarker' : typeName(call.rawInput))),
  string: operation('', (call) => text(call.input)),
  safe: operation('', (call) => call.input),
  attr: operation('name', (call) => {
    const { input } = call
    const name = call.string('name')
    const method = methodOf(input, name)
    if (method && !changing.has(name))
      return new Callable(name, (given, around) => perform(name, method, input, given, around))
    return new Undefined(`${repr(input)} has no attribute '${name}'`)
  }),
  comment: operation('style **', comment),
  float: operation('default', (call) => toFloat(call.input) ?? call.get('default', new Float(0))),
}

/** Python's float(); undefined where it would fail. */
export function toFloat(value: Operand): Float | undefined {
  if (isNumeric(value)) return new Float(toNumber(value))
  if (typeof value !== 'string') return undefined
  const digits = value.trim().replace(/(?<=\d)_(?=\d)/g, '')
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) return new Float(Number(digits))
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(digits)
  if (!word) return undefined
  const size = word[2]?.toLowerCase() === 'nan' ? NaN : Infinity
  return new Float(word[1] === '-' ? -size : size)
}
