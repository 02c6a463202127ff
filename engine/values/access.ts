import { Float } from '../value.ts'
import { Callable } from './call.ts'
import { keyIn } from './equality.ts'
import { characters } from './iterate.ts'
import { dictMethods } from './methods/dict.ts'
import { listMethods, tupleMethods } from './methods/list.ts'
import { floatMethods, intMethods } from './methods/number.ts'
import { textMethods } from './methods/text.ts'
import { isInt } from './numbers.ts'
import { Special, Tuple, failure, isDictionary, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { perform } from './operation.ts'
import type { Operation, Operations } from './operation.ts'
import { own } from './own.ts'

/**
 * What an expression may reach of a value: its own keys and items, and the methods in the tables. Nothing of
 * JavaScript: there is no way from here to a constructor, a prototype or a function of the engine.
 */
export function methodOf(value: Operand, name: string): Operation | undefined {
  const table = methodsOf(value)
  return table && own(table, name)
}

function methodsOf(value: Operand): Operations | undefined {
  if (typeof value === 'string') return textMethods
  if (isDictionary(value)) return dictMethods
  if (value instanceof Tuple) return tupleMethods
  if (isList(value)) return listMethods
  if (isInt(value) || typeof value === 'boolean') return intMethods
  return value instanceof Float ? floatMethods : undefined
}

/** Methods that change a list or a dict: a template that speaks of one gets copies of the variables. */
export const changing: ReadonlySet<string> = new Set([
  ...['append', 'extend', 'insert', 'remove', 'reverse', 'sort'],
  ...['clear', 'pop', 'popitem', 'setdefault', 'update'],
])

/** `value.name`: a method, else the key of a dict. JavaScript's undefined when there is neither. */
export function attributeOf(value: Operand, name: string): Operand | undefined {
  if (value instanceof Special) return value.attribute(name)
  const method = methodOf(value, name)
  if (method) return new Callable(name, (given, around) => perform(name, method, value, given, around))
  if (value instanceof Tuple) return value.fields?.includes(name) ? value[value.fields.indexOf(name)] : undefined
  return isDictionary(value) ? value.get(name) : undefined
}

/** `value[key]`: a key or an index. JavaScript's undefined when there is none. */
export function itemOf(value: Operand, key: Operand): Operand | undefined {
  if (isDictionary(value)) {
    const found = keyIn(value, key)
    return found && value.get(found.key)
  }
  if (value instanceof Special) return typeof key === 'string' ? value.attribute(key) : undefined
  if (!isInt(key) && typeof key !== 'boolean') return undefined
  if (isList(value)) return value.at(Number(key))
  return typeof value === 'string' ? characters(value).at(Number(key)) : undefined
}

/** `value[start:stop:step]`. */
export function sliceOf(value: Operand, start: Operand, stop: Operand, step: Operand): Operand {
  const items = typeof value === 'string' ? characters(value) : value
  if (!isList(items)) throw failure(`a value of type ${typeName(value)} cannot be sliced`)
  const by = indexOr(step, 1)
  if (by === 0) throw failure('slice step cannot be zero')
  const { length } = items
  const clamp = (index: number): number =>
    index < 0 ? Math.max(by < 0 ? -1 : 0, index + length) : Math.min(index, by < 0 ? length - 1 : length)
  const from = start === null ? (by < 0 ? length - 1 : 0) : clamp(indexOr(start, 0))
  const to = stop === null ? (by < 0 ? -1 : length) : clamp(indexOr(stop, 0))
  const picked: Operand[] = []
  for (let index = from; by < 0 ? index > to : index < to; index += by) picked.push(items[index] ?? null)
  if (typeof value === 'string') return (picked as string[]).join('')
  return value instanceof Tuple ? Tuple.containing(picked) : picked
}

function indexOr(value: Operand, fallback: number): number {
  if (value === null) return fallback
  if (isInt(value) || typeof value === 'boolean') return Number(value)
  throw failure(`slice indices must be ints, not ${typeName(value)}`)
}
