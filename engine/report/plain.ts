import type { Event, Result } from '../events.ts'
import { frame, renderError } from './error.ts'
import { hostList } from './host-list.ts'
import { renderRecap } from './recap.ts'
import type { Output, Reporter, ReportOptions } from './reporter.ts'
import { indent, painter, safe, STATUS_STYLE } from './style.ts'
import { renderTask, titleOf } from './task-lines.ts'
import { Warnings } from './warnings.ts'

/** Lines only: for pipes, logs and CI. A line stands when it is written. */
export function plainReporter(output: Output, options: ReportOptions): Reporter {
  const paint = painter(output.colour)
  const results = new Map<number, Result[]>()
  /** Hosts of each task in the play's order: answers come in any order. */
  const order = new Map<number, readonly string[]>()
  const warnings = new Warnings()
  const say = (text: string): void => {
    if (text !== '') output.write(`${text}\n`)
  }

  function listen(event: Event): void {
    switch (event.type) {
      case 'play-start':
        return say(
          `${paint('bold', `play ${safe(event.name)}`)}  ${paint('dim', `${event.hosts.length} ${event.hosts.length === 1 ? 'host' : 'hosts'}`)}`,
        )
      case 'play-skipped':
        return say(`${paint('bold', `play ${safe(event.name)}`)}  ${paint('dim', event.reason)}`)
      case 'play-stopped': {
        const untouched = event.untouched.length > 0 ? `; not run on ${hostList(event.untouched)}` : ''
        return say(`  ${paint('red', 'stopped')}: ${event.reason}${untouched}`)
      }
      case 'unreachable':
        return say(
          `  ${paint(STATUS_STYLE.unreachable, 'unreachable')} ${hostList(event.hosts)}\n${indent(renderError(event.error, options, paint), '      ')}`,
        )
      case 'task-start':
        results.set(event.task.id, [])
        order.set(event.task.id, event.hosts)
        if (options.verbosity > 0) say(`  ${paint('dim', 'task')} ${titleOf(event.task)}`)
        return
      case 'retry':
        if (options.verbosity > 0)
          say(
            `  ${paint('dim', 'retry')} ${titleOf(event.task)}  ${paint('dim', `${event.host}, attempt ${event.attempt} of ${event.of + 1}`)}`,
          )
        return
      case 'item':
        // A loop shows its items where they are worth it; the task's own line sums them up.
        if (event.result.status !== 'ok' && event.result.status !== 'skipped') collect(event.task.id, event.result)
        else if (event.result.message !== undefined || options.verbosity > 0) collect(event.task.id, event.result)
        return
      case 'result':
        warnings.add(event.task, event.result)
        if (!looped(event.task.id, event.result)) collect(event.task.id, event.result)
        return
      case 'task-end':
        say(renderTask(event.task, sorted(event.task.id), options, paint))
        results.delete(event.task.id)
        order.delete(event.task.id)
        return
      case 'owed':
        return say(
          `  ${paint(STATUS_STYLE.changed, 'owed'.padEnd(9))} ${safe(event.handler)}  ${paint('dim', event.hosts.join(' '))}\n      since ${event.since}, by ${safe(event.task)}: a former run did not come to it`,
        )
      case 'warning':
        return say(
          `${paint('yellow', 'warning')}: ${safe(event.message)}${event.place ? `\n${indent(frame(event.place, options, paint), '  ')}` : ''}`,
        )
      case 'note':
        return options.verbosity < event.level ? undefined : say(paint('dim', `note: ${safe(event.message)}`))
      case 'interrupted':
        return say(
          paint(
            'yellow',
            event.hard
              ? 'aborting: running steps are ended now, what they did may be half done'
              : 'interrupted: running tasks end, then kplay stops (Ctrl-C again aborts them)',
          ),
        )
      case 'run-end':
        say(warnings.render(paint))
        return say(
          renderRecap(
            event.recap,
            { check: options.check, elapsed: event.elapsed, interrupted: event.interrupted },
            paint,
          ),
        )
      default:
    }
  }
  const collect = (task: number, result: Result): void => void results.get(task)?.push(result)
  const sorted = (task: number): Result[] => {
    const hosts = order.get(task) ?? []
    return (results.get(task) ?? []).toSorted((a, b) => hosts.indexOf(a.host) - hosts.indexOf(b.host))
  }
  /** The items of this host were told one by one already. */
  const looped = (task: number, result: Result): boolean =>
    results.get(task)?.some(({ host, item }) => host === result.host && item !== undefined) ?? false

  return { listen, end: () => undefined }
}
