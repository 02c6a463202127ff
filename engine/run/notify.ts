import { KplayError } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Batch } from './batch.ts'
import type { PlannedTask } from './plan.ts'
import type { HostState } from './state.ts'

/** Handlers that a name means: by name, `role : name`, or `listen`. Of those with one name the last one defined counts. */
function handlersNamed(name: string, handlers: readonly PlannedTask[]): readonly PlannedTask[] {
  const byName = handlers.findLast(
    ({ info }) => info.name === name || (info.role !== undefined && `${info.role} : ${info.name}` === name),
  )
  const listening = handlers.filter(({ task }) => task.listen.includes(name))
  return byName ? [byName, ...listening] : listening
}

/** A task changed something: remembers for its host which handlers to run. */
export function notify(planned: PlannedTask, host: HostState, names: readonly string[], batch: Batch): void {
  const { handlers } = batch.view.plan
  for (const name of names) {
    const found = handlersNamed(name, handlers)
    if (found.length === 0) {
      throw new KplayError('BAD_YAML', `there is no handler ${name}`, {
        place: planned.task.notify[0]?.place,
        hint: didYouMean(
          name,
          handlers.flatMap(({ info, task }) => [info.name, ...task.listen]),
        ),
      })
    }
    for (const { info } of found) host.notified.add(info.id)
    batch.context.emit({ type: 'notified', host: host.name, handler: name })
  }
}
