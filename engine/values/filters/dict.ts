import type { Call } from '../call.ts'
import { equal, keyIn } from '../equality.ts'
import { itemsOf, toIterable } from '../iterate.ts'
import { hashable, put } from '../methods/dict.ts'
import { Tuple, failure, isDictionary, isList, typeName } from '../operand.ts'
import type { Dictionary, List, Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { sorted } from '../order.ts'
import { repr, text } from '../print.ts'
import { Seen } from './list.ts'
import { folded, follow } from './select.ts'

interface Merge {
  readonly recursive: boolean
  readonly lists: string
}

/** Two dicts in one, the second wins; keys keep the place where they were first seen. */
function merge(one: Dictionary, other: Dictionary, how: Merge): Dictionary {
  const merged = new Map(one)
  for (const [key, value] of other) {
    const known = keyIn(one, key)
    const old = known && one.get(known.key)
    if (how.recursive && old !== undefined && isDictionary(old) && isDictionary(value))
      put(merged, key, merge(old, value, how))
    else if (old !== undefined && isList(old) && isList(value)) put(merged, key, mergeLists(old, value, how.lists))
    else put(merged, key, value)
  }
  return merged
}

function mergeLists(one: List, other: List, how: string): List {
  const seen = (items: List): Seen => {
    const set = new Seen()
    items.forEach((item) => set.add(item))
    return set
  }
  switch (how) {
    case 'keep':
      return one
    case 'append':
      return [...one, ...other]
    case 'prepend':
      return [...other, ...one]
    case 'append_rp': {
      const others = seen(other)
      return [...one.filter((item) => !others.has(item)), ...other]
    }
    case 'prepend_rp': {
      const others = seen(other)
      return [...other, ...one.filter((item) => !others.has(item))]
    }
    default:
      return other
  }
}

const LIST_MERGES = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

function combine(call: Call): Dictionary {
  const option = (name: string, fallback: Operand): Operand => call.others.get(name) ?? fallback
  for (const name of call.others.keys())
    if (name !== 'recursive' && name !== 'list_merge') throw failure(`combine has no argument ${name}`)
  const lists = text(option('list_merge', 'replace'))
  if (!LIST_MERGES.includes(lists)) throw failure(`list_merge is one of ${LIST_MERGES.join(', ')}, not ${lists}`)
  const parts = [call.input, ...call.rest].flatMap(function flat(item: Operand): Operand[] {
    return isList(item) ? item.flatMap(flat) : item === null ? [] : [item]
  })
  return parts.reduce((merged: Dictionary, part): Dictionary => {
    if (!isDictionary(part)) throw failure(`combine needs dicts, got ${typeName(part)}`)
    return merged.size === 0 ? part : merge(merged, part, { recursive: option('recursive', false) === true, lists })
  }, new Map())
}

function rekey(call: Call): Dictionary {
  const { input } = call
  const key = call.string('key')
  const duplicates = call.string('duplicates', 'error')
  if (duplicates !== 'error' && duplicates !== 'overwrite')
    throw failure(
      `duplicates parameter to rekey_on_member has unknown value: ${duplicates} is neither error nor overwrite`,
    )
  if (!isDictionary(input) && !isList(input))
    throw failure(`Type is not a valid list, set, or dict: ${typeName(input)}`)
  const rekeyed = new Map<Operand, Operand>()
  for (const item of isDictionary(input) ? input.values() : input) {
    if (!isDictionary(item)) throw failure(`List item is not a valid dict: ${typeName(item)}`)
    const name = item.get(key)
    if (name === undefined) throw failure(`key ${key} was not found`)
    if (keyIn(rekeyed, name) && duplicates === 'error')
      throw failure(`key ${text(name)} is not unique, cannot convert to dict`)
    put(rekeyed, name, item)
  }
  return rekeyed
}

/** Pairs of an item and each entry of a list within it. */
export function subelements(input: Operand, path: Operand, skipMissing: boolean): Operand[] {
  const elements = isDictionary(input) ? [...input.values()] : isList(input) ? input : undefined
  if (!elements) throw failure(`subelements needs two things, first a dict or a list, got ${typeName(input)}`)
  const keys = typeof path === 'string' ? path.split('.') : toIterable(path, 'subelements').map(text)
  return elements.flatMap((element) => {
    let inner: Operand = element
    for (const key of keys) {
      if (!isDictionary(inner) && skipMissing) return []
      if (!isDictionary(inner)) throw failure(`the key ${key} should point to a dictionary, got ${repr(inner)}`)
      const next = inner.get(key)
      if (next === undefined && skipMissing) return []
      if (next === undefined)
        throw failure(`could not find '${key}' key in iterated item ${repr(inner)}`, 'set skip_missing')
      inner = next
    }
    if (!isList(inner)) throw failure(`the key ${keys.join('.')} should point to a list, got ${repr(inner)}`)
    return inner.map((item) => Tuple.containing([element, item]))
  })
}

export const dictFilters: Operations = {
  combine: operation('* **', combine),
  dict2items: operation('key_name value_name', (call) =>
    Array.from(
      call.dict,
      ([key, value]) =>
        new Map<Operand, Operand>([
          [call.string('key_name', 'key'), key],
          [call.string('value_name', 'value'), value],
        ]),
    ),
  ),
  items2dict: operation('key_name value_name', (call) => {
    const [key, value] = [call.get('key_name', 'key'), call.get('value_name', 'value')]
    const dict = new Map<Operand, Operand>()
    for (const item of call.list) {
      const [name, content] = [call.around.item(item, key), call.around.item(item, value)]
      if (name === undefined || content === undefined)
        throw failure(`items2dict needs items with ${text(key)} and ${text(value)}, got ${repr(item)}`)
      put(dict, name, content)
    }
    return dict
  }),
  dictsort: operation('case_sensitive by reverse', (call) => {
    const by = call.string('by', 'key')
    if (by !== 'key' && by !== 'value') throw failure('dictsort goes by "key" or by "value"')
    const pairs = Array.from(call.dict, (pair) => Tuple.containing(pair))
    const fold = call.flag('case_sensitive') ? (value: Operand): Operand => value : folded
    return sorted(pairs, call.flag('reverse'), (pair) => fold((pair as Tuple)[by === 'key' ? 0 : 1] ?? null))
  }),
  rekey_on_member: operation('key duplicates', rekey),
  subelements: operation('subelements skip_missing', (call) =>
    subelements(call.input, call.need('subelements'), call.flag('skip_missing')),
  ),
  dict: operation(
    '',
    (call) =>
      new Map(
        call.list.map((pair) => {
          if (!isList(pair) || pair.length !== 2) throw failure('dict needs pairs of a key and a value')
          return [hashable(pair[0] ?? null), pair[1] ?? null]
        }),
      ),
  ),
  dict_kv: operation('key', (call) => new Map([[call.need('key'), call.input]])),
  groupby_as_dict: operation('attribute', (call) => {
    const dict = new Map<Operand, Operand>()
    for (const item of call.list) put(dict, follow(item, call.need('attribute'), call.around), item)
    return dict
  }),
  keep_keys: operation('target matching_parameter', (call) =>
    call.list.map((item) => pick(item, itemsOf(call.need('target')) ?? [], true)),
  ),
  remove_keys: operation('target matching_parameter', (call) =>
    call.list.map((item) => pick(item, itemsOf(call.need('target')) ?? [], false)),
  ),
}

function pick(item: Operand, keys: List, keep: boolean): Operand {
  if (!isDictionary(item)) throw failure('the list must hold dicts')
  return new Map([...item].filter(([key]) => keys.some((name) => equal(name, key)) === keep))
}
