import { KplayError } from '../../errors.ts'
import type { Machines } from '../../host/target.ts'
import type { ChangingInventory, Playbook } from '../../model.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { RunContext, RunOptions, RunPorts } from '../context.ts'
import { Jobs } from '../jobs.ts'
import type { RunInput } from '../run.ts'
import { HostState } from '../state.ts'
import { Turns } from '../turns.ts'
import { Watches } from '../watches.ts'
import type { PlannedFor } from './standings.ts'

export type StillPorts = Pick<RunPorts, 'registry' | 'emit' | 'filesFor' | 'local' | 'readVars' | 'factCache' | 'vault'>

/** Everything a run begins with, but for what reaches hosts: nothing is done with it. */
export interface Still {
  readonly context: RunContext
  readonly plays: readonly PlannedFor[]
  /** Throws BAD_OPTIONS for a host that the inventory does not have. */
  host(name: string): HostState
}

export interface StillInput extends Pick<RunInput, 'playbooks' | 'hostsOf'> {
  readonly inventory: ChangingInventory
}

const LOCAL = ['localhost', '127.0.0.1', '::1']

const NO_PLAYBOOK = (path: string): Playbook => ({ path, plays: [] })

/** @param folder where a playbook would lie when there is none */
export function stillRun(input: StillInput, options: RunOptions, folder: string, ports: StillPorts): Still {
  const { inventory, playbooks, hostsOf } = input
  const hosts = new Map([...inventory.hosts].map(([name, host]) => [name, new HostState(host, ports.factCache)]))
  const still = new AbortController().signal
  const contextOf = (playbook: Playbook): RunContext => ({
    ...ports,
    options,
    inventory,
    playbook,
    hosts,
    machines: NO_MACHINES,
    soft: still,
    hard: still,
    overlays: new Map(),
    turns: new Turns(),
    jobs: new Jobs(),
    watches: new Watches(),
    prompted: new Map(),
    changeInventory: () => false,
    refreshInventory: () => Promise.resolve(),
  })
  const plays = playbooks.flatMap((playbook) => {
    const context = contextOf(playbook)
    return playbook.plays.map((play) => ({ play, context, names: hostsOf(play).map(({ name }) => name) }))
  })
  return {
    context: contextOf(playbooks[0] ?? NO_PLAYBOOK(`${folder}/none`)),
    plays,
    host(name) {
      const known = hosts.get(name)
      if (known) return known
      if (LOCAL.includes(name)) return new HostState(inventory.implicit(name), ports.factCache)
      throw new KplayError('BAD_OPTIONS', `there is no host ${name} in the inventory`, {
        hint: didYouMean(name, [...hosts.keys()]) ?? 'kplay inventory --list lists them',
      })
    },
  }
}

const NO_MACHINES: Machines = {
  open: () => Promise.reject(new KplayError('BUG', 'no host is contacted to explain a variable')),
  peek: async () => undefined,
  changed: () => undefined,
  looksAnew: () => undefined,
  met: () => undefined,
  age: () => 0,
  disconnect: () => Promise.resolve(),
  abort: () => undefined,
  close: () => Promise.resolve(),
}
