import './lab-of-its-own.ts'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { host } from '../host.ts'
import { down, up } from '../lab.ts'
import { compareSnapshots, snapshot } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'
import { emptyFolder } from '../support/inventory.ts'
import { runPlaybook, story } from '../support/kplay.ts'
import type { Run, Told } from '../support/kplay.ts'
import { archives } from './archives.ts'
import type { Phase, Proof, Scenario, Task } from './scenario.ts'
import { large, sumsOf } from './server.ts'
import type { HostileServer } from './server.ts'
import { inventory, odd, targets } from './targets.ts'
import type { Target } from './targets.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Runs a shell script as root in the folder of a scenario. */
async function inside(target: Target, { top }: Scenario, script: string): Promise<string> {
  const words = `mkdir -p ${top} && cd ${top} || exit\nodd=${quoted(odd)}\n${script}`
  const { code, stdout, stderr } = await host(target.machine).exec(words)
  return code === 0 ? stdout.trimEnd() : `${stdout}exit ${code}\n${stderr}`
}

const isFor = ({ kind }: Target, { on }: Task | Scenario): boolean => on.includes(kind)
/** The hosts that a play is for. */
export const targetsOf = (scenario: Scenario): Target[] => targets.filter((target) => isFor(target, scenario))

async function writeArchives(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(archives)) await writeFile(join(folder, name), bytes)
}

/** Bare hosts, and on them what the scenarios want to meet. */
export async function prepareHosts(scenarios: readonly Scenario[]): Promise<void> {
  await down()
  await up(targets.map(({ machine }) => machine))
  for (const { machine } of targets) await writeArchives(join(host(machine).rootDir, 'srv/archives'))
  await Promise.all(
    targets.map(async (target) => {
      if (target.kind === 'systemd') await host(target.machine).exec('systemctl is-system-running --wait')
      for (const scenario of scenarios.filter((each) => isFor(target, each))) {
        const script = [scenario.prepare['all'], scenario.prepare[target.kind]].filter(Boolean).join('\n')
        const said = await inside(target, scenario, `set -e\n${script}`)
        if (/^exit /m.test(said)) throw new Error(`${target.name} could not be prepared for ${scenario.name}: ${said}`)
      }
    }),
  )
}

const acts = ['check', 'first', 'again', 'last', 'refusedCheck', 'refused'] as const
export type Act = (typeof acts)[number]

const flags: Readonly<Record<Act, readonly string[]>> = {
  check: ['--check'],
  first: [],
  again: [],
  last: ['--check'],
  refusedCheck: ['--check', '--tags', 'refused'],
  refused: ['--tags', 'refused'],
}

export interface Story {
  readonly runs: Readonly<Record<Act, Run>>
  /** What each run changed on the hosts. */
  readonly differences: Readonly<Record<Act, readonly string[]>>
}

const snapshots = (): Promise<Snapshot[]> => Promise.all(targets.map(({ machine }) => snapshot(machine)))

/** All runs, each with all scenarios. */
export async function tell(scenarios: readonly Scenario[], server: HostileServer): Promise<Story> {
  const folder = await emptyFolder()
  await writeArchives(folder)
  const vars = { server: server.url, archives: folder, sums: sumsOf(large) }
  await writeFile(join(folder, 'hosts.yml'), JSON.stringify(inventory(vars)))
  const runs: Partial<Record<Act, Run>> = {}
  const differences: Partial<Record<Act, string[]>> = {}
  let before = await snapshots()
  for (const act of acts) {
    const files = scenarios.map(({ file }) => file)
    const run = await runPlaybook(['-i', join(folder, 'hosts.yml'), ...flags[act], ...files])
    // Every failure is ignored, so nothing else may end a run.
    if (run.code !== 0) throw new Error(`${act}: ${story(run)}`)
    runs[act] = run
    const after = await snapshots()
    differences[act] = targets.flatMap(({ name }, at) => {
      const [one, other] = [before[at], after[at]]
      return one && other ? compareSnapshots(one, other).map((line) => `${name}: ${line}`) : []
    })
    before = after
  }
  return { runs, differences } as Story
}

type ResultEvent = Extract<Told, { type: 'result' | 'item' }>

const resultsOf = ({ events }: Run, { file }: Scenario): readonly ResultEvent[] =>
  events.filter(
    (event): event is ResultEvent =>
      (event.type === 'result' || event.type === 'item') && event.task.place.file === file,
  )

const lineOf = (target: string, task: string, told: string): string => `${target}: ${task}: ${told}`

function toldOf(result: ResultEvent['result'] | undefined): string {
  if (!result?.failure) return result?.status ?? 'not run'
  const { error, stderr = '', evidence = '' } = result.failure
  return `${result.status} (${[error.code, error.message, stderr, evidence].filter(Boolean).join(' | ')})`
}

/** Each task that did not end as the scenario says, host by host. */
export function mistakesIn(run: Run, scenario: Scenario, phase: Phase): string[] {
  const results = resultsOf(run, scenario)
  return targetsOf(scenario).flatMap((target) =>
    scenario.tasks.flatMap((task) => {
      const result = results.find(
        ({ type, task: { name }, result: { host } }) => type === 'result' && name === task.name && host === target.name,
      )?.result
      const wanted = isFor(target, task) ? task.vars.outcome[phase] : 'skipped'
      return result?.status === wanted ? [] : [lineOf(target.name, task.name, `${toldOf(result)}, not ${wanted}`)]
    }),
  )
}

/** What is wrong with a refusal, if anything. */
function isRefused(
  { vars }: Task,
  result: ResultEvent['result'] | undefined,
  runs: boolean,
  mode: 'check' | 'run',
): string | undefined {
  const { code, says = '', late } = vars.refused ?? {}
  const told = toldOf(result)
  const wanted = runs ? 'failed' : 'skipped'
  if (result?.status === 'changed' && late && mode === 'check') return undefined
  const how = result?.failure?.error.code
  if (result?.status === wanted && (!runs || ((code ?? how) === how && told.includes(says)))) return undefined
  return `${told}, not ${wanted} (${code ?? ''} | … ${says} …)`
}

/** Each refusal that did not come as it should. */
export function leniencesIn(run: Run, scenario: Scenario, mode: 'check' | 'run'): string[] {
  const results = resultsOf(run, scenario)
  return targetsOf(scenario).flatMap((target) =>
    scenario.refusals.flatMap((task) => {
      const found = results.filter((each) => each.task.name === task.name && each.result.host === target.name)
      // Of a loop each item counts; the task itself ends as the worst of them.
      const items = found.filter(({ type }) => type === 'item')
      return (items.length > 0 ? items : found.length > 0 ? found : [undefined]).flatMap((each) => {
        const told = isRefused(task, each?.result, isFor(target, task), mode)
        return told === undefined ? [] : [lineOf(target.name, `${task.name} ${each?.result.item ?? ''}`, told)]
      })
    }),
  )
}

export interface Proven extends Proof {
  readonly found: string
}

/** Asks a host for what the scenario says must be there. */
export async function proveOn(target: Target, scenario: Scenario): Promise<Proven[]> {
  const known: Record<string, unknown> = {
    ...target.vars,
    odd,
    inventory_hostname: target.name,
    sum: sumsOf(large).sha256,
  }
  return Promise.all(
    scenario.proofs
      .filter(({ on }) => on.includes(target.kind))
      .map(async (proof) => ({
        ...proof,
        shows: proof.shows.replace(/\{\{ (\w+) \}\}/g, (_, name: string) => String(known[name])),
        found: await inside(target, scenario, proof.run),
      })),
  )
}
