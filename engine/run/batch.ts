import type { RunContext } from './context.ts'
import type { Course } from './course.ts'
import type { Gates } from './gates.ts'
import type { Planned, PlannedBlock } from './plan.ts'
import type { PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** Takes hosts through what was planned; those that call each other in circles get it as an argument. */
export interface Walker {
  /** @param then what comes behind these nodes */
  nodes(nodes: readonly Planned[], batch: Batch, hosts: readonly HostState[], then?: Course): Promise<void>
  /** A block to its end, for hosts that are in it together. */
  whole(block: PlannedBlock, batch: Batch, group: readonly HostState[], then?: Course): Promise<void>
}

/** A batch of hosts on its way through a play. */
export interface Batch {
  readonly view: PlayView
  readonly hosts: readonly HostState[]
  readonly context: RunContext
  /** How many work at once. */
  readonly gates: Gates
  /** Each host goes its own way: strategies free and host_pinned. */
  readonly apart: boolean
  /** A failure under any_errors_fatal that nobody rescued. */
  fatal?: boolean
  /** meta: end_play; the batches behind this one have no turn. */
  lastOfPlay?: boolean
  /** No further task may start: any_errors_fatal, max_fail_percentage. */
  stopped: boolean
  /** Why, where that is not a keyword of the play; and whose turn it would have been. */
  cut?: { readonly reason: string; readonly untouched: readonly string[] }
}
