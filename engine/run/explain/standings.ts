import { KplayError } from '../../errors.ts'
import type { Play } from '../../model.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { Scope } from '../../values/scope.ts'
import type { Chain } from '../chain.ts'
import type { RunContext } from '../context.ts'
import { chainOf } from '../include.ts'
import { flatTasks, planPlay, type PlannedPlay, type PlannedTask } from '../plan.ts'
import { nameOf } from '../play.ts'
import { scopeOf, type PlayView } from '../scopes.ts'
import type { HostState } from '../state.ts'

/** One point of a run from which variables are looked at. */
export interface Viewpoint {
  /** For people: the play, and the task where one was named. */
  readonly title: string | undefined
  readonly scope: Scope
  readonly play?: Play | undefined
  /** What may set variables while the play runs. */
  readonly tasks: readonly PlannedTask[]
}

export interface PlannedFor {
  readonly context: RunContext
  readonly play: Play
  /** The hosts of the play. */
  readonly names: readonly string[]
}

const NOWHERE: Chain = { keywords: [], roles: [] }

/**
 * Where a host's variables are looked at: in each play that is for it, or at its tasks of that name; without any play
 * as `hostvars` shows them. Throws BAD_OPTIONS where there is no such play or task.
 */
export function viewpointsOf(
  host: HostState,
  plays: readonly PlannedFor[],
  context: RunContext,
  task: string | undefined,
): readonly Viewpoint[] {
  if (plays.length === 0) return [{ title: undefined, scope: scopeOf(host, undefined, NOWHERE, context), tasks: [] }]
  const own = plays.filter(({ names }) => names.includes(host.name))
  if (own.length === 0)
    throw new KplayError('BAD_OPTIONS', `no play is for ${host.name}`, {
      hint: `plays are for ${[...new Set(plays.flatMap(({ names }) => names))].join(' ') || 'no host'}`,
    })
  const found = own.flatMap((entry) => inPlay(host, entry, task))
  if (found.length > 0) return found
  const names = [
    ...new Set(own.flatMap(({ play, context: { options } }) => tasksOf(planOf(play, options)).map(titleOf))),
  ]
  throw new KplayError('BAD_OPTIONS', `no play for ${host.name} has a task ${task ?? ''}`, {
    hint: didYouMean(task ?? '', names) ?? 'kplay run --list-tasks lists them',
  })
}

const planOf = (play: Play, options: RunContext['options']): PlannedPlay => planPlay(play, options, () => 0)

function inPlay(host: HostState, { play, names, context }: PlannedFor, task: string | undefined): readonly Viewpoint[] {
  const plan = planOf(play, context.options)
  const view: PlayView = { plan, name: nameOf(play), allHosts: names, batch: names }
  const tasks = tasksOf(plan)
  const title = `play ${view.name}`
  if (task === undefined) {
    const chain = { keywords: [play.keywords], roles: [] }
    return [{ title, scope: scopeOf(host, view, chain, context), play, tasks }]
  }
  return tasks
    .filter((each) => [each.info.name, titleOf(each)].includes(task))
    .map((each) => ({
      title: `${title}, task ${titleOf(each)}`,
      scope: scopeOf(host, view, each.chain, context),
      play,
      tasks,
    }))
}

const titleOf = ({ info: { name, role } }: PlannedTask): string => (role === undefined ? name : `${role} : ${name}`)

/** Every task of a play and of its handlers, with those that includes are known to stand for. */
function tasksOf(plan: PlannedPlay): readonly PlannedTask[] {
  const open = new Set<unknown>()
  const within = (planned: PlannedTask): readonly PlannedTask[] => {
    const known = planned.task.includes?.known
    if (!known || open.has(known)) return [planned]
    open.add(known)
    const inside = plan.planIncluded(known.nodes, chainOf(planned, new Map()), planned.info.handler)
    const tasks = inside.flatMap(flatTasks).flatMap(within)
    open.delete(known)
    return [planned, ...tasks]
  }
  const nodes = [...plan.sections.flat(), ...plan.handlers.map(({ node }) => node)]
  return nodes.flatMap(flatTasks).flatMap(within)
}
