import type { Prepared } from '../kplay.ts'
import { nameOf as titleOf } from '../run/play.ts'
import { flatTasks, planPlay } from '../run/plan.ts'
import type { RunFlags } from './run.ts'

/** What --list-hosts, --list-tasks and --syntax-check print. */
export function listing(prepared: Prepared, flags: Pick<RunFlags, 'listHosts' | 'listTasks'>): string {
  const lines: string[] = []
  for (const { path, plays } of prepared.playbooks) {
    lines.push(path)
    for (const play of plays) {
      const hosts = prepared.hostsOf(play).map(({ name }) => name)
      const plan = planPlay(play, prepared.options, () => 0)
      lines.push(`  play ${titleOf(play)}  (${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'})`)
      if (flags.listHosts) lines.push(...hosts.map((name) => `    ${name}`))
      if (flags.listTasks) {
        for (const { info, chain } of plan.sections.flat().flatMap(flatTasks)) {
          const tags = [...new Set(chain.keywords.flatMap((keywords) => keywords.tags))]
          lines.push(
            `    ${info.role === undefined ? '' : `${info.role} : `}${info.name}${tags.length > 0 ? `  [${tags.join(', ')}]` : ''}`,
          )
        }
      }
    }
  }
  return `${lines.join('\n')}\n`
}
