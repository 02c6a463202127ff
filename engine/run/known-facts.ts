import type { Value, Variable, Vars } from '../value.ts'

/** Facts that outlive a run, by the host's name in the inventory. */
export interface FactCache {
  /** undefined: there are none, or they are too old. */
  read(host: string): ReadonlyMap<string, Value> | undefined
  write(host: string, facts: ReadonlyMap<string, Value>): void
  forget(host: string): void
}

/** By this entry Ansible's cache tells facts that were gathered from those that a task made. */
const GATHERED = '_ansible_facts_gathered'

/** What a fact may not set: how the host is reached. Keys of the host's sshd have such a name too. */
const REACHES =
  /^(?:ansible_(?:host|port|user|password|connection|shell_\w+|timeout|pipelining|delegated_vars|(?:become|ssh|openssh|local|docker|podman|nspawn|chroot|paramiko)(?:_\w+)?|\w+_interpreter)|inventory_\w+|group_names)$/
const HARMLESS = /^ansible_(?:local|ssh_host_key_\w+|\w+_(?:gw)?bridge)$/

/** Whether a name, with its prefix, can be a fact's. */
export const isFact = (name: string): boolean =>
  !name.startsWith('_ansible_') && (HARMLESS.test(name) || !REACHES.test(name))

/** The facts of one host, by Ansible's names (`ansible_distribution`): data for ever, never rendered. */
export class KnownFacts {
  #facts: Map<string, Value> | undefined
  #views = new Map<boolean, Vars>()
  /** Counts what was learnt and forgotten. */
  version = 0
  readonly #host: string
  readonly #cache: FactCache | undefined

  constructor(host: string, cache?: FactCache) {
    this.#host = host
    this.#cache = cache
  }

  /** Whether they were gathered, in this run or as the cache tells. */
  get gathered(): boolean {
    return this.#known().get(GATHERED) === true
  }

  learn(facts: Iterable<readonly [string, Value]>, { gathered = false } = {}): void {
    const known = this.#known()
    for (const [name, value] of facts) known.set(name, value)
    if (gathered) known.set(GATHERED, true)
    this.#changed()
    this.#cache?.write(this.#host, known)
  }

  forget(): void {
    this.#facts = new Map()
    this.#changed()
    this.#cache?.forget(this.#host)
  }

  /**
   * As variables: `ansible_facts`, in which names lack the prefix, and the names as they are. Without `inject` only
   * `ansible_local` is a variable by itself.
   */
  vars(inject: boolean): Vars {
    const known = this.#views.get(inject) ?? this.#view(inject)
    this.#views.set(inject, known)
    return known
  }

  #view(inject: boolean): Vars {
    const facts = [...this.#known()].filter(([name]) => isFact(name))
    const inside = facts.map(([name, value]): [string, Value] => [name.replace(/^ansible_/, ''), value])
    const local = facts.filter(([name]) => name === 'ansible_local')
    return new Map<string, Variable>([
      ...(inject ? facts : local).map(([name, value]): [string, Variable] => [name, { value }]),
      ['ansible_facts', { value: new Map([...inside, ...local]) }],
    ])
  }

  #known(): Map<string, Value> {
    this.#facts ??= new Map(this.#cache?.read(this.#host))
    return this.#facts
  }

  #changed(): void {
    this.#views.clear()
    this.version += 1
  }
}
