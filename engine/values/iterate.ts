import { defined, failure, isDictionary, isList, typeName } from './operand.ts'
import type { List, Operand } from './operand.ts'

/** What a `for` runs over: items of a list, keys of a dict, characters of a text. */
export function toIterable(value: Operand, user: string): List {
  const items = itemsOf(value)
  if (!items) throw failure(`'${typeName(defined(value))}' object is not iterable: ${user} needs a list`)
  return items
}

export function itemsOf(value: Operand): List | undefined {
  if (isList(value)) return value
  if (isDictionary(value)) return [...value.keys()]
  return typeof value === 'string' ? characters(value) : undefined
}

/** Characters as Python counts them. */
export const characters = (text: string): string[] => Array.from(text)

const WIDE = /[\ud800-\udfff]/

/** The length as Python's `len` gives it. */
export function size(value: Operand): number | undefined {
  if (typeof value === 'string') return WIDE.test(value) ? characters(value).length : value.length
  if (isList(value)) return value.length
  return isDictionary(value) ? value.size : undefined
}
