import { KplayError, type Place } from '../errors.ts'
import type { Task } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate, evaluateText } from '../values/template.ts'
import type { Batch } from './batch.ts'
import type { RunContext } from './context.ts'
import type { PlannedHandler, PlannedTask } from './plan.ts'
import type { HostState } from './state.ts'
import { warnOnce } from './warn-once.ts'

/**
 * Handlers that a name means: by name, `role : name`, or `listen`. Of those with one name the ones of the last list
 * count, which is that of a role included late, and among them the first one, as in Ansible.
 */
export function handlersNamed(wanted: string, handlers: readonly PlannedHandler[]): readonly PlannedHandler[] {
  const byName = counting(handlers.filter((handler) => isCalled(handler, handler.name, wanted)))
  const listening = handlers.filter(
    (handler) => listens(handler, wanted) && handler === counting(handlers.filter(isSame(handler, wanted))),
  )
  return byName ? [byName, ...listening] : listening
}

const counting = (same: readonly PlannedHandler[]): PlannedHandler | undefined =>
  same.find(({ list }) => list === same.at(-1)?.list)

/** By itself or behind its role; the role of a collection has a full name and a short one. */
const isCalled = ({ role }: PlannedHandler, name: string, wanted: string): boolean =>
  name === wanted ||
  (role !== undefined && [role, role.replace(/^.*\./, '')].some((called) => `${called} : ${name}` === wanted))

const listens = (handler: PlannedHandler, wanted: string): boolean =>
  handler.listen.some((topic) => isCalled(handler, topic, wanted))

const isSame =
  (one: PlannedHandler, wanted: string) =>
  (other: PlannedHandler): boolean =>
    other === one || (!one.anonymous && !other.anonymous && fullName(other) === fullName(one) && listens(other, wanted))

/** Renders names of handlers that hold variables, as far as these are known by now; the others cannot be notified. */
export function nameHandlers(handlers: readonly PlannedHandler[], scope: () => Scope): void {
  for (const handler of handlers) {
    if (!handler.unnamed) continue
    try {
      handler.name = evaluateText(handler.unnamed.value, scope())
      handler.unnamed = undefined
    } catch (error) {
      if (!(error instanceof KplayError)) throw error
    }
  }
}

/** As it may be notified from anywhere in the play. */
export const fullName = ({ role, name }: Pick<PlannedHandler, 'role' | 'name'>): string =>
  role === undefined ? name : `${role} : ${name}`

/**
 * The handlers that a task notifies, each once. Throws BAD_YAML for a name that no handler of the play has, unless it
 * is just told.
 */
export function handlersOf(
  task: Task,
  names: readonly string[],
  handlers: readonly PlannedHandler[],
  tell?: Tell,
): readonly PlannedHandler[] {
  const found = names.flatMap((name) => {
    const meant = handlersNamed(name, handlers)
    if (meant.length > 0) return meant
    const message = `there is no handler ${name}`
    const place = task.notify[0]?.place
    if (tell) {
      tell(message, place)
      return []
    }
    throw new KplayError('BAD_YAML', message, {
      place,
      hint: didYouMean(
        name,
        handlers.flatMap((handler) => [handler.name, ...handler.listen]),
      ),
    })
  })
  return [...new Set(found)]
}

type Tell = (message: string, place: Place | undefined) => void

/** What to do about a handler that is not there; undefined: it is an error. */
export const tellMissing = ({ options, emit }: Pick<RunContext, 'options' | 'emit'>): Tell | undefined =>
  options.missingHandlers === 'warn' ? (message, place) => warnOnce(emit, message, place) : undefined

/** The names in a task's `notify`. */
export const notifiedBy = ({ notify: names }: Task, scope: Scope): readonly string[] =>
  names.flatMap(({ value }) => {
    const found = evaluate(value, scope)
    return Array.isArray(found) ? found.map(printValue) : [printValue(found)]
  })

/** Those of them that hold no variable: they are known before the task runs. */
export const literallyNotifiedBy = ({ notify: names }: Task): readonly string[] =>
  names.flatMap(({ value }) => (typeof value === 'string' ? [value] : []))

/** A task changed something: remembers for its host which handlers to run. */
export function notify(planned: PlannedTask, host: HostState, names: readonly string[], batch: Batch): void {
  for (const handler of handlersOf(planned.task, names, batch.view.plan.handlers, tellMissing(batch.context))) {
    const owing = host.owing.get(fullName(handler))
    if (owing) owing.asked = true
  }
  for (const name of names) {
    host.notified.add(name)
    batch.context.emit({ type: 'notified', host: host.name, handler: name })
  }
}

/** What the names notified so far mean now is to run. */
export function expandNotified(host: HostState, handlers: readonly PlannedHandler[]): void {
  for (const name of host.notified) for (const { id } of handlersNamed(name, handlers)) host.due.add(id)
  host.notified.clear()
}
