import { KplayError } from '../errors.ts'
import type { Result } from '../events.ts'
import type { OutcomeStatus } from '../model.ts'
import { fromPlain, Template, toPlain, type Raw, type Value, type Variable } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { actionNamed, rawArgs } from './actions.ts'
import { said } from './chain.ts'
import { flagOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { isUnpredictable } from './converge.ts'
import type { Learnt } from './learn.ts'
import { predictedResult, unknownVariable } from './maybe.ts'
import type { IncludedHere } from './included.ts'
import type { PlannedTask } from './plan.ts'
import { sourceOf } from './source.ts'
import { whyUnresolved } from './resolving.ts'
import type { HostState } from './state.ts'

/** How a task ended on a host, before anybody is told. */
export interface TaskEnd {
  readonly status: OutcomeStatus
  readonly result: Result
  /** What `register` keeps and `changed_when` sees. */
  readonly registered: Variable
  /** It failed or was away, and ignore_errors or ignore_unreachable says that it does not matter. */
  readonly ignored: boolean
  /** Handlers by the names the task notifies, when it changed something. */
  readonly notify: readonly string[]
  readonly error?: KplayError | undefined
  /** What it taught about its host: with run_once all hosts learn it. */
  readonly learnt?: Learnt | undefined
  /** Tasks to run next, item by item. */
  readonly included?: readonly IncludedHere[] | undefined
}

const UNREACHABLE = new Set(['UNREACHABLE', 'HOST_KEY', 'LOGIN_REFUSED'])

/** The host could not be reached, or not logged in to. */
export const isUnreachable = (error: unknown): boolean => error instanceof KplayError && UNREACHABLE.has(error.code)

/** A result of which only the host is known. */
export const blank = (host: HostState): Result => ({
  host: host.name,
  status: 'ok',
  changes: [],
  steps: [],
  warnings: [],
  values: {},
  elapsed: 0,
})

/** `when` was false. */
export function skipped(condition: Raw, host: HostState): TaskEnd {
  const reason = sourceOf(condition)
  const written = condition instanceof Template ? reason : (condition as Value)
  return passedOver(host, reason, [
    ['skip_reason', 'Conditional result was False'],
    ['false_condition', written],
  ])
}

/** A loop over nothing. */
export const nothingToDo = (host: HostState): TaskEnd =>
  passedOver(host, NO_ITEMS, [
    ['skip_reason', NO_ITEMS],
    ['skipped_reason', NO_ITEMS],
    ['results', []],
  ])

const NO_ITEMS = 'No items in the list'

function passedOver(host: HostState, reason: string, members: readonly [Value, Value][]): TaskEnd {
  const value = new Map<Value, Value>([['changed', false], ['failed', false], ['skipped', true], ...members])
  return {
    status: 'skipped',
    ignored: false,
    notify: [],
    registered: { value },
    result: { ...blank(host), status: 'skipped', reason, values: toPlain(value) },
  }
}

/** In place of a Python traceback: there is none, but playbooks ask whether a result has one. */
export const NO_TRACE = '(traceback unavailable)'

/** What was thrown becomes an outcome: unreachable, failed, or in check mode maybe. Bugs of ours are told as such. */
export function thrown(
  error: unknown,
  planned: PlannedTask,
  host: HostState,
  scope: Scope,
  context: RunContext,
  elapsed: number,
): TaskEnd {
  if (context.options.check && isUnpredictable(error)) {
    for (const name of wouldSet(planned, context)) host.registered.set(name, unknownVariable(name))
    const why = (error as KplayError).message
    return {
      status: 'maybe',
      ignored: false,
      notify: [],
      registered: predictedResult('maybe'),
      result: { ...blank(host), status: 'maybe', reason: why, elapsed },
    }
  }
  const known =
    error instanceof KplayError
      ? error
      : new KplayError('BUG', `kplay itself failed: ${String(error)}`, { cause: error, place: planned.task.place })
  const status = UNREACHABLE.has(known.code) ? 'unreachable' : 'failed'
  const values = {
    changed: false,
    failed: status === 'failed',
    ...(status === 'unreachable' && { unreachable: true }),
    exception: NO_TRACE,
    msg: `Task failed: ${whyUnresolved(known)}`,
  }
  const keyword = status === 'failed' ? 'ignoreErrors' : 'ignoreUnreachable'
  const ignored = known.code !== 'BUG' && safeFlag(planned, keyword, scope)
  const registered = { value: fromPlain(values) }
  return {
    status,
    ignored,
    notify: [],
    registered,
    error: known,
    result: { ...blank(host), status, values, elapsed, failure: { error: known } },
  }
}

function wouldSet({ task }: PlannedTask, { registry }: RunContext): Iterable<string> {
  const action = actionNamed(task.action, registry)
  return action?.kind === 'control' ? (action.sets?.(rawArgs(task, action)) ?? []) : []
}

function safeFlag({ chain }: PlannedTask, key: 'ignoreErrors' | 'ignoreUnreachable', scope: Scope): boolean {
  try {
    return flagOf(said(chain, key, scope)?.value ?? false, scope, key)
  } catch {
    return false
  }
}
