import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFile } from '../lab/places.ts'
import type { Orders } from './floor/main.ts'
import { pyinfraData } from './inventory.ts'
import type { Inventory } from './inventory.ts'
import type { Installed } from './kplay.ts'
import type { Peers } from './peers.ts'
import { benchProgram, benchText } from './places.ts'
import type { Contender } from './race.ts'

/** A playbook, or what stands for it elsewhere, on the hosts of an inventory. */
export interface Job {
  readonly inventory: Inventory
  readonly playbook: string
  /** For pyinfra: its own file, and what that reads. */
  readonly deploy?: string
  readonly told?: Readonly<Record<string, unknown>>
  readonly vars?: Readonly<Record<string, unknown>>
  readonly dry?: boolean
  /** Further words for kplay. */
  readonly words?: readonly string[] | undefined
  /** Nothing is run. */
  readonly listTasks?: boolean
  /** Hosts at work at once. */
  readonly forks: number
}

export type Name = 'kplay' | 'ansible' | 'pipelining' | 'mitogen' | 'pyinfra'

/** All of them, in the order in which they take turns. */
export const everyTool: readonly Name[] = ['kplay', 'ansible', 'pipelining', 'mitogen', 'pyinfra']

/** How the table calls them. */
export const titles: Readonly<Record<Name, string>> = {
  kplay: 'kplay',
  ansible: 'ansible-core',
  pipelining: 'ansible-core with pipelining',
  mitogen: 'Mitogen',
  pyinfra: 'pyinfra',
}

/** Makes the command lines of the tools, which all read and write below one folder. */
export class Tools {
  readonly folder: string
  readonly #peers: Peers
  readonly #kplay: Installed
  #count = 0

  constructor(folder: string, peers: Peers, kplay: Installed) {
    this.folder = folder
    this.#peers = peers
    this.#kplay = kplay
  }

  async contender(name: Name, job: Job): Promise<Contender> {
    const home = join(this.folder, 'home')
    await mkdir(home, { recursive: true })
    const common = { name: titles[name], cwd: this.folder }
    if (name === 'kplay') {
      const command = [process.execPath, this.#kplay.program, 'run', ...(await this.#words(job))]
      const more = ['--known-hosts', job.inventory.knownHosts, '--forks', String(job.forks), ...(job.words ?? [])]
      return { ...common, env: { HOME: home }, trips: this.#kplay.trips, command: [...command, ...more] }
    }
    if (name === 'pyinfra') return { ...common, ...(await this.#pyinfra(job)) }
    const env = { HOME: home, ...this.#ansible(job), ...this.#kinds[name] }
    return { ...common, env, command: [this.#peers.ansible, ...(await this.#words(job))] }
  }

  /** The bare script. */
  async floor(name: string, orders: Omit<Orders, 'key'>): Promise<Contender> {
    const file = await this.#file('orders', { ...orders, key: keyFile })
    return { name, cwd: this.folder, env: {}, command: [process.execPath, benchProgram('floor/main.js'), file] }
  }

  /** kplay and Ansible are told the same in the same words. */
  async #words({ inventory, playbook, vars = {}, dry, listTasks }: Job): Promise<string[]> {
    const file = await this.#file('vars', vars)
    const words = ['-i', inventory.file, '-e', `@${file}`, ...(listTasks ? [] : ['--private-key', keyFile])]
    return [...words, ...(dry ? ['--check'] : []), ...(listTasks ? ['--list-tasks'] : []), playbook]
  }

  #ansible({ inventory, forks }: Job): Record<string, string> {
    return {
      ANSIBLE_HOME: join(this.folder, 'a'),
      ANSIBLE_FORKS: String(forks),
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_SSH_ARGS: `-C -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${inventory.knownHosts}`,
    }
  }

  get #kinds(): Record<'ansible' | 'pipelining' | 'mitogen', Record<string, string>> {
    const strategy = { ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: this.#peers.strategies }
    return { ansible: {}, pipelining: { ANSIBLE_PIPELINING: '1' }, mitogen: strategy }
  }

  async #pyinfra({ inventory, deploy = '', told, dry, forks }: Job): Promise<Pick<Contender, 'command' | 'env'>> {
    const { groups, members, knownHosts } = inventory
    const file = await this.#file('told', {
      hosts: Object.fromEntries(members.map((member) => [member.name, pyinfraData(member, knownHosts)])),
      groups: Object.fromEntries(Object.entries(groups).map(([name, list]) => [name, list.map((one) => one.name)])),
      ...told,
    })
    const mode = dry ? '--dry' : '-y'
    const command = [this.#peers.pyinfra, mode, '--parallel', String(forks)]
    return {
      command: [...command, benchText('content/inventory.py'), deploy],
      env: { HOME: join(this.folder, 'home'), BENCH_TOLD: file },
    }
  }

  async #file(name: string, content: unknown): Promise<string> {
    const file = join(this.folder, `${name}-${++this.#count}.json`)
    await writeFile(file, JSON.stringify(content))
    return file
  }
}
