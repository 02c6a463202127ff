import { at, KplayError } from '../errors.ts'
import type { Failure, Result } from '../events.ts'
import type { Conditions, OutcomeStatus, Task } from '../model.ts'
import type { Raw, Value, Variable } from '../value.ts'
import { condition } from '../values/condition.ts'
import type { Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { said } from './chain.ts'
import { flagOf } from './connect.ts'
import { isUnpredictable } from './converge.ts'
import type { Executed } from './execution.ts'
import { maskPlain } from './mask.ts'
import { predictedResult } from './maybe.ts'
import { blank, NO_TRACE, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { resultDict, withResult } from './registered.ts'
import { sourceOf } from './source.ts'
import type { HostState } from './state.ts'

/** The first condition that does not hold, as it was written. */
export function firstFalse(conditions: Conditions, scope: Scope): Raw | undefined {
  for (const { value, place } of conditions) {
    try {
      if (!condition(value, scope)) return value
    } catch (error) {
      throw at(place, error)
    }
  }
  return undefined
}

export const holds = (conditions: Conditions, scope: Scope): boolean => firstFalse(conditions, scope) === undefined

/** changed_when, failed_when and ignore_errors have the last word on what was done. */
export async function judge(
  planned: PlannedTask,
  executed: Executed,
  host: HostState,
  scope: Scope,
  attempts?: number,
): Promise<TaskEnd> {
  const { task } = planned
  const verdict = new Verdict(executed, attempts)
  let { status } = verdict
  const registered = (): Variable => verdict.registered(status)
  try {
    if (task.changedWhen && !executed.skipped && (status === 'ok' || status === 'changed' || status === 'failed')) {
      const seen = withResult(scope, task, registered())
      const { changedWhen } = task
      verdict.rule('changed', await settled(() => asked(changedWhen, seen)))
      status = verdict.status
    }
    if (task.failedWhen && !executed.skipped && status !== 'maybe') {
      const seen = withResult(scope, task, registered())
      const { failedWhen } = task
      verdict.rule('failed', await settled(() => asked(failedWhen, seen)))
      status = verdict.status
    }
  } catch (error) {
    if (!isUnpredictable(error)) throw error
    status = 'maybe'
  }
  const failure = status === 'failed' ? verdict.failure : undefined
  return {
    status,
    ignored: status === 'failed' && ignoresErrors(planned, scope),
    notify: [],
    registered: registered(),
    error: failure?.error,
    learnt: executed.learnt,
    result: { ...blank(host), ...shownAnswer(executed), status, failure: placed(failure, task) },
  }
}

export const ignoresErrors = ({ chain }: PlannedTask, scope: Scope): boolean =>
  flagOf(said(chain, 'ignoreErrors', scope)?.value ?? false, scope, 'ignore_errors')

/** What a condition says; an error in it is what it says, unless nobody could know. */
function asked(
  conditions: Conditions,
  scope: Scope,
): { readonly holds: boolean; readonly conditions: Conditions } | KplayError {
  try {
    return { holds: holds(conditions, scope), conditions }
  } catch (error) {
    if (!(error instanceof KplayError) || isUnpredictable(error)) throw error
    return error
  }
}

/** A result on its way through the conditions of its task. */
class Verdict {
  failure: Failure | undefined
  /** What a condition has to say about it, in Ansible's words. */
  #said: string | undefined
  #changed: boolean
  #failed: boolean
  #unsure: boolean
  readonly #executed: Executed
  readonly #more = new Map<Value, Value>()

  constructor(executed: Executed, attempts: number | undefined) {
    const { answer } = executed
    this.#executed = executed
    this.failure = answer.failure
    this.#failed = answer.status === 'failed'
    this.#unsure = answer.status === 'maybe'
    this.#changed =
      answer.status === 'changed' || (this.#failed && (executed.acted || answer.values['changed'] === true))
    if (attempts !== undefined) this.#more.set('attempts', attempts)
    if (executed.skipped) this.#more.set('skipped', true)
  }

  get status(): OutcomeStatus {
    if (this.#executed.skipped) return 'skipped'
    if (this.#failed) return 'failed'
    return this.#unsure ? 'maybe' : this.#changed ? 'changed' : 'ok'
  }

  rule(what: 'changed' | 'failed', said: ReturnType<typeof asked>): void {
    const key = `${what}_when_result`
    const isSuppressed = this.#failed && (said instanceof KplayError || what === 'failed')
    if (isSuppressed) this.#more.set(`${what}_when_suppressed_exception`, NO_TRACE)
    if (said instanceof KplayError) {
      this.#failed = true
      this.failure = { ...this.failure, error: said }
      const reason = whyCondition(said)
      this.#said = `A '${what}_when' expression failed: ${reason}`
      this.#more.set(key, reason)
      return
    }
    this.#more.set(key, said.holds)
    if (what === 'changed') this.#changed = said.holds
    else if (said.holds) {
      if (!this.#failed || !this.failure) {
        this.failure = { error: byCondition(said.conditions) }
        this.#said = "A 'failed_when' expression evaluated to 'True'."
      }
      this.#failed = true
    } else this.#failed = false
  }

  get #message(): string | undefined {
    if (this.#said === undefined) return this.failure?.error.message
    const { status } = this.#executed.answer
    return `Task failed: ${status === 'failed' ? 'Module' : 'Action'} failed: ${this.#said}`
  }

  registered(status: OutcomeStatus): Variable {
    if (this.#executed.predicted || status === 'maybe') return predictedResult(status)
    // What went wrong stays told when failed_when says that it does not matter.
    const message = this.#message
    const more = new Map([...this.#more, ...(this.#failed ? [['exception', NO_TRACE] as const] : [])])
    return { value: resultDict(this.#executed, { changed: this.#changed, failed: this.#failed, message, more }) }
  }
}

/** An error in a condition as results tell it. */
export const whyCondition = ({ code, message }: KplayError): string =>
  `${code === 'UNDEFINED' ? 'Error while evaluating conditional' : 'Error rendering expression'}: ${message}`

const byCondition = (conditions: Conditions): KplayError =>
  new KplayError('ASSERTION', `failed_when is true: ${sources(conditions)}`, { place: conditions[0]?.place })

export const sources = (conditions: Conditions): string => conditions.map(({ value }) => sourceOf(value)).join(' and ')

const placed = (failure: Failure | undefined, task: Task): Failure | undefined =>
  failure && { ...failure, error: at(task.place, failure.error) as KplayError }

function shownAnswer({ answer, mask, message }: Executed): Partial<Result> {
  return {
    changes: answer.changes,
    steps: answer.steps,
    warnings: answer.warnings,
    values: maskPlain(answer.values, mask),
    ...(message !== undefined && { message: mask(message) }),
  }
}
