import { at, KplayError } from '../errors.ts'
import type { OutcomeStatus } from '../model.ts'
import { isDict, toPlain, type Dict, type Value, type Variable } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { runAttempts } from './attempts.ts'
import { nearest } from './chain.ts'
import { textOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { pause } from './execution.ts'
import { holds, ignoresErrors, whyCondition } from './judge.ts'
import { itemLabel, itemLayers, itemMembers, type Loop } from './loop.ts'
import { askItem } from './look-ahead.ts'
import { predictedResult, withMembers } from './maybe.ts'
import { censored } from './no-log.ts'
import { blank, isUnreachable, NO_TRACE, nothingToDo, thrown, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { soFar, withResult } from './registered.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** A task for each item in turn. */
export async function runLoop(
  planned: PlannedTask,
  loop: Loop,
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<TaskEnd> {
  const { task } = planned
  if (loop.items.length === 0) return nothingToDo(host)
  warnOfCollisions(planned, loop, scopeOf(host, view, planned.chain, context), context)
  const ends: TaskEnd[] = []
  const { askNext } = host
  for (const index of loop.items.keys()) {
    const isLast = index === loop.items.length - 1
    host.askNext = isLast ? askNext : () => askItem(planned, itemLayers(loop, index + 1), host, view, context)
    if (index > 0 && loop.pause > 0) {
      await pause(loop.pause * 1000, context.soft)
      context.machines.changed()
    }
    // What the item before registered is seen by this one.
    const layers = [soFar(task, resultsOf(ends)), ...itemLayers(loop, index)]
    const scope = scopeOf(host, view, planned.chain, context, layers)
    const ran = await runAttempts(planned, host, view, context, layers).catch((error: unknown) =>
      thrown(isUnreachable(error) ? error : at(task.place, error), planned, host, scope, context, 0),
    )
    const { end, stop } = await breaking(planned, member(ran, itemMembers(loop, index)), scope)
    const label = labelOf(planned, loop, index, withResult(scope, task, end.registered), context)
    const result = censored({ ...end.result, item: label }, planned, scope)
    ends.push({ ...end, result })
    context.emit({ type: 'item', task: planned.info, result: { ...result, ignored: end.ignored } })
    // A host that is away is away for all items, unless each may work elsewhere.
    const lost = end.status === 'unreachable' && !nearest(planned.chain, 'delegateTo')
    if (stop || context.soft.aborted || (lost && !nearest(planned.chain, 'ignoreUnreachable'))) break
  }
  return together(ends, host)
}

const member = (end: TaskEnd, members: ReadonlyMap<string, Value>): TaskEnd => {
  const value = isDict(end.registered.value) ? end.registered.value : new Map<Value, Value>()
  return { ...end, registered: { value: withMembers(value, new Map<Value, Value>(members)) } }
}

const resultsOf = (ends: readonly TaskEnd[]): Value[] => ends.map(({ registered }) => registered.value as Value)

/** `break_when`, once an item is through. An error in it fails the item, and ends the loop. */
async function breaking(planned: PlannedTask, end: TaskEnd, scope: Scope): Promise<{ end: TaskEnd; stop: boolean }> {
  const { breakWhen } = planned.task.loopControl
  if (breakWhen.length === 0 || end.status === 'maybe') return { end, stop: false }
  const seen = withResult(scope, planned.task, end.registered)
  try {
    const stop = await settled(() => holds(breakWhen, seen))
    return { end: member(end, new Map([['break_when_result', stop]])), stop }
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    const failed = member(
      end,
      new Map<string, Value>([
        ['break_when_result', whyCondition(error)],
        ['failed', true],
        ['exception', NO_TRACE],
        ...(end.status === 'failed' ? [['break_when_suppressed_exception', NO_TRACE] as const] : []),
      ]),
    )
    const result = { ...end.result, status: 'failed' as const, failure: { error } }
    return { end: { ...failed, status: 'failed', ignored: ignoresErrors(planned, scope), error, result }, stop: true }
  }
}

/** `label`, or the item; a label that cannot be rendered is no reason to fail. */
function labelOf(planned: PlannedTask, loop: Loop, index: number, scope: Scope, context: RunContext): string {
  const { label } = planned.task.loopControl
  try {
    if (label) return textOf(label, scope) ?? ''
  } catch (error) {
    const message = `label of the loop: ${error instanceof Error ? error.message : String(error)}`
    context.emit({ type: 'warning', message, place: label?.place })
  }
  return itemLabel(loop.items[index] ?? null)
}

/** Who loops within a loop over the same name sees the wrong item. */
function warnOfCollisions(planned: PlannedTask, loop: Loop, scope: Scope, context: RunContext): void {
  for (const [key, name] of [
    ['loop_var', loop.loopVar],
    ['index_var', loop.indexVar],
  ] as const) {
    if (name === undefined || !scope.has(name)) continue
    const message = `the variable ${name} is in use already: give the loop another name by loop_control: ${key}`
    context.emit({ type: 'warning', message, place: planned.task.place })
  }
}

const GRAVEST: readonly OutcomeStatus[] = ['unreachable', 'failed', 'changed', 'maybe', 'ok']

/** A loop's outcome is the gravest of its items'. */
function together(ends: readonly TaskEnd[], host: HostState): TaskEnd {
  const status = GRAVEST.find((wanted) => ends.some((end) => end.status === wanted)) ?? 'skipped'
  const those = ends.filter((end) => end.status === status)
  const [worst] = those
  const changed = ends.some((end) => end.status === 'changed' || (end.status === 'failed' && hasChanged(end)))
  const results = resultsOf(ends)
  const registered = registeredOf(status, changed, results)
  return {
    status,
    // One item that may fail speaks for all, as in Ansible since 2.21.
    ignored: those.some(({ ignored }) => ignored),
    notify: [...new Set(ends.flatMap(({ notify }) => notify))],
    error: worst?.error,
    learnt: learntIn(ends),
    included: ends.flatMap(({ included }) => included ?? []),
    registered,
    result: {
      ...(worst?.result ?? blank(host)),
      status,
      changes: those.flatMap(({ result }) => result.changes),
      steps: ends.flatMap(({ result }) => result.steps),
      warnings: ends.flatMap(({ result }) => result.warnings),
      message: undefined,
      item: undefined,
      values: status === 'maybe' ? {} : toPlain(registered.value as Value),
    },
  }
}

const hasChanged = ({ registered: { value } }: TaskEnd): boolean => isDict(value) && value.get('changed') === true

function registeredOf(status: OutcomeStatus, changed: boolean, results: readonly Value[]): Variable {
  if (status === 'maybe') {
    const unsure = predictedResult(status)
    return { value: withMembers(unsure.value as Dict, new Map([['results', results]])) }
  }
  const members: [Value, Value][] = [
    ['changed', changed],
    ['failed', status === 'failed'],
    ['msg', MESSAGES[status] ?? 'All items completed'],
    ['results', results],
  ]
  if (status === 'skipped' || status === 'unreachable') members.push([status, true])
  return { value: new Map(members) }
}

const MESSAGES: Partial<Record<OutcomeStatus, string>> = {
  failed: 'One or more items failed',
  skipped: 'All items skipped',
}

/** What the items taught, the later ones last. */
function learntIn(ends: readonly TaskEnd[]): TaskEnd['learnt'] {
  const all = ends.flatMap(({ learnt }) => learnt ?? [])
  if (all.length === 0) return undefined
  return {
    facts: Object.assign({}, ...all.map(({ facts }) => facts)) as Record<string, never>,
    ownFacts: Object.assign({}, ...all.map(({ ownFacts }) => ownFacts)) as Record<string, never>,
    included: new Map(all.flatMap(({ included }) => [...(included ?? [])])),
    registered: new Map(all.flatMap(({ registered }) => [...(registered ?? [])])),
    cached: all.flatMap(({ cached }) => cached ?? []),
  }
}
