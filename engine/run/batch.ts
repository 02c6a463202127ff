import type { RunContext } from './context.ts'
import type { PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** A batch of hosts on its way through a play. */
export interface Batch {
  readonly view: PlayView
  readonly hosts: readonly HostState[]
  readonly context: RunContext
  /** No further task may start: any_errors_fatal, max_fail_percentage. */
  stopped: boolean
  /** Why, where that is not a keyword of the play; and whose turn it would have been. */
  cut?: { readonly reason: string; readonly untouched: readonly string[] }
}
