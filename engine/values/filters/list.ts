import { Float } from '../../value.ts'
import type { Call } from '../call.ts'
import { compare, equal, truthy } from '../equality.ts'
import { characters, itemsOf, toIterable } from '../iterate.ts'
import { size } from '../iterate.ts'
import { Tuple, Undefined, defined, failure, isDictionary, isList, typeName } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operation, Operations } from '../operation.ts'
import { bounded } from '../operators.ts'
import { text } from '../print.ts'
import { follow, keyOf } from './select.ts'

/** A set of values that are equal as Python compares them; scalars are found at once. */
export class Seen {
  private readonly scalars = new Set<Operand>()
  private readonly others: Operand[] = []

  has(value: Operand): boolean {
    const key = scalar(value)
    return key === undefined ? this.others.some((other) => equal(other, value)) : this.scalars.has(key)
  }

  /** Whether it is new. */
  add(value: Operand): boolean {
    if (this.has(value)) return false
    const key = scalar(value)
    if (key === undefined) this.others.push(value)
    else this.scalars.add(key)
    return true
  }
}

function scalar(value: Operand): Operand | undefined {
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Float) return Number.isNaN(value.value) ? undefined : value.value
  return value === null || typeof value !== 'object' ? value : undefined
}

function unique(items: List): Operand[] {
  const seen = new Seen()
  return items.filter((item) => seen.add(item))
}

const isHashable = (value: Operand): boolean =>
  value instanceof Tuple ? value.every(isHashable) : !isList(value) && !isDictionary(value)

/**
 * Python hashes items to find them again, and neither lists nor dicts: with those Ansible compares each item with each,
 * as it is.
 */
function uniqueAsTold(call: Call): Operand[] {
  const keys = call.list.map(keyOf(call))
  if (keys.every(isHashable)) {
    const seen = new Seen()
    return call.list.filter((_, at) => seen.add(keys[at] ?? null))
  }
  if (call.get('case_sensitive') === false || truthy(call.get('attribute')))
    throw failure(
      'unique finds lists and dicts only by comparing them, and cannot fall back to that with case_sensitive or attribute',
    )
  return unique(call.list)
}

function extreme(sign: 1 | -1): Operation {
  return operation('case_sensitive attribute', (call) => {
    const key = keyOf(call)
    const [first, ...others] = call.list
    if (first === undefined) return new Undefined(`${call.name} of an empty list`)
    return others.reduce((best, item) => (sign * compare(key(item), key(best)) > 0 ? item : best), first)
  })
}

function combineSets(pick: (one: List, other: List) => List): Operation {
  return operation('b', (call) => {
    return unique(pick(call.list, call.items('b')))
  })
}

const without = (items: List, others: List, keep: boolean): List => {
  const seen = new Seen()
  others.forEach((item) => seen.add(item))
  return items.filter((item) => seen.has(item) === keep)
}

function flatten(items: List, levels: number, skipNulls: boolean): Operand[] {
  return items.flatMap((item) => {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) return []
    return isList(item) && levels !== 0 ? flatten(item, levels - 1, skipNulls) : [item]
  })
}

const length = operation('', (call) => {
  const count = size(call.input)
  if (count === undefined) throw failure(`object of type '${typeName(call.input)}' has no len()`)
  return count
})

function chunks(call: Call): Operand[][] {
  const [width, fill] = [call.int('linecount'), call.get('fill_with')]
  if (width < 1) throw failure('batch needs a positive number')
  const groups = Array.from({ length: Math.ceil(call.list.length / width) }, (_, row) =>
    call.list.slice(row * width, (row + 1) * width),
  )
  const last = groups.at(-1)
  return groups.map((group) =>
    fill !== null && group === last
      ? [...group, ...Array.from({ length: width - group.length }, () => fill)]
      : [...group],
  )
}

function columns(call: Call): Operand[][] {
  const [count, fill] = [call.int('slices'), call.get('fill_with')]
  if (count < 1) throw failure('slice needs a positive number')
  const { list } = call
  const [each, extra] = [Math.floor(list.length / count), list.length % count]
  return Array.from({ length: count }, (_, index) => {
    const start = index * each + Math.min(index, extra)
    const items: Operand[] = list.slice(start, start + each + (index < extra ? 1 : 0))
    if (fill !== null && index >= extra) items.push(fill)
    return items
  })
}

