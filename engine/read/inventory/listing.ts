import { Encrypted, isDict, Template, type Raw, type Value } from '../../value.ts'
import { Scope } from '../../values/scope.ts'
import type { VarLayer } from '../../model.ts'
import { isTemplate } from '../nodes.ts'
import type { InventoryGroup } from './finish.ts'
import type { ReadInventory } from './read.ts'

export interface ListingOptions {
  /** Each variable where it is defined, instead of all that a host has in the end. */
  readonly export: boolean
  /** Whether encrypted values, and texts that only look like templates, are marked as JSON of Ansible's marks them. */
  readonly marks: boolean
  /** Whether dicts of the same name are merged. */
  readonly mergeDicts: boolean
  /** Hosts that are listed; all where absent. */
  readonly hosts?: ReadonlySet<string> | undefined
  /** Variables that win over all others. */
  readonly above?: VarLayer | undefined
}

type Tree = Map<string, Value>

/** An inventory as data, in the shapes of ansible-inventory; templates and encrypted values stay as they are. */
export class Listing {
  readonly #inventory: ReadInventory
  readonly #options: ListingOptions

  constructor(inventory: ReadInventory, options: ListingOptions) {
    this.#inventory = inventory
    this.#options = options
  }

  /** The variables of a host. */
  host(name: string): Tree {
    const host = this.#inventory.hosts.get(name) ?? this.#inventory.implicit(name)
    const { export: own, above } = this.#options
    return this.#vars(own ? host.ownLayers : [...host.layers, ...(above ? [above] : [])])
  }

  group({ name, priority }: InventoryGroup): Tree {
    const vars = this.#vars(this.#inventory.groupLayers(name))
    if (priority !== 1) vars.set('ansible_group_priority', priority)
    return vars
  }

  /** Groups by name and `_meta.hostvars`, as an inventory script prints them. */
  script(): Tree {
    const { hosts, groups } = this.#inventory
    const tree: Tree = new Map()
    for (const group of groups.values()) {
      const own = group.name === 'all' ? [] : group.ownHosts.filter((name) => this.#isListed(name))
      const part = withoutEmpty({ hosts: own, children: [...group.children], vars: this.#exported(group) })
      if (part.size > 0) tree.set(group.name, part)
    }
    const vars = [...hosts.keys()]
      .filter((name) => this.#isListed(name))
      .map((name) => [name, this.host(name)] as const)
      .filter(([, own]) => own.size > 0)
    return tree.set(
      '_meta',
      new Map<string, Value>([
        ['hostvars', new Map(vars)],
        ['profile', 'inventory_legacy'],
      ]),
    )
  }

  /** Groups within each other, as a YAML inventory has them; what comes again has only its name. */
  nested(): Tree {
    const seenGroups = new Set<string>()
    const seenHosts = new Set<string>()
    const hostEntry = (name: string): [string, Value] => {
      const vars = seenHosts.has(name) ? new Map<string, Value>() : this.host(name)
      seenHosts.add(name)
      return [name, vars]
    }
    const entry = (group: InventoryGroup): readonly [string, Value][] => {
      const children = new Map<string, Value>()
      for (const child of this.#children(group)) {
        if (seenGroups.has(child.name)) children.set(child.name, new Map())
        else for (const [name, value] of entry(child)) children.set(name, value)
        seenGroups.add(child.name)
      }
      const own = group.name === 'all' ? [] : group.ownHosts.filter((name) => this.#isListed(name))
      const part = withoutEmpty({ children, hosts: new Map(own.map(hostEntry)), vars: this.#exported(group) })
      return part.size > 0 ? [[group.name, part]] : []
    }
    const all = this.#inventory.groups.get('all')
    return new Map(all ? entry(all) : [])
  }

  #children(group: InventoryGroup): readonly InventoryGroup[] {
    return group.children.flatMap((name) => this.#inventory.groups.get(name) ?? [])
  }

  #isListed(host: string): boolean {
    return this.#options.hosts?.has(host) ?? true
  }

  #exported(group: InventoryGroup): Tree {
    return this.#options.export ? this.group(group) : new Map<string, Value>()
  }

  /** A value as it was written. */
  #shown(raw: Raw): Value {
    const { marks } = this.#options
    if (raw instanceof Template) return raw.source
    if (raw instanceof Encrypted) return new Map([['__ansible_vault', raw.ciphertext]])
    if (typeof raw === 'string') return marks && isTemplate(raw) ? new Map([['__ansible_unsafe', raw]]) : raw
    if (Array.isArray(raw)) return (raw as readonly Raw[]).map((item) => this.#shown(item))
    if (!isDict(raw)) return raw as Value
    const dict: ReadonlyMap<Value, Raw> = raw
    return new Map([...dict].map(([key, item]): [Value, Value] => [key, this.#shown(item)]))
  }

  #vars(layers: readonly VarLayer[]): Tree {
    const shown = layers.filter(({ name }) => name !== 'inventory')
    const scope = new Scope(shown, { mergeDicts: this.#options.mergeDicts })
    const names = [...new Set(shown.flatMap(({ vars }) => [...vars.keys()]))]
    return new Map(names.map((name): [string, Value] => [name, this.#shown(scope.lookup(name)?.value ?? null)]))
  }
}

const withoutEmpty = (parts: Readonly<Record<string, Value>>): Tree =>
  new Map<string, Value>(
    Object.entries(parts).filter(([, part]) => (Array.isArray(part) ? part.length > 0 : isDict(part) && part.size > 0)),
  )
