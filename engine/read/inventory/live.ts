import type { ChangingInventory, Host, InventoryChange } from '../../model.ts'
import { LOCALHOST } from './finish.ts'
import type { ReadInventory } from './read.ts'

/** The inventory of a run: as it was read, and what tasks have added since. */
export class LiveInventory implements ChangingInventory {
  readonly #read: () => ReadInventory
  readonly #askScripts: (() => Promise<void>) | undefined
  readonly #changes: InventoryChange[] = []
  /** As it is at this moment. */
  now: ReadInventory
  readonly implicit = (name: string): Host => this.now.implicit(name)

  constructor(read: () => ReadInventory, askScripts?: () => Promise<void>) {
    this.#read = read
    this.#askScripts = askScripts
    this.now = read()
  }

  get hosts(): ReadInventory['hosts'] {
    return this.now.hosts
  }

  get groups(): ReadInventory['groups'] {
    return this.now.groups
  }

  get sources(): readonly string[] {
    return this.now.sources
  }

  change(change: InventoryChange): boolean {
    const grown = this.now.grown(change)
    if (grown) {
      this.now = grown
      this.#changes.push(change)
    }
    return grown !== undefined
  }

  /** Reads all sources anew; what tasks have added stays. A host that is gone is not in a group for having been there. */
  async refresh(): Promise<void> {
    await this.#askScripts?.()
    this.now = this.#read()
    for (const change of this.#changes) if (this.#concerns(change)) this.now = this.now.grown(change) ?? this.now
  }
  #concerns(change: InventoryChange): boolean {
    return !('group' in change) || this.hosts.has(change.host) || LOCALHOST.includes(change.host)
  }
}
