import type { Call } from '../call.ts'
import { equal, truthy } from '../equality.ts'
import { toIterable } from '../iterate.ts'
import { Tuple, Undefined, defined, failure, isUndefined } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { operate } from '../operators.ts'
import { sorted } from '../order.ts'
import { text } from '../print.ts'
import type { Given, Surroundings } from '../surroundings.ts'

/** Follows `a.b.0` into a value; undefined, with a reason, where the path breaks off. */
export function follow(value: Operand, path: Operand, around: Surroundings): Operand {
  const steps =
    typeof path === 'string' ? path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : [path]
  let found = value
  for (const step of steps) {
    if (isUndefined(found)) return found
    // the two members of what groupby gives have names
    const named = found instanceof Tuple && found.fields !== undefined && typeof step === 'string'
    const next = named ? around.attribute(found, step) : around.item(found, step)
    found = next === undefined ? new Undefined(`an item has no attribute '${text(step)}'`) : next
  }
  return found
}

/** Python compares text without case where Jinja2's filters are not told otherwise. */
export const folded = (value: Operand): Operand => (typeof value === 'string' ? value.toLowerCase() : value)

/** The key to compare items by: an attribute, and text without case unless it counts. */
export function keyOf(call: Call): (item: Operand) => Operand {
  const attribute = call.get('attribute')
  const fold = call.flag('case_sensitive') ? (value: Operand): Operand => value : folded
  return (item) => fold(defined(attribute === null ? item : follow(item, attribute, call.around)))
}

function filterItems(keep: boolean, byAttribute: boolean) {
  return operation('* **', (call) => {
    const [attribute = '', ...others] = call.rest
    if (byAttribute && call.rest.length === 0) throw failure(`${call.name} needs the name of an attribute`)
    const [test, ...args] = byAttribute ? others : call.rest
    const given: Given = { positional: args, named: call.others }
    return call.list.filter((item) => {
      const value = byAttribute ? follow(item, attribute, call.around) : item
      return check(call, test, value, given) === keep
    })
  })
}

function check(call: Call, test: Operand | undefined, value: Operand, given: Given): boolean {
  if (test === undefined) return truthy(value)
  if (typeof test === 'string') return call.around.test(test, value, given)
  throw failure(`${call.name} needs the name of a test as text`)
}

export const selectFilters: Operations = {
  select: filterItems(true, false),
  reject: filterItems(false, false),
  selectattr: filterItems(true, true),
  rejectattr: filterItems(false, true),
  map: operation('* **', (call) => {
    const [name, ...positional] = call.rest
    const attribute = call.others.get('attribute')
    if (attribute !== undefined) {
      const fallback = call.others.get('default') ?? undefined
      return call.list.map((item) => {
        const value = follow(item, attribute, call.around)
        return isUndefined(value) && fallback !== undefined ? fallback : value
      })
    }
    if (typeof name !== 'string') throw failure('map needs the name of a filter, or attribute=')
    const given: Given = { positional, named: call.others }
    return call.list.map((item) => call.around.filter(name, item, given))
  }),
  sort: operation('reverse case_sensitive attribute', (call) => {
    const attributes = call.get('attribute')
    const names = typeof attributes === 'string' ? attributes.split(',') : [attributes]
    const fold = call.flag('case_sensitive') ? (value: Operand): Operand => value : folded
    const key = (item: Operand): Operand =>
      names.map((name) => fold(defined(name === null ? item : follow(item, name, call.around))))
    return sorted(call.list, call.flag('reverse'), key)
  }),
  groupby: operation('attribute default case_sensitive', (call) => {
    const attribute = call.need('attribute')
    const raw = (item: Operand): Operand => {
      const value = follow(item, attribute, call.around)
      return isUndefined(value) && call.has('default') ? call.get('default') : defined(value)
    }
    const key = call.flag('case_sensitive') ? raw : (item: Operand): Operand => folded(raw(item))
    const groups: { readonly key: Operand; readonly name: Operand; readonly items: Operand[] }[] = []
    for (const item of sorted(call.list, false, key)) {
      const group = groups.at(-1)
      if (group && equal(group.key, key(item))) group.items.push(item)
      else groups.push({ key: key(item), name: raw(item), items: [item] })
    }
    return groups.map(({ name, items }) => {
      const group = Tuple.containing([name, items])
      group.fields = ['grouper', 'list']
      return group
    })
  }),
  sum: operation('attribute start', (call) => {
    const attribute = call.get('attribute')
    const values = attribute === null ? call.list : call.list.map((item) => follow(item, attribute, call.around))
    return values.reduce((total: Operand, value) => operate('+', total, value), call.get('start', 0))
  }),
  extract: operation('container morekeys', (call) => {
    const more = call.get('morekeys')
    const keys = more === null ? [] : Array.isArray(more) ? toIterable(more, 'extract') : [more]
    let value: Operand = call.need('container')
    for (const key of [call.input, ...keys]) {
      if (isUndefined(value)) return value
      const next = call.around.item(value, key)
      value = next === undefined ? new Undefined(`extract finds no '${text(key)}'`) : next
    }
    return value
  }),
}
