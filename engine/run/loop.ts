import { KplayError } from '../errors.ts'
import type { Task } from '../model.ts'
import { isDict, Template, toPlain, type Value, type Variable } from '../value.ts'
import { condition } from '../values/condition.ts'
import { evaluate } from '../values/template.ts'
import { lookupItems } from '../values/lookups.ts'
import { text as printValue } from '../values/print.ts'
import type { Layer, Scope } from '../values/scope.ts'
import type { PlannedTask } from './plan.ts'

export interface Item {
  readonly value: Value
  readonly label: string
}

/** The items of a loop; undefined where there is none, or where `when` is false without looking at them. */
export function loopItems({ task, chain }: PlannedTask, scope: Scope): readonly Item[] | undefined {
  if (!task.loop) return undefined
  try {
    const terms = evaluate(task.loop.value, scope)
    const values = task.loopLookup === undefined ? terms : lookupItems(task.loopLookup, terms, scope)
    if (!Array.isArray(values)) {
      throw new KplayError('EVALUATION', `loop needs a list, not ${isDict(values) ? 'a dict' : printValue(values)}`, {
        place: task.loop.place,
        hint: isDict(values) ? 'use the filter dict2items' : undefined,
      })
    }
    return (values as readonly Value[]).map((value) => ({ value, label: labelOf(value) }))
  } catch (error) {
    // `when: x is defined` guards `loop: "{{ x }}"`: a task that would be skipped anyway has no items.
    if (
      error instanceof KplayError &&
      error.code === 'UNDEFINED' &&
      surelySkipped(
        chain.keywords.flatMap(({ when }) => when),
        scope,
      )
    )
      return undefined
    throw error
  }
}

function surelySkipped(conditions: readonly { value: Parameters<typeof condition>[0] }[], scope: Scope): boolean {
  return conditions.some(({ value }) => {
    try {
      return !condition(value, scope)
    } catch {
      return false
    }
  })
}

const labelOf = (value: Value): string =>
  isDict(value) || Array.isArray(value)
    ? JSON.stringify(toPlain(value), (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
    : printValue(value)

/** The loop's own variables for one item. */
export function itemLayers({ loopControl, loop }: Task, items: readonly Item[], index: number): readonly Layer[] {
  const value = items[index]?.value ?? null
  const vars = new Map<string, Variable>([
    [loopControl.loopVar, { value, place: loop?.value instanceof Template ? loop.value.place : undefined }],
  ])
  vars.set('ansible_loop_var', { value: loopControl.loopVar })
  if (loopControl.indexVar !== undefined) vars.set(loopControl.indexVar, { value: index })
  if (loopControl.extended) vars.set('ansible_loop', { value: extended(items, index) })
  return [{ name: 'loop', vars }]
}

function extended(items: readonly Item[], index: number): Value {
  const { length } = items
  const around: [Value, Value][] = []
  const previous = items[index - 1]
  const next = items[index + 1]
  if (previous) around.push(['previtem', previous.value])
  if (next) around.push(['nextitem', next.value])
  return new Map<Value, Value>([
    ['allitems', items.map(({ value }) => value)],
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ...around,
  ])
}
