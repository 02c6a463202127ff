import type { Counts } from '../events.ts'
import type { Owed } from '../host/owed.ts'
import type { Host, Inventory, Play, Playbook } from '../model.ts'
import { checkRoleArguments } from './arguments.ts'
import { Jobs } from './jobs.ts'
import { checkSpelling } from './misspelt.ts'
import type { RunContext, RunOptions, RunPorts } from './context.ts'
import { planPlay } from './plan.ts'
import { runPlay } from './play.ts'
import { scopeOf } from './scopes.ts'
import { HostState } from './state.ts'
import { Turns } from './turns.ts'
import { Problems } from '../errors.ts'

export interface RunInput {
  readonly inventory: Inventory
  readonly playbooks: readonly Playbook[]
  /** The hosts a play's `hosts:` means, --limit applied; the implicit localhost may be among them. */
  hostsOf(play: Play): readonly Host[]
}

export interface RunEnd {
  readonly recap: ReadonlyMap<string, Counts>
  readonly failed: boolean
  readonly unreachable: boolean
  readonly interrupted: boolean
}

/** All plays of all playbooks, in order. */
export async function run(
  { inventory, playbooks, hostsOf }: RunInput,
  options: RunOptions,
  ports: RunPorts,
): Promise<RunEnd> {
  const started = performance.now()
  const hosts = new Map([...inventory.hosts].map(([name, host]) => [name, new HostState(host, ports.factCache)]))
  if (options.flushCache) for (const host of hosts.values()) host.forgetFacts()
  const overlays: RunContext['overlays'] = new Map()
  const turns = new Turns()
  const jobs = new Jobs()
  const contexts = playbooks.map((playbook): RunContext => ({
    ...ports,
    options,
    inventory,
    playbook,
    hosts,
    overlays,
    turns,
    jobs,
  }))
  const plays = contexts.flatMap((context) =>
    context.playbook.plays.map((play) => {
      const chosen = hostsOf(play)
      for (const host of chosen) if (!hosts.has(host.name)) hosts.set(host.name, new HostState(host, ports.factCache))
      return { play, context, names: chosen.map(({ name }) => name) }
    }),
  )
  checkArguments(plays)

  const touched = new Set(plays.flatMap(({ names }) => names))
  ports.emit({
    type: 'run-start',
    playbooks: playbooks.map(({ path }) => path),
    check: options.check,
    diff: options.diff,
    hosts: [...touched],
  })
  let id = 0
  for (const { play, context, names } of plays) {
    if (ports.soft.aborted) break
    if (!(await runPlay(play, names, context, () => (id += 1)))) break
  }
  if (!ports.hard.aborted) await jobs.settle(ports.emit)
  const recap = new Map(
    [...touched].flatMap((name): [string, Counts][] => {
      const state = hosts.get(name)
      return state ? [[name, { ...state.counts }]] : []
    }),
  )
  const states = [...touched].flatMap((name) => hosts.get(name) ?? [])
  tellUnpaid(states, options, ports)
  const interrupted = ports.soft.aborted
  ports.emit({ type: 'run-end', recap, elapsed: performance.now() - started, interrupted })
  return {
    recap,
    interrupted,
    failed: states.some(({ status }) => status === 'failed'),
    unreachable: states.some(({ status }) => status === 'unreachable'),
  }
}

/** What stays written down on hosts as owed: this run has not come to it, or was stopped in it. */
function tellUnpaid(hosts: readonly HostState[], { check }: RunOptions, { emit }: RunPorts): void {
  const byHandler = new Map<string, { readonly names: string[]; readonly owed: Owed }>()
  for (const host of hosts) {
    for (const [handler, owed] of new Map<string, Owed>([...host.unpaid, ...(check ? [] : host.owing)])) {
      const entry = byHandler.get(handler) ?? { names: [], owed }
      byHandler.set(handler, entry)
      entry.names.push(host.name)
    }
  }
  for (const [handler, { names, owed }] of byHandler) {
    const message = `${handler} is owed on ${names.join(' ')} since ${owed.since} (${owed.task}): the next run that comes to it does it`
    emit({ type: 'warning', message })
  }
}

/** Roles' arguments for every host they will run on, before any host is contacted. Each mistake is told once. */
function checkArguments(
  plays: readonly { play: Playbook['plays'][number]; context: RunContext; names: readonly string[] }[],
): void {
  const problems = new Problems()
  const told = new Set<string>()
  const planned = plays.map((entry) => ({ ...entry, plan: planPlay(entry.play, entry.context.options, () => 0) }))
  const roles = planned.flatMap(({ plan }) => plan.roles.map(({ role }) => role))
  for (const { plan, context, names } of planned) {
    const view = { plan, name: '', allHosts: names, batch: names }
    for (const { role, chain } of plan.roles) {
      // A role under a condition may never run; its arguments are checked when it does.
      if (!role.argumentSpec || chain.keywords.some(({ when }) => when.length > 0)) continue
      for (const name of names) {
        const host = context.hosts.get(name)
        if (!host) continue
        const found = new Problems()
        const scope = scopeOf(host, view, chain, context)
        found.collect(() => checkRoleArguments(role, scope, { facts: false }))
        found.collect(() => checkSpelling(role, roles, scope, context.playbook))
        for (const problem of found.list) {
          const key = `${problem.message} ${JSON.stringify(problem.place)}`
          if (!told.has(key)) problems.keep(problem)
          told.add(key)
        }
      }
    }
  }
  problems.throwIfAny()
}
