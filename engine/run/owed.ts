import { KplayError } from '../errors.ts'
import { clearOwed, readOwed, recordOwed, type Owed } from '../host/owed.ts'
import type { RunStep } from '../host/step.ts'
import type { Target } from '../host/target.ts'
import type { Node, Role } from '../model.ts'
import type { Batch } from './batch.ts'
import { becomeOf, open, settingsOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { fullName, handlersNamed, handlersOf, literallyNotifiedBy, notifiedBy, tellMissing } from './notify.ts'
import { onEach } from './on-each.ts'
import { isUnreachable, type TaskEnd } from './outcome.ts'
import { tasksAmong, type PlannedHandler, type PlannedTask } from './plan.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/**
 * Handlers are not lost with the run that notified them: before a task changes anything, what its handlers will owe is
 * written down on the host; a run that comes to these handlers next pays. The records lie with the user that the
 * handler runs as, so that every run finds them whoever logs in.
 */
export async function oweHandlers(
  handlers: readonly PlannedHandler[],
  task: string,
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<void> {
  const isWritten = (name: string): boolean => host.owing.has(name) || host.unpaid.has(name)
  const fresh = handlers.filter((handler) => !isWritten(fullName(handler)))
  // One that ran, and waits for its proof to be paid, is owed once more.
  for (const name of handlers.map(fullName)) {
    const owing = host.owing.get(name)
    if (owing) host.owing.set(name, { ...owing })
  }
  const since = new Date().toISOString().replace(/\.\d+/, '')
  for (const { target, handlers: some } of await byTarget(fresh, host, view, context)) {
    const owed = some.map((handler): Owed => ({ handler: fullName(handler), since, task }))
    await act(target, await recordOwed(owed, target.reader), context)
    for (const each of owed) host.owing.set(each.handler, { ...each, asked: false })
  }
}

/** A task has ended. What it wrote down stays, unless its change was judged to be none (`changed_when`). */
export async function settleOwed(end: TaskEnd, host: HostState, view: PlayView, context: RunContext): Promise<void> {
  const open = [...host.owing].filter(([, { asked }]) => !asked).map(([name]) => name)
  if (open.length === 0) return
  if (end.status === 'ok' || end.status === 'skipped') {
    await strikeOut(
      view.plan.handlers.filter((handler) => open.includes(fullName(handler))),
      host,
      view,
      context,
    )
  }
  // Of a task that failed nobody knows how far it came.
  for (const owing of host.owing.values()) owing.asked = true
}

async function strikeOut(
  handlers: readonly PlannedHandler[],
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<void> {
  const owed = handlers.filter((handler) => host.owing.has(fullName(handler)))
  try {
    for (const { target, handlers: some } of await byTarget(owed, host, view, context)) {
      const names = some.map(fullName)
      await act(target, await clearOwed(names, target.reader), context)
      for (const name of names) host.owing.delete(name)
    }
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    const names = owed.map(fullName).join(', ')
    context.emit({
      type: 'warning',
      message: `${host.name}: ${names} stays written down as owed, so the next run does it again: ${error.message}`,
    })
  }
}

/**
 * Hosts on which a handler ran to its end owe it no longer. A dry run pays nothing: what a task with `check_mode: false`
 * really changed in it stays owed.
 */
export async function payHandler(handler: PlannedHandler, hosts: readonly HostState[], batch: Batch): Promise<void> {
  const { context, view } = batch
  for (const host of hosts) host.unpaid.delete(fullName(handler))
  if (context.options.check) return
  const name = fullName(handler)
  await onEach(hosts, context, (host) => {
    const owing = host.owing.get(name)
    return context.watches.whenProved(host, async () => {
      if (host.owing.get(name) === owing) await strikeOut([handler], host, view, context)
    })
  })
}

/**
 * A task with `notify` has ended: what former runs left owed of its handlers is notified, as if this task had changed
 * something just now, so that it is paid at the same place in the play.
 */
export async function notifyOwed(planned: PlannedTask, hosts: readonly HostState[], batch: Batch): Promise<void> {
  const { view, context } = batch
  if (planned.task.notify.length === 0) return
  await askOwed(hosts, view, context)
  const owing = hosts.filter(({ unpaid }) => unpaid.size > 0)
  const meant = owing.map((host) => new Set(handlersHere(planned, host, view, context)))
  for (const handler of view.plan.handlers)
    takeOver(
      handler,
      owing.filter((_, index) => meant[index]?.has(handler)),
      context,
    )
}

/** A name that cannot be rendered while nothing has changed is no mistake yet: the end of the play pays. */
function handlersHere(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  context: RunContext,
): readonly PlannedHandler[] {
  try {
    const names = notifiedBy(planned.task, scopeOf(host, view, planned.chain, context))
    return handlersOf(planned.task, names, view.plan.handlers, tellMissing(context))
  } catch (error) {
    if (error instanceof KplayError) return []
    throw error
  }
}

/**
 * At the end of a play what its tasks could have notified is notified where it is owed: they may have been skipped, or
 * left out by tags. A play that only looks, though it has a role's handlers, pays nothing.
 */
export async function notifyAllOwed(batch: Batch, hosts: readonly HostState[]): Promise<void> {
  const { view, context } = batch
  const { play, handlers } = view.plan
  const names = namesNotified([...play.roles.flatMap(tasksOf), ...play.preTasks, ...play.tasks, ...play.postTasks])
  const meant = new Set(names.flatMap((name) => handlersNamed(name, handlers)))
  if (meant.size === 0) return
  await askOwed(hosts, view, context)
  for (const handler of handlers) if (meant.has(handler)) takeOver(handler, hosts, context)
}

const tasksOf = (role: Role): readonly Node[] => [...role.dependencies.flatMap(tasksOf), ...role.tasks]

/** Names in `notify` that hold no variable, of all tasks, whatever tags say. */
const namesNotified = (nodes: readonly Node[]): readonly string[] => tasksAmong(nodes).flatMap(literallyNotifiedBy)

function takeOver(handler: PlannedHandler, hosts: readonly HostState[], { emit }: RunContext): void {
  const name = fullName(handler)
  const owing = hosts.flatMap((host) => {
    const owed = host.unpaid.get(name)
    return owed ? [{ host, owed }] : []
  })
  const [first] = owing.map(({ owed }) => owed).toSorted((a, b) => (a.since < b.since ? -1 : 1))
  if (!first) return
  for (const { host, owed } of owing) {
    host.unpaid.delete(name)
    host.owing.set(name, { ...owed, asked: true })
    host.due.add(handler.id)
  }
  emit({ type: 'owed', hosts: owing.map(({ host }) => host.name), ...first })
}

/** Reads the records of hosts that were not asked in this play yet. */
async function askOwed(hosts: readonly HostState[], view: PlayView, context: RunContext): Promise<void> {
  const unasked = hosts.filter(({ askedFor }) => askedFor !== view.plan)
  await onEach(unasked, context, (host) => askHost(host, view, context))
}

/** Records of former runs; those that this run wrote are known, and notified in their own time. */
async function askHost(host: HostState, view: PlayView, context: RunContext): Promise<void> {
  host.askedFor = view.plan
  try {
    for (const { target } of await byTarget(view.plan.handlers, host, view, context)) {
      for (const owed of await readOwed(target.reader)) {
        if (!host.owing.has(owed.handler)) host.unpaid.set(owed.handler, owed)
      }
    }
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    // Handlers that never run on this host may need what it does not have.
    const message = `${host.name}: cannot see whether former runs left something owed: ${error.message}`
    if (!isUnreachable(error)) context.emit({ type: 'warning', message })
  }
}

interface Session {
  readonly target: Target
  readonly handlers: PlannedHandler[]
}

/** Each handler's own session: connection and become of where it is defined. */
async function byTarget(
  handlers: readonly PlannedHandler[],
  host: HostState,
  view: PlayView,
  context: RunContext,
): Promise<readonly Session[]> {
  const sessions = new Map<string, Session>()
  for (const handler of handlers) {
    const { chain } = handler.node
    const scope = scopeOf(host, view, chain, context)
    const target = await open(settingsOf(host.name, chain, scope, context), becomeOf(chain, scope, context), context)
    const key = `${target.machine}\n${target.user}`
    const session = sessions.get(key) ?? { target, handlers: [] }
    sessions.set(key, session)
    session.handlers.push(handler)
  }
  return [...sessions.values()]
}

async function act(target: Target, step: RunStep, context: RunContext): Promise<void> {
  const { code, stderr } = await target.run(step)
  context.machines.changed(target.machine)
  if (code !== 0)
    throw new KplayError('COMMAND_FAILED', `${step.label ?? ''}: ${stderr.trim() || `exit code ${String(code)}`}`)
}
