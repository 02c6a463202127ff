import type { Call } from '../call.ts'
import { keyIn } from '../equality.ts'
import { toIterable } from '../iterate.ts'
import { Tuple, failure, isDictionary, isList } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { repr } from '../print.ts'

/** A dict that a template changes is its own: variables are copied before (see `render.ts`). */
const own = (call: Call): Map<Operand, Operand> => call.dict as Map<Operand, Operand>

function take(call: Call, key: Operand): Operand | undefined {
  const dict = own(call)
  const found = keyIn(dict, key)
  if (!found) return undefined
  const value = dict.get(found.key)
  dict.delete(found.key)
  return value ?? null
}

/** Pairs out of a dict or of a list of pairs, as `dict()` and `update` take them. */
export function pairsOf(source: Operand, user: string): (readonly [Operand, Operand])[] {
  if (isDictionary(source)) return [...source]
  return toIterable(source, user).map((pair, index) => {
    if (isList(pair) && pair.length === 2) return [pair[0] ?? null, pair[1] ?? null]
    throw failure(`${user} needs pairs of a key and a value; item ${index} is none`)
  })
}

/** A key that Python accepts: nothing that can change. */
export function hashable(key: Operand): Operand {
  if (isDictionary(key) || (isList(key) && !(key instanceof Tuple))) throw failure('a list or a dict cannot be a key')
  return key
}

export function put(dict: Map<Operand, Operand>, key: Operand, value: Operand): void {
  dict.set(keyIn(dict, hashable(key))?.key ?? key, value)
}

export const dictMethods: Operations = {
  clear: operation('', (call) => {
    own(call).clear()
    return null
  }),
  copy: operation('', (call) => new Map(call.dict)),
  fromkeys: operation(
    'iterable value',
    (call) => new Map(call.items('iterable').map((key) => [hashable(key), call.get('value')])),
  ),
  get: operation('key default', (call) => {
    const found = keyIn(call.dict, call.need('key'))
    return found ? (call.dict.get(found.key) ?? null) : call.get('default')
  }),
  items: operation('', (call) => Array.from(call.dict, (pair) => Tuple.containing(pair))),
  keys: operation('', (call) => [...call.dict.keys()]),
  pop: operation('key default', (call) => {
    const value = take(call, call.need('key'))
    if (value !== undefined) return value
    if (call.has('default')) return call.get('default')
    throw failure(`the dict has no key ${repr(call.need('key'))}`)
  }),
  popitem: operation('', (call) => {
    const last = [...own(call)].at(-1)
    if (!last) throw failure('popitem: the dict is empty')
    own(call).delete(last[0])
    return Tuple.containing(last)
  }),
  setdefault: operation('key default', (call) => {
    const key = call.need('key')
    if (!keyIn(call.dict, key)) put(own(call), key, call.get('default'))
    return own(call).get(keyIn(call.dict, key)?.key ?? key) ?? null
  }),
  update: operation('other **', (call) => {
    const dict = own(call)
    if (call.has('other')) for (const [key, value] of pairsOf(call.need('other'), 'update')) put(dict, key, value)
    for (const [key, value] of call.others) dict.set(key, value)
    return null
  }),
  values: operation('', (call) => [...call.dict.values()]),
}
