import { Listr, type ListrTaskWrapper } from 'listr2'
import type { Event } from '../events.ts'
import { LiveRenderer, type Screen } from './live-renderer.ts'
import { plainReporter } from './plain.ts'
import type { Output, Reporter, ReportOptions } from './reporter.ts'
import { safe, seconds } from './style.ts'
import { titleOf } from './task-lines.ts'

/** What of a listr2 task is used here. */
type HostTask = Pick<ListrTaskWrapper<unknown, never, never>, 'title'>

interface Row {
  task?: HostTask
  since: number
  doing: string
  done(): void
}

/**
 * For a terminal: what is finished scrolls away as plain lines; below it stands, host by host, what is under way.
 * Each host is a listr2 task for as long as the run lasts; the events set its title.
 */
export function liveReporter(output: Output, options: ReportOptions): Reporter {
  const begun = performance.now()
  const hosts = new Map<string, Row>()
  const counts: Record<string, number> = { tasks: 0, changed: 0, failed: 0, unreachable: 0 }
  /** What the tasks under way failed of, by task and host. */
  const lost = new Map<number, string[]>()
  const screen: Screen = { output, footer, busy, lost: () => [...lost.values()].flat() }
  let running: Promise<unknown> | undefined
  LiveRenderer.screen = screen

  const lines = plainReporter({ ...output, write: (text) => LiveRenderer.above(text, output) }, options)

  function busy(): readonly string[] {
    const now = performance.now()
    return [...hosts]
      .filter(([, { doing }]) => doing !== '')
      .sort(([, a], [, b]) => a.since - b.since)
      .map(([name, { doing, since }]) => `${name}  ${doing}  ${seconds(now - since)}`)
  }
  function footer(): string {
    const { tasks, changed, failed, unreachable } = counts
    const word = options.check ? 'would change' : 'changed'
    return `${tasks} tasks · ${changed} ${word} · ${failed} failed · ${unreachable} unreachable · ${seconds(performance.now() - begun)}`
  }
  function start(names: readonly string[]): void {
    const tree = new Listr<unknown, typeof LiveRenderer, typeof LiveRenderer>([], {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is the run's: listr2 would end the process at once.
      registerSignalListeners: false,
      renderer: LiveRenderer,
      fallbackRenderer: LiveRenderer,
    })
    for (const name of names) {
      // listr2 begins its tasks later than the first host may begin to work.
      const row: Row = { since: performance.now(), doing: '', done: () => undefined }
      hosts.set(name, row)
      tree.add({
        title: name,
        task: (_context, task: HostTask) =>
          new Promise<void>((done) => {
            row.task = task
            row.done = done
          }),
      })
    }
    running = tree.run().catch(() => undefined)
  }
  function set(host: string, doing: string): void {
    const entry = hosts.get(host)
    if (!entry) return
    if (entry.doing === '' || doing === '') entry.since = performance.now()
    entry.doing = doing
    if (entry.task) entry.task.title = doing === '' ? host : `${host}  ${doing}`
  }

  function listen(event: Event): void {
    switch (event.type) {
      case 'run-start':
        start(event.hosts)
        break
      case 'host-start':
        set(event.host, titleOf(event.task))
        break
      case 'progress':
        set(event.host, `${titleOf(event.task)}  ${event.text}`)
        break
      case 'result': {
        const { status, host, ignored, failure } = event.result
        set(host, '')
        if (status in counts && !ignored) counts[status] = (counts[status] ?? 0) + 1
        if (failure && !ignored) {
          const [why = ''] = safe(failure.error.message).split('\n')
          lost.set(event.task.id, [...(lost.get(event.task.id) ?? []), `${host}  ${status}: ${why}`])
        }
        break
      }
      case 'task-end':
        counts['tasks'] = (counts['tasks'] ?? 0) + 1
        lost.delete(event.task.id)
        break
      case 'run-end':
        for (const { done } of hosts.values()) done()
        break
      default:
    }
    lines.listen(event)
  }

  return {
    listen,
    end: () => {
      for (const { done } of hosts.values()) done()
      LiveRenderer.close(output)
      void running
    },
  }
}
