import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import type { Target } from '../host/target.ts'
import { readOwed } from '../host/owed.ts'
import type { Local, Module } from '../module/define.ts'
import type { Layer } from '../values/scope.ts'
import { actionNamed } from './actions.ts'
import { becomeOf, settingsOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { upcoming, type Course } from './course.ts'
import { expandHomes } from './homes.ts'
import { firstFalse } from './judge.ts'
import { itemLayers, loopOf } from './loop.ts'
import type { PlannedTask } from './plan.ts'
import { resolvedIn } from './resolved.ts'
import { readerOf } from './run-module.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** Tasks ahead at most, and items of one loop. */
export const FARTHEST = 256
const ITEMS = 200

/**
 * Asks a host what the tasks that come next will ask it, while the current one is still under way. The answers stay
 * with the reader, which forgets them when something changes; nothing else comes of it, so it never alters what a run
 * does. What cannot be told yet, as an expression about a result that is not there, is tried again at the next task.
 */
export function lookAhead(host: HostState, course: Course, view: PlayView, context: RunContext): void {
  const { lookAhead: most = FARTHEST } = context.options
  const { ahead } = host
  if (most === 0) return
  if (ahead.machine === undefined) ahead.whenBegun(() => think(host, course, view, context, most))
  else think(host, course, view, context, most)
}

/**
 * Asks what the task behind this one will ask, as this one has changed something and looks at it again: both travel in
 * one frame. Where one changes something the next one mostly does, so more than that would be asked in vain.
 */
export function askNext(host: HostState, course: Course | undefined, view: PlayView, context: RunContext): void {
  if (startsAnew(host, context)) ask(host, course, 1, view, context)
}

/** The same for the item of a loop behind this one. */
export function askItem(
  planned: PlannedTask,
  layers: readonly Layer[],
  host: HostState,
  view: PlayView,
  context: RunContext,
): void {
  const action = actionNamed(planned.task.action, context.registry)
  if (!startsAnew(host, context) || !action || action.kind === 'control') return
  try {
    askOnce(planned, action, layers, host, view, quietly(context))
  } catch {
    // It cannot be told yet.
  }
}

/** What was asked is forgotten. @returns whether anything may be asked ahead */
function startsAnew({ ahead }: HostState, { options, machines }: RunContext): boolean {
  if (options.lookAhead === 0 || ahead.machine === undefined) return false
  ahead.changed(machines.age(ahead.machine))
  return true
}

function think(host: HostState, course: Course, view: PlayView, context: RunContext, most: number): void {
  const { ahead } = host
  const window = ahead.window(ahead.machine === undefined ? 0 : context.machines.age(ahead.machine), most)
  ask(host, course, window, view, context)
}

function ask(host: HostState, course: Course | undefined, window: number, view: PlayView, context: RunContext): void {
  if (window === 0) return
  host.ahead.take(upcoming(course, window, host.name, context.registry), ({ planned, play }) => {
    try {
      return askTask(planned, host, play?.view ?? view, quietly(play?.context ?? context))
    } catch {
      return false
    }
  })
}

/** What is only tried says nothing, writes nothing, and waits for nobody. */
export function quietly(context: RunContext): RunContext {
  const known = quiet.get(context)
  if (known) return known
  const { fetch: _, ...rest } = context
  const made: RunContext = {
    ...rest,
    emit: () => undefined,
    filesFor: (place) => {
      const { keep: _, ...files } = context.filesFor(place)
      return files
    },
  }
  quiet.set(context, made)
  return made
}

const quiet = new WeakMap<RunContext, RunContext>()

/** @returns whether to go on; throws what keeps the task from being evaluated */
function askTask(planned: PlannedTask, host: HostState, view: PlayView, context: RunContext): boolean {
  const action = actionNamed(planned.task.action, context.registry)
  if (!action || action.kind === 'control') return true
  const loop = loopOf(planned, scopeOf(host, view, planned.chain, context))
  const rounds = loop ? loop.items.slice(0, ITEMS).map((_, index) => itemLayers(loop, index)) : [[]]
  for (const layers of rounds) askOnce(planned, action, layers, host, view, context)
  return true
}

function askOnce(
  planned: PlannedTask,
  action: Module,
  layers: readonly Layer[],
  host: HostState,
  view: PlayView,
  context: RunContext,
): void {
  const { task, chain } = planned
  const scope = scopeOf(host, view, chain, context, layers)
  const conditions = chain.keywords.flatMap(({ when }) => when)
  if (firstFalse(conditions, scope) !== undefined) return
  const { module, args, place } = resolvedIn(scope, planned, action, context)
  const settings = settingsOf(host.name, chain, scope, context)
  const become = becomeOf(chain, scope, context)
  const local = localAhead(
    context.local({ role: chain.roles.at(-1), file: task.place.file, playbook: context.playbook.path, scope }),
  )

  const question = async (): Promise<void> => {
    await host.ahead.ready
    const target = await context.machines.peek(settings, become)
    if (!target) return
    const isQuestion = module.kind === 'read' || (module.question?.(args) ?? false)
    const reader = readerAhead(sightOf(target, isQuestion, context))
    const asked = await expandHomes(module.args, args, { ...target, reader }, place)
    if (task.notify.length > 0 && host.askedFor !== view.plan) void readOwed(reader).catch(() => undefined)
    if (module.kind === 'read') await module.read(asked, reader, { now: () => 0, sleep: later })
    else if (!isQuestion) await module.probe(asked, reader, local)
  }
  void question().catch(() => undefined)
}

const sightOf = (target: Target, question: boolean, context: RunContext): Reader =>
  readerOf(target, question, context.options.check, context, target.reader.ahead).reader

const later = (): Promise<never> => Promise.reject(new KplayError('UNPREDICTABLE', 'it is not its turn yet'))

/** Only what the machine says of itself, and keeps saying until somebody changes it. */
const readerAhead = (reader: Reader): Reader => ({
  ...reader,
  // To look whether somebody answers is no secret; what is sent may mean anything.
  dial: (address, port, options) =>
    options.send === undefined || options.harmless ? reader.dial(address, port, options) : later(),
  ask: later,
  process: later,
  tail: later,
  journal: later,
})

const localAhead = (local: Local): Local => ({ ...local, fetch: later, checksum: later, render: later })
