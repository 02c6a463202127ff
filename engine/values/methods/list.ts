import type { Call } from '../call.ts'
import { equal } from '../equality.ts'
import { toIterable } from '../iterate.ts'
import { failure, isList } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { bounded } from '../operators.ts'
import { sorted } from '../order.ts'

/** A list that a template changes is its own: variables are copied before (see `render.ts`). */
const own = (call: Call): Operand[] => {
  if (isList(call.input)) return call.input as Operand[]
  throw failure(`${call.name} needs a list`)
}

function place(index: number, length: number): number {
  return index < 0 ? Math.max(0, index + length) : Math.min(index, length)
}

function indexOf(call: Call): number {
  const index = own(call).findIndex((item) => equal(item, call.need('value')))
  if (index < 0) throw failure('the list does not contain that value')
  return index
}

export const tupleMethods: Operations = {
  count: operation('value', (call) => own(call).filter((item) => equal(item, call.need('value'))).length),
  index: operation('value', indexOf),
}

export const listMethods: Operations = {
  ...tupleMethods,
  append: operation('object', (call) => {
    bounded(own(call).push(call.need('object')))
    return null
  }),
  clear: operation('', (call) => {
    own(call).length = 0
    return null
  }),
  copy: operation('', (call) => [...own(call)]),
  extend: operation('iterable', (call) => {
    const more = toIterable(call.need('iterable'), 'extend')
    bounded(own(call).length + more.length)
    for (const item of [...more]) own(call).push(item)
    return null
  }),
  insert: operation('index object', (call) => {
    const list = own(call)
    list.splice(place(call.int('index'), list.length), 0, call.need('object'))
    return null
  }),
  pop: operation('index', (call) => {
    const list = own(call)
    const index = call.int('index', -1)
    const at = index < 0 ? index + list.length : index
    if (at < 0 || at >= list.length) throw failure(list.length === 0 ? 'pop from empty list' : 'pop index out of range')
    return list.splice(at, 1)[0] ?? null
  }),
  remove: operation('value', (call) => {
    own(call).splice(indexOf(call), 1)
    return null
  }),
  reverse: operation('', (call) => {
    own(call).reverse()
    return null
  }),
  sort: operation('key reverse', (call) => {
    const list = own(call)
    list.splice(0, list.length, ...sorted(list, call.flag('reverse')))
    return null
  }),
}
