import { KplayError } from '../errors.ts'
import type { Result } from '../events.ts'
import type { Scope } from '../values/scope.ts'
import { nearest } from './chain.ts'
import { flagOf } from './connect.ts'
import type { PlannedTask } from './plan.ts'

/** What `no_log` leaves of a result: how it ended, where, and nothing else. */
export function censored(result: Result, { chain, task }: PlannedTask, scope: Scope): Result {
  if (result.status === 'unreachable' || !hides()) return result
  const { host, status, elapsed, item, failure } = result
  return {
    host,
    status,
    elapsed,
    noLog: true,
    changes: [],
    steps: [],
    warnings: [],
    values: { censored: 'no_log was given', changed: status === 'changed', failed: status === 'failed' },
    ...(item !== undefined && { item: 'no_log' }),
    ...(failure && {
      failure: { error: new KplayError(failure.error.code, 'it failed; no_log hides the rest', { place: task.place }) },
    }),
  }

  function hides(): boolean {
    try {
      return flagOf(nearest(chain, 'noLog')?.value ?? false, scope, 'no_log')
    } catch {
      // Who asks for secrecy in a way that cannot be read gets it.
      return true
    }
  }
}