/** Lists side by side, up to the shortest or the longest of them. */
function zip(lists: readonly List[], count: number, fill: Operand): Operand[] {
  return Array.from({ length: count }, (_, row) =>
    Tuple.containing(lists.map((list) => (row < list.length ? (list[row] ?? null) : fill))),
  )
}

const listsOf = (call: Call): List[] => [call.list, ...call.rest.map((item) => toIterable(item, call.name))]

function choose(items: List, count: number, repeat: boolean): Operand[][] {
  if (count === 0) return [[]]
  return items.flatMap((item, index) => {
    const rest = repeat ? items : [...items.slice(0, index), ...items.slice(index + 1)]
    return choose(rest, count - 1, repeat).map((others) => [item, ...others])
  })
}

function combinations(items: List, count: number): Operand[][] {
  if (count === 0) return [[]]
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), count - 1).map((others) => [item, ...others]),
  )
}

/** How many results there will be, so that too many are refused before they are made. */
function falling(total: number, count: number): number {
  let product = 1
  for (let index = 0; index < count; index++) product *= total - index
  return product
}

export const listFilters: Operations = {
  list: operation('', (call) => {
    const items = itemsOf(call.input)
    if (!items) throw failure(`'${typeName(call.input)}' object is not iterable`)
    return [...items]
  }),
  first: operation(
    '',
    (call) =>
      call.list[0] ?? (call.list.length === 0 ? new Undefined('the list has no first item, it is empty') : null),
  ),
  last: operation(
    '',
    (call) =>
      call.list.at(-1) ?? (call.list.length === 0 ? new Undefined('the list has no last item, it is empty') : null),
  ),
  length,
  count: length,
  join: operation('d attribute', (call) => {
    const attribute = call.get('attribute')
    const items = attribute === null ? call.list : call.list.map((item) => follow(item, attribute, call.around))
    const parts = items.map((item) => text(defined(item)))
    return bounded(parts.reduce((total, part) => total + part.length, 0)) && parts.join(text(call.get('d', '')))
  }),
  reverse: operation('', (call) =>
    typeof call.input === 'string' ? characters(call.input).reverse().join('') : [...call.list].reverse(),
  ),
  unique: operation('case_sensitive attribute', uniqueAsTold),
  max: extreme(1),
  min: extreme(-1),
  batch: operation('linecount fill_with', chunks),
  slice: operation('slices fill_with', columns),
  flatten: operation('levels skip_nulls', (call) => {
    return flatten(call.list, call.get('levels') === null ? -1 : call.int('levels'), call.flag('skip_nulls', true))
  }),
  union: combineSets((one, other) => [...one, ...other]),
  intersect: combineSets((one, other) => without(one, other, true)),
  difference: combineSets((one, other) => without(one, other, false)),
  symmetric_difference: combineSets((one, other) => [...without(one, other, false), ...without(other, one, false)]),
  zip: operation('* **', (call) => {
    const lists = listsOf(call)
    return zip(lists, Math.min(...lists.map((list) => list.length)), null)
  }),
  zip_longest: operation('* **', (call) => {
    const lists = listsOf(call)
    return zip(lists, Math.max(...lists.map((list) => list.length)), call.others.get('fillvalue') ?? null)
  }),
  product: operation('* **', (call) => {
    const repeat = Number(call.others.get('repeat') ?? 1)
    const lists = Array.from({ length: repeat }, () => listsOf(call)).flat()
    bounded(lists.reduce((total, list) => total * list.length, lists.length))
    return lists
      .reduce<Operand[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]])
      .map((row) => Tuple.containing(row))
  }),
  permutations: operation('r', (call) => {
    const count = call.get('r') === null ? call.list.length : call.int('r')
    return (
      bounded(falling(call.list.length, count)) && choose(call.list, count, false).map((row) => Tuple.containing(row))
    )
  }),
  combinations: operation('r', (call) => {
    bounded(falling(call.list.length, Math.min(call.int('r'), call.list.length - call.int('r'))))
    return combinations(call.list, call.int('r')).map((row) => Tuple.containing(row))
  }),
  items: operation('', (call) => {
    if (!isDictionary(call.input)) throw failure('items needs a dict')
    return Array.from(call.input, (pair) => Tuple.containing(pair))
  }),
}
