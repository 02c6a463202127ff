import { at, KplayError } from '../errors.ts'
import type { Failure, Result } from '../events.ts'
import type { Conditions, OutcomeStatus, Task } from '../model.ts'
import { fromPlain, isDict, type Dict, type Plain, type Value, type Variable } from '../value.ts'
import { condition } from '../values/condition.ts'
import type { Scope } from '../values/scope.ts'
import { nearest } from './chain.ts'
import { flagOf } from './connect.ts'
import { isUnpredictable } from './converge.ts'
import type { Executed } from './execute.ts'
import { maskPlain } from './mask.ts'
import { predictedResult } from './maybe.ts'
import { blank, type TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import { sourceOf } from './source.ts'
import type { HostState } from './state.ts'

/** The first condition that does not hold, as it was written. */
export function firstFalse(conditions: Conditions, scope: Scope): string | undefined {
  for (const { value, place } of conditions) {
    try {
      if (!condition(value, scope)) return sourceOf(value)
    } catch (error) {
      throw at(place, error)
    }
  }
  return undefined
}

export const holds = (conditions: Conditions, scope: Scope): boolean => firstFalse(conditions, scope) === undefined

/** What conditions about a result see beside the variables. */
export const withResult = (scope: Scope, task: Task, registered: Variable): Scope =>
  task.register === undefined ? scope : scope.with({ name: 'register', vars: new Map([[task.register, registered]]) })

/** changed_when, failed_when and ignore_errors have the last word on what was done. */
export function judge(planned: PlannedTask, executed: Executed, host: HostState, scope: Scope): TaskEnd {
  const { task, chain } = planned
  const { answer } = executed
  let { status } = answer
  let failure = answer.failure
  const seen = withResult(scope, task, registeredOf(executed, status))
  try {
    if (task.changedWhen && (status === 'ok' || status === 'changed'))
      status = holds(task.changedWhen, seen) ? 'changed' : 'ok'
    if (task.failedWhen && status !== 'maybe') {
      const failing = task.failedWhen.length > 0 && holds(task.failedWhen, seen)
      if (failing && status !== 'failed') {
        status = 'failed'
        failure = {
          error: new KplayError('ASSERTION', `failed_when is true: ${sources(task.failedWhen)}`, {
            place: task.failedWhen[0]?.place,
          }),
        }
      } else if (!failing && status === 'failed') {
        status = task.changedWhen
          ? holds(task.changedWhen, seen)
            ? 'changed'
            : 'ok'
          : executed.acted
            ? 'changed'
            : 'ok'
        failure = undefined
      }
    }
  } catch (error) {
    if (!isUnpredictable(error)) throw error
    status = 'maybe'
  }
  const registered = registeredOf(executed, status, failure)
  return {
    status,
    ignored: status === 'failed' && flagOf(nearest(chain, 'ignoreErrors')?.value ?? false, scope, 'ignore_errors'),
    notify: [],
    registered,
    error: failure?.error,
    result: { ...blank(host), ...shownAnswer(executed), status, failure: placed(failure, task) },
  }
}

const sources = (conditions: Conditions): string => conditions.map(({ value }) => sourceOf(value)).join(' and ')

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

function registeredOf(executed: Executed, status: OutcomeStatus, failure?: Failure): Variable {
  if (executed.predicted || status === 'maybe') return predictedResult(status)
  const { values } = executed.answer
  const failed = status === 'failed'
  // What went wrong stays told when failed_when says that it does not matter.
  const message = (failure ?? executed.answer.failure)?.error.message
  const plain: Record<string, Plain> = {
    changed: status === 'changed',
    failed,
    ...values,
    ...(message !== undefined && values['msg'] === undefined && { msg: message }),
  }
  for (const stream of ['stdout', 'stderr']) {
    const text = plain[stream]
    if (typeof text === 'string' && plain[`${stream}_lines`] === undefined)
      plain[`${stream}_lines`] = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  }
  const value = fromPlain({
    ...plain,
    changed: status === 'changed' || (failed && values['changed'] === true),
    failed,
  }) as Dict
  return { value: new Map([...value, ...(executed.exact ?? [])]) }
}

/** `until` never came true. */
export function exhausted(end: TaskEnd, attempts: number, planned: PlannedTask, scope: Scope): TaskEnd {
  const told = sources(planned.task.until)
  const error =
    end.error ??
    new KplayError('COMMAND_FAILED', `after ${attempts} attempts still not true: ${told}`, {
      place: planned.task.place,
    })
  const value = isDict(end.registered.value) ? end.registered.value : new Map<Value, Value>()
  return {
    ...end,
    status: 'failed',
    error,
    ignored: flagOf(nearest(planned.chain, 'ignoreErrors')?.value ?? false, scope, 'ignore_errors'),
    registered: { value: new Map([...value, ['failed', true], ['attempts', attempts]]) },
    result: { ...end.result, status: 'failed', failure: end.result.failure ?? { error } },
  }
}
