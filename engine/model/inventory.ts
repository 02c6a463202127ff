import type { Vars } from '../value.ts'

/** Variables of one origin, such as `group_vars/all`; later layers win over earlier ones. */
export interface VarLayer {
  readonly name: string
  /** Its number among Ansible's levels of precedence, where it has one. */
  readonly level?: number | undefined
  readonly vars: Vars
}

export interface Group {
  readonly name: string
  readonly children: readonly string[]
  readonly parents: readonly string[]
  /** Hosts of the group and of all groups below it, in inventory order. */
  readonly hosts: readonly string[]
  readonly depth: number
}

export interface Host {
  readonly name: string
  /** Every group it is in, `all` excepted, sorted by name. */
  readonly groups: readonly string[]
  /** Inventory variables, low to high: levels 3 to 10 of the precedence, group_vars and host_vars of inventory and playbook. */
  readonly layers: readonly VarLayer[]
}

export interface Inventory {
  readonly hosts: ReadonlyMap<string, Host>
  readonly groups: ReadonlyMap<string, Group>
  /** Files it was read from. */
  readonly sources: readonly string[]
}

/** What a task adds to an inventory: a host with groups and variables, or a host that is in a group. */
export type InventoryChange =
  | { readonly host: string; readonly groups: readonly string[]; readonly vars: Vars }
  | { readonly group: string; readonly parents: readonly string[]; readonly host: string }

/** An inventory that tasks add to. */
export interface ChangingInventory extends Inventory {
  /** @returns whether anything about it was news */
  change(change: InventoryChange): boolean
  /** Reads its sources anew; what was added by tasks stays. */
  refresh(): Promise<void>
  /** The host for localhost, 127.0.0.1 or ::1 where no source names one of them. */
  implicit(name: string): Host
}
