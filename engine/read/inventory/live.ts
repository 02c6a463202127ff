import type { ChangingInventory, Host, InventoryChange } from '../../model.ts'
import type { ReadInventory } from './read.ts'

/** The inventory of a run: as it was read, and what tasks have added since. */
export class LiveInventory implements ChangingInventory {
  readonly #read: () => ReadInventory
  /** As it is at this moment. */
  now: ReadInventory
  readonly implicit = (name: string): Host => this.now.implicit(name)

  constructor(read: () => ReadInventory) {
    this.#read = read
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
    if (grown) this.now = grown
    return grown !== undefined
  }

  refresh(): void {
    this.now = this.#read()
  }
}
