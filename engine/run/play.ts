import type { Play } from '../model.ts'
import { flagOf } from './connect.ts'
import type { RunContext } from './context.ts'
import type { Course } from './course.ts'
import { gatheringTask } from './facts.ts'
import type { Batch } from './batch.ts'
import { Gates } from './gates.ts'
import { flushHandlers } from './handlers.ts'
import { clearsErrors } from './meta.ts'
import { nameHandlers } from './notify.ts'
import { notifyAllOwed } from './owed.ts'
import type { PlannedPlay } from './plan.ts'
import { startingAt } from './start-at.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import { batches, playOrder } from './serial.ts'
import { startRole } from './role.ts'
import { playSpec } from './play-spec.ts'
import type { HostState } from './state.ts'
import { strategyOf } from './strategy.ts'
import { walker } from './walk.ts'

export interface PlaceInRun {
  readonly isLast: boolean
  /** The next one goes on with these hosts together, as this one does. */
  goesOn(names: readonly string[]): boolean
  /** What the plays behind it begin with. */
  following(): Course | undefined
}

/**
 * One play: its hosts in batches, each through pre_tasks, roles and tasks, post_tasks, with their handlers.
 * @returns whether the run goes on: any_errors_fatal, max_fail_percentage and a batch of which no host is left end all
 *   of it, as in Ansible, so that no later play builds on what this one was to do
 */
export async function runPlay(
  whole: PlannedPlay,
  names: readonly string[],
  context: RunContext,
  { isLast, following, goesOn }: PlaceInRun,
): Promise<boolean> {
  const { play } = whole
  const plan = context.startAt === undefined ? whole : (startingAt(whole, context.startAt) ?? whole)
  for (const host of context.hosts.values()) if (host.lost) host.status = 'unreachable'
  const all = names.flatMap((name) => context.hosts.get(name) ?? [])
  const active = all.filter(({ status }) => status === 'active')
  const hosts = active.length > 0 && plan.sections.some(clearsErrors) ? all : active
  const view: PlayView = { plan, name: nameOf(play), allHosts: names, batch: hosts.map(({ name }) => name) }
  const [first] = hosts
  if (!first) {
    const reason = names.length === 0 ? 'no hosts matched' : 'no host is left'
    context.emit({ type: 'play-skipped', name: view.name, reason })
    return true
  }
  context.watches.begin(plan)
  context.emit({ type: 'play-start', name: view.name, hosts: view.batch, place: play.place })
  nameHandlers(plan.handlers, () => scopeOf(first, view, { keywords: [play.keywords], roles: [] }, context))
  let stopped = false
  const strategy = strategyOf(play, scopeOf(first, view, { keywords: [play.keywords], roles: [] }, context), context)
  const groups = playBatches(play, hosts, context, view)
  for (const [index, group] of groups.entries()) {
    const batch: Batch = {
      view: { ...view, batch: group.map(({ name }) => name) },
      hosts: group,
      context,
      gates: new Gates(context.options.forks),
      apart: strategy.apart,
      stopped: false,
    }
    // One that failed before comes back with the next play, one that was away at once.
    for (const host of group) host.ended = host.status === 'failed'
    const last = index === groups.length - 1
    await strategy.run(batch, (part, those) => runSections(part, those, last ? following : nothing))
    if (groups.length > 1) await context.watches.settle(group)
    else if (context.watches.isBusy && !goesOn(names)) await context.watches.settle()
    if (context.watches.isOver) {
      batch.stopped = true
      batch.cut = { reason: 'no host of the play before is left: the run ends here', untouched: [] }
    }
    batch.stopped ||= batch.fatal === true && group.some(({ status }) => status === 'failed')
    stopped = batch.stopped
    const lost = group.every(({ status }) => status !== 'active')
    if (batch.lastOfPlay) break
    if (!context.soft.aborted && !stopped && !lost) continue
    tellStopped(play, batch, groups.slice(index + 1).flat(), isLast)
    stopped ||= lost
    break
  }
  for (const host of all) {
    host.notified.clear()
    host.due.clear()
    host.rolesDone.clear()
    host.lost ||= host.status === 'unreachable'
  }
  return !stopped
}

