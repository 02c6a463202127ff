import { KplayError } from '../errors.ts'
import type { Task, Written } from '../model.ts'
import { isDict, Template, toPlain, type Value, type Variable } from '../value.ts'
import { condition } from '../values/condition.ts'
import { evaluate } from '../values/template.ts'
import { lookupItems } from '../values/lookups.ts'
import { text as printValue } from '../values/print.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { flagOf, textOf } from './connect.ts'
import { numberOf } from './number.ts'
import type { PlannedTask } from './plan.ts'

/** What a task loops over, once its templates are rendered. */
export interface Loop {
  readonly items: readonly Value[]
  readonly loopVar: string
  readonly indexVar: string | undefined
  /** Seconds between two items. */
  readonly pause: number
  readonly extended: boolean
  readonly allItems: boolean
  readonly place: Written['place'] | undefined
}

/** The loop of a task; undefined where there is none, or where `when` is false without looking at its items. */
export function loopOf(planned: PlannedTask, scope: Scope): Loop | undefined {
  const items = itemsOf(planned, scope)
  return items && { items, ...controlOf(planned.task, scope) }
}

function itemsOf({ task, chain }: PlannedTask, scope: Scope): readonly Value[] | undefined {
  if (!task.loop) return undefined
  try {
    const terms = evaluate(task.loop.value, scope)
    const values = task.loopLookup === undefined ? terms : lookupItems(task.loopLookup, terms, scope)
    if (Array.isArray(values)) return values as readonly Value[]
    throw new KplayError('EVALUATION', `loop needs a list, not ${isDict(values) ? 'a dict' : printValue(values)}`, {
      place: task.loop.place,
      hint: isDict(values) ? 'use the filter dict2items' : undefined,
    })
  } catch (error) {
    // `when: x is defined` guards `loop: "{{ x }}"`: a task that would be skipped anyway has no items.
    if (!(error instanceof KplayError) || error.code !== 'UNDEFINED') throw error
    const conditions = chain.keywords.flatMap(({ when }) => when)
    if (conditions.some(({ value }) => isSurelyFalse(value, scope))) return undefined
    throw error
  }
}

function isSurelyFalse(value: Parameters<typeof condition>[0], scope: Scope): boolean {
  try {
    return !condition(value, scope)
  } catch {
    return false
  }
}

function controlOf({ loop, loopControl }: Task, scope: Scope): Omit<Loop, 'items'> {
  const { loopVar, indexVar, pause, extended, extendedAllitems } = loopControl
  return {
    loopVar: nameOf(loopVar, 'loop_var', scope) ?? 'item',
    indexVar: nameOf(indexVar, 'index_var', scope),
    pause: numberOf(pause, 'pause', scope) ?? 0,
    extended: extended !== undefined && flagOf(extended.value, scope, 'extended'),
    allItems: extendedAllitems === undefined || flagOf(extendedAllitems.value, scope, 'extended_allitems'),
    place: loop?.value instanceof Template ? loop.value.place : undefined,
  }
}

function nameOf(written: Written | undefined, key: string, scope: Scope): string | undefined {
  const name = textOf(written, scope)
  if (name === undefined || /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return name
  throw new KplayError('BAD_YAML', `${key}: ${name} is no name of a variable`, { place: written?.place })
}

/** The variables of one item, and no others. */
export function itemMembers({ items, loopVar, indexVar, extended, allItems }: Loop, index: number): Map<string, Value> {
  const members = new Map<string, Value>([
    [loopVar, items[index] ?? null],
    ['ansible_loop_var', loopVar],
  ])
  if (indexVar !== undefined) members.set(indexVar, index).set('ansible_index_var', indexVar)
  if (extended) members.set('ansible_loop', extendedAt(items, index, allItems))
  return members
}

/** The loop's own variables for one item. */
export const itemLayers = (loop: Loop, index: number): readonly Layer[] => [
  {
    name: 'loop',
    vars: new Map(
      [...itemMembers(loop, index)].map(([name, value]): [string, Variable] => [name, { value, place: loop.place }]),
    ),
  },
]

/** How an item reads where nobody gave it a label. */
export const itemLabel = (value: Value): string =>
  isDict(value) || Array.isArray(value)
    ? JSON.stringify(toPlain(value), (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
    : printValue(value)

function extendedAt(items: readonly Value[], index: number, all: boolean): Value {
  const { length } = items
  const members = new Map<Value, Value>([
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
  ])
  if (all) members.set('allitems', items)
  if (index + 1 < length) members.set('nextitem', items[index + 1] ?? null)
  if (index > 0) members.set('previtem', items[index - 1] ?? null)
  return members
}
