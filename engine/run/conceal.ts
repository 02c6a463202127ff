import { KplayError, KplayErrors } from '../errors.ts'
import type { Emit, Event, Failure, Result, TaskInfo } from '../events.ts'
import type { Change } from '../model.ts'
import { maskPlain } from './mask.ts'

type Mask = (text: string) => string

/** The same events, with what must not be shown taken out of everything that is free text. */
export const concealing =
  (emit: Emit, mask: Mask): Emit =>
  (event) =>
    emit(concealEvent(event, mask))

function concealEvent(event: Event, mask: Mask): Event {
  switch (event.type) {
    case 'item':
    case 'result':
      return { ...event, task: concealTask(event.task, mask), result: concealResult(event.result, mask) }
    case 'task-start':
    case 'task-end':
    case 'host-start':
    case 'retry':
      return { ...event, task: concealTask(event.task, mask) }
    case 'progress':
      return { ...event, task: concealTask(event.task, mask), text: mask(event.text) }
    case 'unreachable':
      return { ...event, error: concealError(event.error, mask) }
    case 'warning':
    case 'note':
      return { ...event, message: mask(event.message) }
    case 'notified':
      return { ...event, handler: mask(event.handler) }
    case 'owed':
      return { ...event, handler: mask(event.handler), task: mask(event.task) }
    case 'play-start':
      return { ...event, name: mask(event.name) }
    case 'play-skipped':
    case 'play-stopped':
      return { ...event, reason: mask(event.reason) }
    default:
      return event
  }
}

const concealTask = (task: TaskInfo, mask: Mask): TaskInfo => ({ ...task, name: mask(task.name) })

function concealResult(result: Result, mask: Mask): Result {
  const { message, item, reason, failure } = result
  return {
    ...result,
    changes: result.changes.map((change) => concealChange(change, mask)),
    steps: result.steps.map(mask),
    warnings: result.warnings.map(mask),
    values: maskPlain(result.values, mask),
    ...(message !== undefined && { message: mask(message) }),
    ...(item !== undefined && { item: mask(item) }),
    ...(reason !== undefined && { reason: mask(reason) }),
    ...(failure && { failure: concealFailure(failure, mask) }),
  }
}

const concealChange = (change: Change, mask: Mask): Change => ({
  ...change,
  from: change.from === null ? null : mask(change.from),
  to: change.to === null ? null : mask(change.to),
})

function concealFailure(failure: Failure, mask: Mask): Failure {
  const { evidence, stdout, stderr } = failure
  return {
    ...failure,
    error: concealError(failure.error, mask),
    ...(evidence !== undefined && { evidence: mask(evidence) }),
    ...(stdout !== undefined && { stdout: mask(stdout) }),
    ...(stderr !== undefined && { stderr: mask(stderr) }),
  }
}

/** The same error, with what must not be shown taken out of its words. */
export function concealError<T>(error: T, mask: Mask): T
export function concealError(error: unknown, mask: Mask): unknown {
  if (error instanceof KplayErrors) return new KplayErrors(error.problems.map((problem) => concealError(problem, mask)))
  if (!(error instanceof KplayError)) return error
  const { code, message, hint, place, cause } = error
  const concealed = new KplayError(code, mask(message), {
    hint: hint === undefined ? undefined : mask(hint),
    place,
    cause: concealCause(cause, mask),
  })
  if (code === 'BUG' && error.stack !== undefined) concealed.stack = mask(error.stack)
  return concealed
}

function concealCause(cause: unknown, mask: Mask): unknown {
  if (typeof cause === 'string') return mask(cause)
  if (cause instanceof KplayError) return concealError(cause, mask)
  if (!(cause instanceof Error) || mask(cause.message) === cause.message) return cause
  return new Error(mask(cause.message))
}
