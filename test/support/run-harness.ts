import { KplayError } from '../../engine/errors.ts'
import type { Event, Result } from '../../engine/events.ts'
import type { Reader } from '../../engine/host/reader.ts'
import type { Machines, Target } from '../../engine/host/target.ts'
import { kplay, type Request } from '../../engine/kplay.ts'
import { modules } from '../../engine/modules/index.ts'
import type { Files } from '../../engine/read/files.ts'
import { readVarsFile } from '../../engine/read/vars.ts'
import { Problems } from '../../engine/errors.ts'
import type { FactCache } from '../../engine/run/known-facts.ts'
import type { RunOptions, RunPorts } from '../../engine/run/context.ts'
import type { RunEnd } from '../../engine/run/run.ts'
import { fakeHost, type FakeHost } from './fake-host.ts'
import { fakeLocal, type CannedLocal } from './fake-local.ts'
import type { Canned } from './fake-machine.ts'
import { remembering } from './remembering.ts'

export interface PlaySetup {
  /** Text of `/project/site.yml`. */
  readonly playbook: string
  /** Further files by absolute path. `/project/hosts.yml` is the inventory; one host h1 where it is not given. */
  readonly files?: Readonly<Record<string, string>>
  /** Canned state by inventory name. */
  readonly hosts?: Readonly<Record<string, Canned | 'unreachable'>>
  /** Hosts as an earlier play left them. */
  readonly kept?: ReadonlyMap<string, FakeHost>
  readonly options?: Partial<RunOptions>
  readonly request?: Partial<Pick<Request, 'limit' | 'extraVars' | 'inventory'>>
  readonly local?: CannedLocal
  /** What lookups that ask a program or an address are answered. */
  readonly fetch?: NonNullable<RunPorts['fetch']>
  readonly factCache?: FactCache
  /** Takes what was asked each time facts were gathered. */
  readonly factsAsked?: (readonly string[] | 'all')[]
  /** Called for each event, before it is kept. */
  onEvent?(event: Event, stop: () => void, abort: () => void): void
}

export interface Played {
  readonly end: RunEnd
  readonly events: readonly Event[]
  readonly results: readonly Result[]
  readonly hosts: ReadonlyMap<string, FakeHost>
  /** `status host task` of every result, in order. */
  readonly lines: readonly string[]
}

/** Runs a playbook on fake hosts through the whole engine. */
export async function play(setup: PlaySetup): Promise<Played> {
  const texts: Record<string, string> = {
    '/project/hosts.yml': 'all: { hosts: { h1: } }',
    ...setup.files,
    '/project/site.yml': setup.playbook,
  }
  const events: Event[] = []
  const [soft, hard] = [new AbortController(), new AbortController()]
  const hosts = new Map(setup.kept)
  const files = memoryFiles(texts)
  const end = await kplay(requestOf(setup), files, {
    registry: modules,
    machines: fakeMachines(setup, hosts),
    soft: soft.signal,
    hard: hard.signal,
    emit: (event) => {
      const stop = (): void => soft.abort()
      setup.onEvent?.(event, stop, () => hard.abort())
      events.push(event)
    },
    filesFor: () => ({
      readText: files.readText,
      glob: () => [],
      resolve: (name, kind) => [`/project/${kind}/${name}`].find((path) => files.readText(path) !== undefined),
      env: () => undefined,
    }),
    local: () => fakeLocal(setup.local),
    ...(setup.fetch && { fetch: setup.fetch }),
    factCache: setup.factCache,
    readVars: (name) => {
      const problems = new Problems()
      const vars = readVarsFile(`/project/${name}`, files, problems)
      problems.throwIfAny()
      if (!vars) throw new KplayError('NOT_FOUND', `there is no file ${name}`)
      return vars
    },
  })
  const told = events.flatMap((event) => (event.type === 'result' ? [event] : []))
  return {
    end,
    events,
    hosts,
    results: told.map(({ result }) => result),
    lines: told.map(({ task, result }) => `${result.status} ${result.host} ${task.name}`),
  }
}

export function requestOf({ options, request }: PlaySetup): Request {
  return {
    playbooks: ['/project/site.yml'],
    inventory: ['/project/hosts.yml'],
    rolesPaths: ['/project/roles'],
    limit: [],
    extraVars: [],
    ...request,
    options: {
      check: false,
      diff: false,
      forks: 10,
      tags: [],
      skipTags: [],
      verbosity: 0,
      forceHandlers: false,
      connection: { timeout: 10, acceptNewHostKeys: false, knownHosts: [], become: false },
      ...options,
    },
  }
}

export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(texts)
  const below = (folder: string): string[] => paths.filter((path) => path.startsWith(`${folder}/`))
  return {
    readText: (path) => texts[path],
    isDirectory: (path) => below(path).length > 0,
    exists: (path) => texts[path] !== undefined || below(path).length > 0,
    list: (folder) => {
      const names = below(folder).map((path) => path.slice(folder.length + 1).split('/')[0] ?? '')
      return names.length === 0 ? undefined : [...new Set(names)].sort()
    },
  }
}

/** One machine per address; the become user does not matter here. */
function fakeMachines({ hosts: canned = {}, factsAsked }: PlaySetup, made: Map<string, FakeHost>): Machines {
  const readers = new Map<string, ReturnType<typeof remembering> & { age: number }>()
  const readerOf = (address: string, reader: Reader): Reader => {
    const known = readers.get(address) ?? { ...remembering(reader), age: 0 }
    readers.set(address, known)
    return known.reader
  }
  const machines: Machines = {
    async open({ address, begun }): Promise<Target> {
      if (begun && !made.has(address)) {
        begun()
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      const state = canned[address] ?? {}
      if (state === 'unreachable')
        throw new KplayError('UNREACHABLE', 'connection refused', { hint: 'is sshd running?' })
      const host = made.get(address) ?? fakeHost(state)
      made.set(address, host)
      return {
        machine: address,
        reader: readerOf(address, host.reader),
        user: host.machine.user,
        home: host.machine.home,
        run: async (step, { sent, timeout } = {}) => {
          try {
            const result = host.run(step)
            const isQuick = step.kind === 'run' ? step.quick : step.kind === 'write' && step.validate === undefined
            if (isQuick && timeout === undefined) sent?.()
            return result
          } catch (error) {
            // What the fake refuses a real host answers with an exit code.
            return { code: 1, signal: null, stdout: '', stderr: String(error), step }
          }
        },
        facts: async ({ read } = {}) => {
          factsAsked?.push(read ? [...read].sort() : 'all')
          const all = { os_family: 'Debian', distribution: 'Debian', hostname: address }
          return Object.fromEntries(Object.entries(all).filter(([name]) => read?.has(name) ?? true))
        },
      }
    },
    peek: async (settings) => (readers.has(settings.address) ? machines.open(settings) : undefined),
    changed(name) {
      for (const known of name === undefined ? readers.values() : [readers.get(name)]) {
        if (!known) continue
        known.age += 1
        known.forget()
      }
    },
    looksAnew: (name) => readers.get(name)?.forget(),
    met: () => {
      for (const known of readers.values()) known.forget()
    },
    age: (name) => readers.get(name)?.age ?? 0,
    disconnect: async () => undefined,
    abort: () => undefined,
    close: async () => undefined,
  }
  return machines
}
