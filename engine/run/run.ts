import type { Counts } from '../events.ts'
import type { Owed } from '../host/owed.ts'
import type { ChangingInventory, Host, Keywords, Play, Playbook } from '../model.ts'
import { checkRoleArguments } from './arguments.ts'
import { Jobs } from './jobs.ts'
import { checkSpelling } from './misspelt.ts'
import type { RunContext, RunOptions, RunPorts } from './context.ts'
import type { Course } from './course.ts'
import { planPlay, type PlannedPlay } from './plan.ts'
import { courseOf, nameOf, runPlay } from './play.ts'
import { factsRead } from './facts-read.ts'
import { firstPlayWith } from './start-at.ts'
import { warnOfReserved } from './reserved.ts'
import { patternScope, scopeOf } from './scopes.ts'
import { HostState } from './state.ts'
import { Turns } from './turns.ts'
import { Watches } from './watches.ts'
import { KplayError, Problems } from '../errors.ts'
import type { Vars } from '../value.ts'
import type { Scope } from '../values/scope.ts'

export interface RunInput {
  readonly inventory: ChangingInventory
  readonly playbooks: readonly Playbook[]
  /** The hosts a play's `hosts:` means at this moment, --limit applied; the implicit localhost may be among them. */
  hostsOf(play: Play, scope?: Scope): readonly Host[]
  /** What was asked for, by the play that asked. */
  readonly prompted?: ReadonlyMap<Play, Vars> | undefined
}

export interface RunEnd {
  readonly recap: ReadonlyMap<string, Counts>
  readonly failed: boolean
  readonly unreachable: boolean
  readonly interrupted: boolean
}

/** All plays of all playbooks, in order. */
export async function run(
  { inventory, playbooks, hostsOf, prompted }: RunInput,
  options: RunOptions,
  ports: RunPorts,
): Promise<RunEnd> {
  const started = performance.now()
  const hosts = new Map<string, HostState>()
  meet(inventory.hosts.values(), hosts, ports)
  // Tasks are delegated to it, and facts, though no inventory names it.
  meet([inventory.implicit('localhost')], hosts, ports)
  if (options.flushCache) for (const host of hosts.values()) host.forgetFacts()
  const overlays: RunContext['overlays'] = new Map()
  const turns = new Turns()
  const jobs = new Jobs()
  const watches = new Watches()
  // A program or an address may be about a service that was started.
  const { fetch } = ports
  const fetching: Pick<RunPorts, 'fetch'> = fetch
    ? { fetch: (...words) => watches.quiet().then(() => fetch(...words)) }
    : {}
  const contexts = playbooks.map((playbook): RunContext => ({
    ...ports,
    ...fetching,
    options,
    inventory,
    playbook,
    hosts,
    overlays,
    turns,
    jobs,
    watches,
    prompted,
    factsRead: () => read(),
    changeInventory: (change) => {
      const news = inventory.change(change)
      if (news) meet(inventory.hosts.values(), hosts, ports)
      return news
    },
    refreshInventory: async () => {
      await inventory.refresh()
      meet(inventory.hosts.values(), hosts, ports)
    },
  }))
  const all = contexts.flatMap((context) =>
    context.playbook.plays.map((play) => {
      const chosen = foreseenHosts(play, context, hostsOf)
      meet(chosen, hosts, ports)
      return { play, context, names: chosen.map(({ name }) => name) }
    }),
  )
  const { startAtTask } = options
  const listed = all.map(({ play }) => play)
  warnOfReserved(inventory.hosts.values(), listed, options.extraVars, ports.emit)
  const plays = startAtTask === undefined ? all : all.slice(firstPlayWith(startAtTask, listed, options))
  const read = once(() => (options.allFacts || ports.factCache ? undefined : factsRead(plays)))
  let id = 0
  const planned = plays.map((entry) => ({
    ...entry,
    plan: planPlay(entry.play, entry.context.options, () => (id += 1)),
  }))
  checkArguments(planned)

  const touched = new Set(plays.flatMap(({ names }) => names))
  ports.emit({
    type: 'run-start',
    playbooks: playbooks.map(({ path }) => path),
    check: options.check,
    diff: options.diff,
    hosts: [...touched],
  })
  const courses = planned.map(({ play, context, plan }, index) =>
    once((): Course | undefined => {
      // What a batch finds depends on the one before; file names may rest on what is not known yet.
      if (play.serial || play.varsFiles.length > 0) return undefined
      const names = foreseenHosts(play, context, hostsOf).map(({ name }) => name)
      const view = { plan, name: nameOf(play), allHosts: names, batch: names }
      const course = courseOf(plan.sections, 0, () => courses[index + 1]?.())
      return course && { ...course, play: { view, context, hosts: new Set(names) } }
    }),
  )
  for (const [index, { play, context, plan }] of planned.entries()) {
    if (ports.soft.aborted) break
    // Tasks may have added hosts and groups since.
    const chosen = hostsOf(play, patternScope(play, context))
    meet(chosen, hosts, ports)
    const names = chosen.map(({ name }) => name)
    for (const name of names) touched.add(name)
    const here = index === 0 ? { ...context, startAt: startAtTask } : context
    const following = (): Course | undefined => courses[index + 1]?.()
    const next = planned[index + 1]
    const goesOn = (those: readonly string[]): boolean =>
      next !== undefined && takesOn(next.play, foreseenHosts(next.play, next.context, hostsOf), those, options)
    if (!(await runPlay(plan, names, here, { isLast: !next, goesOn, following }))) break
  }
  if (!ports.hard.aborted) await watches.settle()
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

/** Made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Before anything runs; a pattern that rests on what is not known yet means nobody. */
function foreseenHosts(play: Play, context: RunContext, hostsOf: RunInput['hostsOf']): readonly Host[] {
  try {
    return hostsOf(play, patternScope(play, context))
  } catch (error) {
    if (error instanceof KplayError && error.code === 'UNDEFINED') return []
    throw error
  }
}

/**
 * Whether hosts are in a play as they were in the one before: all of them, and together. Then it makes no difference
 * whether some of them fail at the end of the one or in the other.
 */
function takesOn(
  { strategy, serial, maxFailPercentage }: Play,
  hosts: readonly Host[],
  names: readonly string[],
  options: RunOptions,
): boolean {
  if (serial || maxFailPercentage || (strategy ? strategy.value : (options.strategy ?? 'linear')) !== 'linear')
    return false
  const there = new Set(hosts.map(({ name }) => name))
  return names.every((name) => there.has(name))
}

/** From now on these hosts are known, as the inventory has them now. */
function meet(found: Iterable<Host>, hosts: Map<string, HostState>, { factCache }: RunPorts): void {
  for (const host of found) {
    const state = hosts.get(host.name)
    if (state) state.host = host
    else hosts.set(host.name, new HostState(host, factCache))
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
  planned: readonly { readonly plan: PlannedPlay; readonly context: RunContext; readonly names: readonly string[] }[],
): void {
  const problems = new Problems()
  const told = new Set<string>()
  const roles = planned.flatMap(({ plan }) => plan.roles.map(({ role }) => role))
  for (const { plan, context, names } of planned) {
    const view = { plan, name: '', allHosts: names, batch: names }
    for (const { role, chain } of plan.roles) {
      // A role under a condition may never run; its arguments are checked when it does, and a failure may be caught.
      if (!role.argumentSpec || chain.guarded || chain.keywords.some(mayNotCount)) continue
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

const mayNotCount = ({ when, ignoreErrors }: Keywords): boolean => when.length > 0 || ignoreErrors !== undefined
