import type { Registry } from '../module/define.ts'
import { actionNamed } from './actions.ts'
import { nearest } from './chain.ts'
import { isMeta, type Planned, type PlannedTask } from './plan.ts'

/** What is still to do when all goes well: the rest of a list of nodes, and then what is around it. */
export interface Course {
  readonly nodes: readonly Planned[]
  readonly next: number
  readonly then?: Course | undefined
}

/**
 * The tasks that come next, as far as that can be told before anything happens: what is included is not known yet, and
 * what a batch under `serial` finds depends on what the batch before it did.
 */
export function upcoming(course: Course | undefined, most: number, registry: Registry): readonly PlannedTask[] {
  const found: PlannedTask[] = []
  for (let at = course; at; at = at.then) if (!collect(at.nodes, at.next, most, registry, found)) break
  return found
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
  if (action.kind === 'control' || action.kind === 'read') return action.waits === true
  // A command, unless something may keep it from running.
  return action.kind === 'state' && action.always !== undefined && !GUARDS.some((name) => task.args.has(name))
}
