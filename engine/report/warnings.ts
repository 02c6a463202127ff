import type { Result, TaskInfo } from '../events.ts'
import { hostList } from './host-list.ts'
import { safe, type Paint } from './style.ts'
import { titleOf } from './task-lines.ts'

const HOSTS = 8
/** k2 before k10. */
const byNumber = new Intl.Collator('en', { numeric: true }).compare

/** What was warned of during the run, to be named once more at its end: by then the tasks have scrolled away. */
export class Warnings {
  /** By task, then by text: the hosts, in the order they were heard of. */
  private readonly heard = new Map<string, Map<string, string[]>>()

  add(task: TaskInfo, { host, warnings }: Result): void {
    if (warnings.length === 0) return
    const title = titleOf(task)
    const texts = this.heard.get(title) ?? new Map<string, string[]>()
    this.heard.set(title, texts)
    for (const text of new Set(warnings)) texts.set(text, [...(texts.get(text) ?? []), host])
  }

  /** Each task with its hosts, below it what is true of all of these; empty without warnings. */
  render(paint: Paint): string {
    const lines: string[] = []
    for (const [title, texts] of this.heard) {
      const byHosts = new Map<string, string[]>()
      for (const [text, hosts] of texts) {
        const names = hostList(hosts.toSorted(byNumber), { most: HOSTS })
        byHosts.set(names, [...(byHosts.get(names) ?? []), `    ${safe(text)}`])
      }
      for (const [names, rows] of byHosts) lines.push(`  ${title}  ${paint('dim', names)}`, ...rows)
    }
    return lines.length === 0 ? '' : [paint('yellow', 'warnings'), ...lines].join('\n')
  }
}
