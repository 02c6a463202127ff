import type { Value } from '../value.ts'
import type { RunContext } from './context.ts'
import type { TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'
import { taskDict } from './task-dict.ts'

/** What the end of a task means for its host: its counts, and whether it goes on. */
export function countEnd(
  planned: PlannedTask,
  host: HostState,
  end: TaskEnd,
  view: PlayView,
  context: RunContext,
): void {
  const { counts } = host
  counts[end.ignored ? 'ignored' : end.status] += 1
  // As Ansible counts: changed and ignored ones are ok too.
  if (end.status === 'changed' || end.ignored) counts.ok += 1
  if (end.status === 'unreachable' && !end.ignored) host.status = 'unreachable'
  if (end.status === 'failed' && !end.ignored) {
    host.status = 'failed'
    host.failedResult = end.registered.value as Value
    host.failedTask = taskDict(planned, scopeOf(host, view, planned.chain, context))
  }
}