/** Says that hosts had no turn: in a recap they look like those with nothing to do. */
function tellStopped(
  play: Play,
  { stopped: fatal, cut, context }: Batch,
  rest: readonly HostState[],
  isLast: boolean,
): void {
  const names = rest.map(({ name }) => name)
  if (cut) return context.emit({ type: 'play-stopped', ...cut, untouched: [...cut.untouched, ...names] })
  if (!fatal && rest.length === 0 && isLast) return
  const cause = play.maxFailPercentage ? 'max_fail_percentage' : 'any_errors_fatal'
  const reason = context.soft.aborted
    ? 'it was interrupted'
    : fatal
      ? `${cause}: the run ends here`
      : 'no host of this batch is left: the run ends here'
  context.emit({ type: 'play-stopped', reason, untouched: names })
}

/** Hosts through the play together: facts, then section by section, each with its handlers. */
async function runSections(
  batch: Batch,
  hosts: readonly HostState[],
  following: PlaceInRun['following'],
): Promise<void> {
  const { view, context } = batch
  const { play, sections, nextId } = view.plan
  const [first] = hosts
  if (!first) return
  const scope = scopeOf(first, view, { keywords: [play.keywords], roles: [] }, context)
  if (play.gatherFacts === undefined || flagOf(play.gatherFacts.value, scope, 'gather_facts')) {
    const ready = hosts.filter(({ running }) => running)
    const without = ready.filter((host) => !host.facts.gathered)
    const gathering = gatheringTask(play, nextId)
    const asked = play.gatherFacts === undefined ? without : ready
    await walker.nodes(asked.length === 0 ? [] : [gathering], batch, asked, courseOf(sections, 0, following))
  }
  const spec = playSpec(play, scope)
  if (spec) startRole(spec, { keywords: [play.keywords], roles: [] }, batch, hosts)
  for (const [index, section] of sections.entries()) {
    await walker.nodes(section, batch, hosts, courseOf(sections, index + 1, following))
    const forced =
      context.options.forceHandlers ||
      (play.forceHandlers !== undefined && flagOf(play.forceHandlers.value, scope, 'force_handlers'))
    if (batch.stopped && !forced) continue
    // With force_handlers they run although nothing else may.
    const handling: Batch = { ...batch, stopped: false }
    const running = hosts.filter((host) => host.running)
    if (section === sections.at(-1)) await notifyAllOwed(handling, running)
    await flushHandlers(handling, hosts, walker, forced, courseOf(sections, index + 1, following))
    const { stopped, cut, fatal, lastOfPlay } = handling
    Object.assign(batch, { stopped: batch.stopped || stopped, cut, fatal, lastOfPlay: batch.lastOfPlay ?? lastOfPlay })
  }
}

const nothing = (): undefined => undefined

/** Section by section, then what follows; what is notified in one may come between. */
export function courseOf(
  sections: PlannedPlay['sections'],
  next: number,
  following: () => Course | undefined,
): Course | undefined {
  const nodes = sections[next]
  if (!nodes) return following()
  return {
    nodes,
    next: 0,
    get then() {
      return courseOf(sections, next + 1, following)
    },
  }
}

function playBatches(play: Play, hosts: readonly HostState[], context: RunContext, view: PlayView): HostState[][] {
  const [first] = hosts
  if (!first) return []
  const scope = scopeOf(first, view, { keywords: [play.keywords], roles: [] }, context)
  return batches(play.serial, playOrder(play.order, hosts, scope), scope)
}

/** A play's name, or its pattern, as written. */
export function nameOf({ name, hosts }: Play): string {
  const value = name?.value ?? hosts.value
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.join(',')
  return value !== null && typeof value === 'object' && 'source' in value ? value.source : 'play'
}
