import { KplayError } from '../errors.ts'
import { asExpressions } from '../read/argument.ts'
import { isDict, type Value } from '../value.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { evaluateText } from '../values/template.ts'
import { settled } from '../values/suspend.ts'
import type { RunContext } from './context.ts'
import { execute } from './execute.ts'
import { pause, type Executed } from './execution.ts'
import { firstFalse, holds, ignoresErrors, judge, sources } from './judge.ts'
import { numberOf } from './number.ts'
import { notifiedBy } from './notify.ts'
import { skipped, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { withResult } from './registered.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** Retries of a task with `until` that says no number, and seconds between two attempts. */
const RETRIES = 3
const DELAY = 5

/** One pass: the whole task, or one item of its loop, as often as `until` and `retries` want it. */
export async function runAttempts(
  written: PlannedTask,
  host: HostState,
  view: PlayView,
  context: RunContext,
  layers: readonly Layer[],
): Promise<TaskEnd> {
  const { chain } = written
  const conditions = chain.keywords.flatMap(({ when }) => when)
  const scope = (): Scope => scopeOf(host, view, chain, context, layers)
  const before = scope()
  // An item that changed nothing notifies when another of the loop's did.
  const notifies = ({ status }: TaskEnd): boolean => status === 'changed' || (status === 'ok' && layers.length > 0)
  const reason = await settled(() => firstFalse(conditions, before))
  if (reason !== undefined) return skipped(reason, host)
  const planned = await settled(() => named(written, before))
  const { task } = planned

  const most = 1 + retriesOf(planned, before)
  for (let attempt = 1; ; attempt += 1) {
    const now = scope()
    const executed = await execute(planned, host, view, now, context, layers)
    const judged = await judge(planned, executed, host, scope(), most > 1 ? attempt : undefined)
    const end = including({ ...judged, notify: notifies(judged) ? notifiedBy(task, now) : [] }, executed, layers)
    if (most === 1 || end.status === 'maybe' || executed.predicted || context.soft.aborted) return end
    if (await isDone(planned, end, scope())) return end
    if (attempt >= most) return exhausted(end, most - 1, planned, now)
    context.emit({ type: 'retry', task: planned.info, host: host.name, attempt, of: most - 1 })
    const delay = numberOf(task.delay, 'delay', now) ?? DELAY
    await pause((delay < 0 ? 1 : delay) * 1000, context.soft)
    context.machines.changed()
  }
}

/** What was included sees the loop's variables as they are at this item. */
function including(end: TaskEnd, { included }: Executed, layers: readonly Layer[]): TaskEnd {
  if (!included || end.status === 'failed') return end
  const vars = new Map(layers.filter(({ name }) => name === 'loop').flatMap((layer) => [...layer.vars]))
  return { ...end, included: [{ included, vars }] }
}

/** `action: "{{ x }}"`: what the module is called. */
function named(planned: PlannedTask, scope: Scope): PlannedTask {
  const { templatedAction } = planned.task
  if (!templatedAction) return planned
  const action = evaluateText(templatedAction, scope)
  const args = new Map(
    [...planned.task.args].map(([key, argument]) => {
      const value = asExpressions(action, key, argument.value, argument.place)
      return [key, { ...argument, value }] as const
    }),
  )
  return { ...planned, task: { ...planned.task, action, args, templatedAction: undefined } }
}

function retriesOf({ task }: PlannedTask, scope: Scope): number {
  const fallback = task.until.length > 0 ? RETRIES : 0
  return Math.max(0, Math.trunc(numberOf(task.retries, 'retries', scope) ?? fallback))
}

function isDone({ task }: PlannedTask, end: TaskEnd, scope: Scope): Promise<boolean> | boolean {
  if (task.until.length === 0) return end.status !== 'failed'
  const seen = withResult(scope, task, end.registered)
  return settled(() => holds(task.until, seen))
}

/** The last attempt was not enough either. Whether that is a failure `failed_when` says, where it is given. */
function exhausted(end: TaskEnd, retries: number, planned: PlannedTask, scope: Scope): TaskEnd {
  const { until, place, failedWhen } = planned.task
  const value = isDict(end.registered.value) ? end.registered.value : new Map<Value, Value>()
  const told = new Map([...value, ['attempts', retries] as const])
  if (failedWhen && end.status !== 'failed') return { ...end, registered: { value: told } }
  const message = `after ${retries + 1} attempts still not true: ${sources(until)}`
  const error = end.error ?? new KplayError('COMMAND_FAILED', message, { place })
  return {
    ...end,
    status: 'failed',
    error,
    ignored: ignoresErrors(planned, scope),
    registered: { value: told.set('failed', true) },
    result: { ...end.result, status: 'failed', failure: end.result.failure ?? { error } },
  }
}
