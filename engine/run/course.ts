import type { Registry } from '../module/define.ts'
import { actionNamed } from './actions.ts'
import { nearest } from './chain.ts'
import type { RunContext } from './context.ts'
import { isMeta, type Planned, type PlannedTask } from './plan.ts'
import type { PlayView } from './scopes.ts'

/** What is still to do when all goes well: the rest of a list of nodes, and then what is around it. */
export interface Course {
  readonly nodes: readonly Planned[]
  readonly next: number
  readonly then?: Course | undefined
  /** The play that begins here, where that is another one. */
  readonly play?: LaterPlay | undefined
}

interface LaterPlay {
  readonly view: PlayView
  readonly context: RunContext
  readonly hosts: ReadonlySet<string>
}

/** A task that comes later; of another play where that is said. */
export interface Coming {
  readonly planned: PlannedTask
  readonly play?: LaterPlay | undefined
}

/**
 * The tasks of a host that come next, as far as that can be told before anything happens: what is included is not known
 * yet, and what a batch under `serial` finds depends on what the batch before it did.
 */
export function upcoming(
  course: Course | undefined,
  most: number,
  host: string,
  registry: Registry,
): readonly Coming[] {
  const found: PlannedTask[] = []
  const plays: (LaterPlay | undefined)[] = []
  let play: LaterPlay | undefined
  for (let at = course; at; at = at.then) {
    play = at.play ?? play
    if (play && !play.hosts.has(host)) continue
    const goesOn = collect(at.nodes, at.next, most, registry, found)
    while (plays.length < found.length) plays.push(play)
    if (!goesOn) break
  }
  return found.map((planned, index) => ({ planned, play: plays[index] }))
}

/** @returns whether it goes on behind these nodes */
function collect(
  nodes: readonly Planned[],
  from: number,
  most: number,
  registry: Registry,
  found: PlannedTask[],
): boolean {
  for (let index = from; index < nodes.length; index += 1) {
    const node = nodes[index] as Planned
    if (found.length >= most) return false
    if (node.kind === 'task') {
      if (isBarrier(node, registry)) return false
      found.push(node)
    } else {
      if (node.serial) return false
      for (const part of [node.block, node.always]) if (!collect(part, 0, most, registry, found)) return false
    }
  }
  return true
}

const GUARDS = ['creates', 'removes']

/** Behind it things may be different, or somewhere else. */
function isBarrier(planned: PlannedTask, registry: Registry): boolean {
  const { task, chain } = planned
  if (task.includes || task.templatedAction || task.async || isMeta(planned) || nearest(chain, 'delegateTo'))
    return true
  const action = actionNamed(task.action, registry)
  if (action === undefined) return true
  if (action.kind === 'control') return action.waits === true
  // A command, unless something may keep it from running, or it only asks.
  const asks = task.args.get('read_only')?.value === true
  return action.kind === 'state' && action.always !== undefined && !asks && !GUARDS.some((name) => task.args.has(name))
}
