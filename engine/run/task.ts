import { at } from '../errors.ts'
import type { Task } from '../model.ts'
import { isDict } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { runAttempts } from './attempts.ts'
import type { RunContext } from './context.ts'
import { itemLayers, loopOf, type Loop } from './loop.ts'
import { censored } from './no-log.ts'
import { handlersOf, tellMissing } from './notify.ts'
import { isUnreachable, thrown, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { keep } from './registered.ts'
import { runLoop } from './run-loop.ts'
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
  try {
    const loop = await settled(() => loopOf(planned, scope))
    const end = loop
      ? await runLoop(planned, loop, host, view, context)
      : await runAttempts(planned, host, view, context, [])
    const result = censored({ ...end.result, elapsed: performance.now() - started }, planned, scope)
    keep(planned.task, end.registered, loop ? afterLast(loop, end, scope) : scope, host, loop !== undefined)
    const notify = end.status === 'changed' ? end.notify : []
    // A name that nobody has fails the task, in a dry run too.
    handlersOf(planned.task, notify, view.plan.handlers, tellMissing(context))
    return { ...end, result, notify }
  } catch (error) {
    const end = thrown(placed(planned.task, error), planned, host, scope, context, performance.now() - started)
    if (planned.task.register !== undefined) host.registered.set(planned.task.register, end.registered)
    return { ...end, result: censored(end.result, planned, scope) }
  }
}

/** Expressions of `register` see the item that was the last. */
function afterLast(loop: Loop, { registered: { value } }: TaskEnd, scope: Scope): Scope {
  const results = isDict(value) ? value.get('results') : undefined
  const count = Array.isArray(results) ? results.length : 0
  return count === 0 ? scope : itemLayers(loop, count - 1).reduce((seen, layer) => seen.with(layer), scope)
}

/** Where the task stands, unless the error has nothing to do with what it says. */
export const placed = (task: Task, error: unknown): unknown => (isUnreachable(error) ? error : at(task.place, error))
