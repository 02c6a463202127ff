import { at, KplayError } from '../errors.ts'
import type { OutcomeStatus, Task } from '../model.ts'
import { isDict, toPlain, type Dict, type Value } from '../value.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { textOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { execute, type Executed } from './execute.ts'
import { exhausted, firstFalse, holds, judge, withResult } from './judge.ts'
import { itemLayers, loopItems, type Item } from './loop.ts'
import { predictedResult, withMembers } from './maybe.ts'
import { censored } from './no-log.ts'
import { handlersOf, notifiedBy } from './notify.ts'
import { blank, isUnreachable, skipped, thrown, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** One task on one host: condition, loop, retries, judgement. Never throws for what happens on the host. */
export async function runTask(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<TaskEnd> {
  const started = performance.now()
  const scope = scopeOf(host, view, planned.chain, context)
  const { task } = planned
  try {
    const items = loopItems(planned, scope)
    const end =
      items === undefined
        ? await runOnce(planned, host, view, context, [])
        : await runLoop(planned, items, host, view, context)
    const result = censored({ ...end.result, elapsed: performance.now() - started }, planned, scope)
    if (task.register !== undefined) host.registered.set(task.register, end.registered)
    const notify = end.status === 'changed' ? notifiedBy(task, scope) : []
    // A name that nobody has fails the task, in a dry run too.
    handlersOf(planned.task, notify, view.plan.handlers)
    return { ...end, result, notify }
  } catch (error) {
    const end = thrown(placed(task, error), planned, host, scope, context, performance.now() - started)
    if (task.register !== undefined && end.status === 'maybe') host.registered.set(task.register, end.registered)
    return { ...end, result: censored(end.result, planned, scope) }
  }
}

/** Where the task stands, unless the error has nothing to do with what it says. */
const placed = (task: Task, error: unknown): unknown => (isUnreachable(error) ? error : at(task.place, error))

async function runLoop(
  planned: PlannedTask,
  items: readonly Item[],
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<TaskEnd> {
  const ends: TaskEnd[] = []
  for (const [index, item] of items.entries()) {
    const layers = itemLayers(planned.task, items, index)
    const scope = scopeOf(host, view, planned.chain, context, layers)
    const end = await runOnce(planned, host, view, context, layers).catch((error: unknown) =>
      thrown(placed(planned.task, error), planned, host, scope, context, 0),
    )
    const label = planned.task.loopControl.label
    const result = censored({ ...end.result, item: label ? (textOf(label, scope) ?? '') : item.label }, planned, scope)
    ends.push({ ...end, result })
    context.emit({ type: 'item', task: planned.info, result: { ...result, ignored: end.ignored } })
    if (end.status === 'unreachable' || context.soft.aborted) break
  }
  return together(planned, items, ends, host)
}

/** A loop's outcome is the gravest of its items'. */
function together({ task }: PlannedTask, items: readonly Item[], ends: readonly TaskEnd[], host: HostState): TaskEnd {
  const order: readonly OutcomeStatus[] = ['unreachable', 'failed', 'changed', 'maybe', 'ok']
  const status = order.find((wanted) => ends.some((end) => end.status === wanted)) ?? 'skipped'
  const worst = ends.find((end) => end.status === status)
  const results = ends.map(({ registered, result }, index): Value => {
    const value = isDict(registered.value) ? registered.value : new Map<Value, Value>()
    const about = new Map<Value, Value>([
      [task.loopControl.loopVar, items[index]?.value ?? null],
      ['ansible_loop_var', task.loopControl.loopVar],
      ['_ansible_item_label', result.item ?? String(index)],
    ])
    return withMembers(value, about)
  })
  const registered = new Map<Value, Value>([
    ['results', results],
    ['changed', ends.some((end) => end.status === 'changed')],
    ['failed', status === 'failed'],
    ['skipped', status === 'skipped'],
    [
      'msg',
      status === 'failed'
        ? 'One or more items failed'
        : status === 'skipped'
          ? 'All items skipped'
          : 'All items completed',
    ],
  ])
  const unsure = status === 'maybe' && predictedResult(status)
  return {
    status,
    ignored: worst?.ignored ?? false,
    notify: [],
    included: ends.flatMap(({ included }) => included ?? []),
    error: worst?.error,
    registered: unsure
      ? { value: withMembers(unsure.value as Dict, new Map([['results', results]])) }
      : { value: registered },
    result: {
      ...(worst?.result ?? blank(host)),
      status,
      changes: ends.flatMap(({ result }) => (result.status === status ? result.changes : [])),
      steps: ends.flatMap(({ result }) => result.steps),
      warnings: ends.flatMap(({ result }) => result.warnings),
      message: undefined,
      item: undefined,
      values: toPlain(registered),
    },
  }
}

/** One pass: the whole task, or one item of its loop. */
async function runOnce(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  context: RunContext,
  layers: readonly Layer[],
): Promise<TaskEnd> {
  const { task, chain } = planned
  const scope = scopeOf(host, view, chain, context, layers)
  const reason = firstFalse(
    chain.keywords.flatMap(({ when }) => when),
    scope,
  )
  if (reason !== undefined) return skipped(reason, host)

  const attempts = task.until.length > 0 || task.retries ? 1 + numberOf(task, 'retries', 3, scope) : 1
  for (let attempt = 1; ; attempt += 1) {
    const executed = await execute(planned, host, view, scope, context)
    const judged = including(judge(planned, executed, host, scope), executed, layers)
    const end = attempts > 1 && !executed.predicted ? counted(judged, attempt) : judged
    const done =
      task.until.length > 0 ? holds(task.until, withResult(scope, task, end.registered)) : end.status !== 'failed'
    if (done || end.status === 'maybe' || executed.predicted || context.soft.aborted) return end
    if (attempt >= attempts) return task.until.length > 0 ? exhausted(end, attempt, planned, scope) : end
    context.emit({ type: 'retry', task: planned.info, host: host.name, attempt, of: attempts - 1 })
    await executed.sleep(numberOf(task, 'delay', 5, scope) * 1000)
  }
}

/** What was included sees the loop's variables as they are at this item. */
function including(end: TaskEnd, { included }: Executed, layers: readonly Layer[]): TaskEnd {
  if (!included || end.status === 'failed') return end
  const vars = new Map(layers.flatMap((layer) => [...layer.vars]))
  return { ...end, included: [{ included, vars }] }
}

/** `register` of a task that is tried again knows how often it was, as in Ansible. */
function counted(end: TaskEnd, attempt: number): TaskEnd {
  const { value } = end.registered
  return isDict(value) ? { ...end, registered: { value: withMembers(value, new Map([['attempts', attempt]])) } } : end
}

function numberOf(task: Task, key: 'retries' | 'delay', fallback: number, scope: Scope): number {
  const written = task[key]
  if (!written) return fallback
  const value = Number(textOf(written, scope))
  if (Number.isFinite(value) && value >= 0) return value
  throw new KplayError('EVALUATION', `${key} must be a number`, { place: written.place })
}
