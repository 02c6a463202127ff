import './own-lab.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import type { Counts, Event } from '../../../engine/events.ts'
import { repositoryFolder } from '../../mirror/places.ts'
import { knownHostsFile } from '../places.ts'
import { runCommand } from './command.ts'
import type { Answer, CommandOptions } from './command.ts'

/** An event as `--output json` prints it. */
export type Told = Exclude<Event, { type: 'run-end' }> | { type: 'run-end'; recap: Record<string, Counts> }

export interface Run extends Answer {
  readonly events: readonly Told[]
}

/** `npx kplay …`, as a user types it in the clone; in another folder, where npx would not find it, by its path. */
export function kplay(args: readonly string[], options: CommandOptions = {}): Promise<Answer> {
  const folder = repositoryFolder()
  const { cwd = folder } = options
  const [command, first] = cwd === folder ? ['npx', 'kplay'] : [process.execPath, join(folder, 'engine/launch.js')]
  return runCommand(command, [first, ...args], { timeout: 400_000, ...options, cwd })
}

/** `kplay run`, with every event it tells. */
export async function tellRun(args: readonly string[], options: CommandOptions = {}): Promise<Run> {
  const answer = await kplay(['run', '--output', 'json', ...args], options)
  const lines = answer.stdout.split('\n').filter((line) => line.startsWith('{'))
  return { ...answer, events: lines.map((line) => JSON.parse(line) as Told) }
}

/** Runs a playbook on hosts of the lab and kills kplay, with SIGKILL, as soon as it tells an event that is meant. */
export async function killRun(args: readonly string[], meant: (event: Told) => boolean): Promise<void> {
  const launcher = join(repositoryFolder(), 'engine/launch.js')
  const words = [launcher, 'run', '--output', 'json', '--known-hosts', knownHostsFile, ...args]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{') || !meant(JSON.parse(line) as Told)) continue
    child.kill('SIGKILL')
    break
  }
  const [code, signal] = (await ended) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error(`kplay ended by itself, with ${code}`)
}

/** The same on hosts of the lab, whose keys are known. */
export const runPlaybook = (args: readonly string[], options: CommandOptions = {}): Promise<Run> =>
  tellRun(['--known-hosts', knownHostsFile, ...args], options)

/** What a person would look at when a run did not end as it should. */
export function story({ code, stdout, stderr, events }: Run): string {
  const failures = events.flatMap((event) => {
    if (event.type === 'unreachable') return [`${event.hosts.join(' ')}: ${event.error.message}`]
    if (event.type !== 'result' || !event.result.failure) return []
    const { host, failure } = event.result
    const { place, name } = event.task
    const more = [failure.error.hint, failure.stdout, failure.stderr, failure.evidence].filter(Boolean)
    return [[`${host}: ${name} (${place.file}:${place.line}): ${failure.error.message}`, ...more].join('\n  ')]
  })
  return [`exit ${code}`, ...failures, events.length ? '' : stdout, stderr].join('\n')
}

/** The recap of a run that came to its end. */
export function recapOf(run: Run): Record<string, Counts> {
  const end = run.events.find((event) => event.type === 'run-end')
  if (!end) throw new Error(`the run has no end: ${story(run)}`)
  return end.recap
}

/** Host and task of every change that a run made, or in check mode foresees; handlers too, sorted. */
export function changesOf({ events }: Run): string[] {
  const pairs = events.flatMap((event) => {
    if (event.type !== 'result' || event.result.status !== 'changed') return []
    const { place, role, name, handler } = event.task
    const file = relative(repositoryFolder(), place.file)
    return [`${event.result.host}: ${role ?? 'play'}: ${name}${handler ? ' (handler)' : ''} at ${file}:${place.line}`]
  })
  return pairs.sort()
}

/** How many changes each host has. */
export const changesPerHost = (run: Run): Record<string, number> =>
  Object.fromEntries(Object.entries(recapOf(run)).map(([host, { changed }]) => [host, changed]))
