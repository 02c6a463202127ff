import { KplayError } from '../errors.ts'
import { evaluateText } from '../values/template.ts'
import { actionNamed } from './actions.ts'
import type { Batch } from './batch.ts'
import { askNext, lookAhead } from './look-ahead.ts'
import { nearest } from './chain.ts'
import { flagOf } from './connect.ts'
import { countEnd } from './count-end.ts'
import type { Course } from './course.ts'
import type { RunContext } from './context.ts'
import { learn } from './learn.ts'
import { nameHandlers, notify } from './notify.ts'
import { numberOf } from './number.ts'
import { notifyOwed, settleOwed } from './owed.ts'
import type { PlannedTask } from './plan.ts'
import { forsake } from './readied.ts'
import { scopeOf } from './scopes.ts'
import type { HostState } from './state.ts'
import type { TaskEnd } from './outcome.ts'
import { runTask } from './task.ts'

/**
 * One task on many hosts at once, at most `forks` at a time.
 * @param rest what comes behind it
 * @returns how it ended on those it ran on
 */
export async function runOnHosts(
  planned: PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  rest?: Course,
): Promise<readonly (readonly [HostState, TaskEnd])[]> {
  const { context, view } = batch
  const [first] = hosts
  if (!first) return []
  const once = !batch.apart && (flag(planned, 'runOnce', first, batch) || worksOnce(planned, context))
  const chosen = once ? [first] : hosts
  const id = batch.apart ? view.plan.nextId() : planned.info.id
  const info = { ...planned.info, id, name: title(planned, first, batch) }
  if (context.confirm && !(await context.confirm(info))) return []
  context.emit({ type: 'task-start', task: info, hosts: chosen.map(({ name }) => name) })
  if (planned.task.notify.length > 0)
    nameHandlers(view.plan.handlers, () => scopeOf(first, view, planned.chain, context))
  const most = throttle(planned, first, batch)
  const ends = await Promise.all(
    chosen.map((host) =>
      batch.gates.pass(planned.info.id, most, async (): Promise<[HostState, TaskEnd] | undefined> => {
        if (context.soft.aborted) {
          forsake(host, context)
          return undefined
        }
        context.emit({ type: 'host-start', task: info, host: host.name })
        host.rest = rest
        host.askNext = () => askNext(host, rest, view, context)
        const running = runTask({ ...planned, info }, host, view, context)
        lookAhead(host, { nodes: [planned], next: planned.task.loop ? 0 : 1, then: rest }, view, context)
        const end = await running
        forsake(host, context)
        settleHost(planned, host, end, batch)
        await settleOwed(end, host, view, context)
        context.emit({ type: 'result', task: info, result: { ...end.result, ignored: end.ignored } })
        return [host, end]
      }),
    ),
  )
  const done = ends.filter((end) => end !== undefined)
  const others = batch.hosts.filter((host) => host.running || hosts.includes(host))
  if (once) share(planned, first, done[0]?.[1], others)
  const fine = done.filter(([, { status }]) => status === 'ok' || status === 'changed').map(([host]) => host)
  await notifyOwed(planned, fine, batch)
  tellUnreachable(done, context)
  context.emit({ type: 'task-end', task: info })
  if (done.some(([host]) => host.status !== 'active') && flag(planned, 'anyErrorsFatal', first, batch)) dragDown(batch)
  if (tooManyFailed(batch)) batch.stopped = true
  return done
}

/** any_errors_fatal: all fail with one. Inside a block with a rescue all are rescued, elsewhere the run ends. */
function dragDown(batch: Batch): void {
  batch.fatal = true
  for (const host of batch.hosts) {
    if (!host.running) continue
    host.status = 'failed'
    host.dragged = true
  }
}

function settleHost(planned: PlannedTask, host: HostState, end: TaskEnd, batch: Batch): void {
  countEnd(planned, host, end, batch.view, batch.context)
  if (end.status === 'changed') notify(planned, host, end.notify, batch)
}

function worksOnce({ task }: PlannedTask, { registry }: RunContext): boolean {
  const action = actionNamed(task.action, registry)
  return action?.kind === 'control' && action.once === true
}

/** run_once: what one host learnt holds for all; when it failed, all have failed. */
function share({ task }: PlannedTask, first: HostState, end: TaskEnd | undefined, hosts: readonly HostState[]): void {
  if (!end) return
  for (const host of hosts.filter((other) => other !== first)) {
    for (const name of [...(task.projections?.keys() ?? []), ...(task.register === undefined ? [] : [task.register])]) {
      const value = first.registered.get(name)
      if (value) host.registered.set(name, value)
    }
    if (end.learnt) learn(host, end.learnt)
    if (first.status !== 'active') host.status = first.status
  }
}

/** Each cause once, with all hosts it concerns. */
function tellUnreachable(ends: readonly (readonly [HostState, TaskEnd])[], context: RunContext): void {
  const causes = new Map<string, { errors: KplayError[]; hosts: string[] }>()
  for (const [host, { status, error }] of ends) {
    if (status !== 'unreachable' || !error) continue
    const key = `${error.code} ${error.message}`
    const cause = causes.get(key) ?? { errors: [], hosts: [] }
    cause.errors.push(error)
    cause.hosts.push(host.name)
    causes.set(key, cause)
  }
  for (const { errors, hosts } of causes.values()) {
    const [first] = errors
    if (first) context.emit({ type: 'unreachable', hosts, error: withHints(first, errors) })
  }
}

const MOST_HINTS = 3

/** What to do may differ from host to host, as the key to accept does: every line of it once. */
function withHints(first: KplayError, errors: readonly KplayError[]): KplayError {
  const lines = new Set(errors.slice(0, MOST_HINTS).flatMap(({ hint }) => hint?.split('\n') ?? []))
  const hint = lines.size === 0 ? undefined : [...lines].join('\n')
  return new KplayError(first.code, first.message, { hint, place: first.place, cause: first.cause })
}

function tooManyFailed({ view, hosts }: Batch): boolean {
  const limit = view.plan.play.maxFailPercentage
  if (!limit) return false
  const failed = hosts.filter(({ status }) => status !== 'active').length
  return (failed * 100) / hosts.length > Number(limit.value)
}

function flag(
  planned: PlannedTask,
  key: 'runOnce' | 'anyErrorsFatal',
  host: HostState,
  { view, context }: Batch,
): boolean {
  const written = nearest(planned.chain, key)
  return written !== undefined && flagOf(written.value, scopeOf(host, view, planned.chain, context), key)
}

function throttle(planned: PlannedTask, host: HostState, { view, context }: Batch): number {
  const written = nearest(planned.chain, 'throttle')
  return written ? Math.max(0, numberOf(written, 'throttle', scopeOf(host, view, planned.chain, context)) ?? 0) : 0
}

/** The task's name as its first host reads it; as written where that cannot be rendered yet. */
function title(planned: PlannedTask, host: HostState, { view, context }: Batch): string {
  const { name } = planned.task
  if (!name) return planned.info.name
  try {
    return evaluateText(name.value, scopeOf(host, view, planned.chain, context))
  } catch {
    return planned.info.name
  }
}
