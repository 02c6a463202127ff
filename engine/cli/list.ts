import { relative } from 'node:path'
import type { Prepared } from '../kplay.ts'
import type { Play } from '../model.ts'
import { tagsOf } from '../run/chain.ts'
import { nameOf } from '../run/play.ts'
import { flatTasks, planPlay, type PlannedTask } from '../run/plan.ts'
import { Template, type Raw, type Vars } from '../value.ts'
import type { RunFlags } from './run.ts'

type Listed = Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags'>

/**
 * What --list-hosts, --list-tasks, --list-tags and --syntax-check print: line for line what ansible-playbook prints,
 * for other programs read it; only the order of hosts and tags is our own.
 */
export function listing(prepared: Prepared, flags: Listed): string {
  const shown = flags.listHosts || flags.listTasks || flags.listTags
  const parts = prepared.playbooks.flatMap(({ path, plays }) => [
    `\nplaybook: ${shortest(path)}\n`,
    ...(shown ? plays.map((play, index) => playLines(play, index + 1, prepared, flags)) : []),
  ])
  return parts.join('')
}

function playLines(play: Play, number: number, prepared: Prepared, flags: Listed): string {
  const patterns = patternsOf(play)
  const { extraVars } = prepared.options
  const tags = [...tagsOf({ keywords: [play.keywords], roles: [] }, extraVars)]
  const lines = [`  play #${number} (${patterns.join(',')}): ${nameOf(play)}\tTAGS: [${tags.join(',')}]`]
  if (flags.listHosts) {
    const hosts = prepared.hostsOf(play)
    lines.push(`    pattern: [${patterns.map((pattern) => `'${pattern}'`).join(', ')}]`, `    hosts (${hosts.length}):`)
    lines.push(...hosts.map(({ name }) => `      ${name}`))
  }
  const tasks = planPlay(play, prepared.options, () => 0)
    .sections.flat()
    .flatMap(flatTasks)
  if (flags.listTasks)
    lines.push('    tasks:', ...tasks.map((task) => `      ${titleOf(task)}\tTAGS: [${sorted([task], extraVars)}]`))
  if (flags.listTags) lines.push(`      TASK TAGS: [${sorted(tasks, extraVars, tags)}]`)
  return `\n${lines.join('\n')}\n`
}

const sorted = (tasks: readonly PlannedTask[], extraVars: Vars, more: readonly string[] = []): string =>
  [...new Set([...more, ...tasks.flatMap(({ chain }) => [...tagsOf(chain, extraVars)])])].sort().join(', ')

/** Its name with that of its role; a task without a name is its module. */
const titleOf = ({ task, info }: PlannedTask): string =>
  task.name === undefined || info.role === undefined ? info.name : `${info.role} : ${info.name}`

/** The pattern, or the patterns, as written. */
function patternsOf({ hosts: { value } }: Play): readonly string[] {
  const all: readonly Raw[] = Array.isArray(value) ? (value as readonly Raw[]) : [value]
  return all.map((one) => (one instanceof Template ? one.source : typeof one === 'string' ? one : JSON.stringify(one)))
}

function shortest(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
