import { KplayError, type Place } from '../../errors.ts'
import type { Group, Host, VarLayer } from '../../model.ts'
import type { Raw, Variable, Vars } from '../../value.ts'
import { mergeVars, NO_VARS } from '../vars.ts'

export interface DraftGroup {
  readonly name: string
  readonly children: Set<string>
  readonly parents: Set<string>
  /** Hosts named in the group itself, in that order. */
  readonly hosts: Set<string>
  vars: Vars
}
interface DraftHost {
  readonly name: string
  readonly groups: Set<string>
  vars: Vars
  /** The inventory file that named it last. */
  source: string
}

/** Variables of the files beside an inventory or playbook: `group_vars/NAME` or `host_vars/NAME`. */
export type VarsOf = (kind: 'group_vars' | 'host_vars', name: string) => readonly VarLayer[]

/** Groups and hosts while several sources are being read; what is named twice is merged. */
export class InventoryGraph {
  readonly #groups = new Map<string, DraftGroup>()
  readonly #hosts = new Map<string, DraftHost>()

  constructor() {
    this.group('all')
    this.child('all', 'ungrouped')
  }

  group(name: string): DraftGroup {
    const known = this.#groups.get(name)
    if (known) return known
    const group = {
      name,
      children: new Set<string>(),
      parents: new Set<string>(),
      hosts: new Set<string>(),
      vars: NO_VARS,
    }
    this.#groups.set(name, group)
    return group
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name)
  }

  /** Puts a group below another; both come to be. Throws where that would make a circle. */
  child(parent: string, child: string, place?: Place): void {
    const [above, below] = [this.group(parent), this.group(child)]
    if (parent === child || this.#below(child).includes(parent))
      throw new KplayError('BAD_YAML', `the group ${child} would be below itself`, {
        place,
        hint: `${parent} is below ${child} already`,
      })
    above.children.add(child)
    below.parents.add(parent)
  }

  host(name: string, group: string, vars: Vars, source: string): void {
    const host = this.#hosts.get(name) ?? { name, groups: new Set(), vars: NO_VARS, source }
    this.#hosts.set(name, host)
    host.vars = mergeVars(host.vars, vars)
    host.source = source
    host.groups.add(group)
    this.group(group).hosts.add(name)
  }

  groupVars(name: string, vars: Vars): void {
    const group = this.group(name)
    group.vars = mergeVars(group.vars, vars)
  }

  /** Groups and hosts as they are then used; `beside` adds the variables of files, inventory's before playbook's. */
  finish(beside: { readonly inventory: VarsOf; readonly playbook: VarsOf }): {
    readonly hosts: ReadonlyMap<string, Host>
    readonly groups: ReadonlyMap<string, Group>
    readonly implicit: (name: string) => Host
  } {
    this.#settle()
    const depths = this.#depths()
    const groups = new Map<string, Group>()
    for (const { name, children, parents } of this.#groups.values())
      groups.set(name, {
        name,
        children: [...children],
        parents: [...parents],
        hosts: this.#hostsBelow(name),
        depth: depths.get(name) ?? 0,
      })

    // Depth, then priority, then name: the order in which groups overrule each other.
    const ordered = (names: Iterable<string>): string[] =>
      [...names].sort(
        (a, b) =>
          (depths.get(a) ?? 0) - (depths.get(b) ?? 0) ||
          this.#priority(a) - this.#priority(b) ||
          (a < b ? -1 : a > b ? 1 : 0),
      )
    const cached = cachedVars(beside)
    const layersOf = (name: string, ancestors: readonly string[], own: Vars, source: string): readonly VarLayer[] =>
      [
        { name: 'inventory', vars: magic(source) },
        ...['all', ...ancestors].map((group) => ({ name: `group ${group}`, vars: this.group(group).vars })),
        ...cached.inventory('group_vars', 'all'),
        ...cached.playbook('group_vars', 'all'),
        ...ancestors.flatMap((group) => cached.inventory('group_vars', group)),
        ...ancestors.flatMap((group) => cached.playbook('group_vars', group)),
        { name: `host ${name}`, vars: own },
        ...cached.inventory('host_vars', name),
        ...cached.playbook('host_vars', name),
      ].filter(({ vars }) => vars.size > 0)

    const hosts = new Map<string, Host>()
    const listed = groups.get('all')?.hosts ?? []
    for (const draft of listed.map((name) => this.#hosts.get(name)).filter((host) => host !== undefined)) {
      const ancestors = ordered(this.#ancestors(draft.groups))
      hosts.set(draft.name, {
        name: draft.name,
        groups: ancestors.toSorted(),
        layers: layersOf(draft.name, ancestors, draft.vars, draft.source),
      })
    }
    const implicit = (name: string): Host => ({
      name,
      groups: [],
      layers: layersOf(name, [], new Map([['ansible_connection', { value: 'local' }]]), ''),
    })
    return { hosts, groups, implicit }
  }

  /** Groups without a parent belong to `all`, hosts without a group to `ungrouped`. */
  #settle(): void {
    for (const { name, parents } of this.#groups.values())
      if (name !== 'all' && parents.size === 0) this.child('all', name)
    for (const host of this.#hosts.values()) {
      const named = [...host.groups].filter((group) => group !== 'all' && group !== 'ungrouped')
      const ungrouped = this.group('ungrouped')
      if (named.length > 0) {
        host.groups.delete('ungrouped')
        ungrouped.hosts.delete(host.name)
      } else {
        host.groups.add('ungrouped')
        ungrouped.hosts.add(host.name)
      }
    }
  }

  /** All groups above, the named ones included, `all` left out. */
  #ancestors(names: Iterable<string>): Set<string> {
    const found = new Set<string>()
    const walk = (name: string): void => {
      if (name === 'all' || found.has(name)) return
      found.add(name)
      this.group(name).parents.forEach(walk)
    }
    for (const name of names) walk(name)
    return found
  }

  /** Groups below, level by level. */
  #below(name: string): readonly string[] {
    const found = new Set<string>()
    let level = [...this.group(name).children]
    while (level.length > 0) {
      const fresh = [...new Set(level)].filter((child) => !found.has(child))
      fresh.forEach((child) => found.add(child))
      level = fresh.flatMap((child) => [...this.group(child).children])
    }
    return [...found]
  }

  /** Its own hosts first, then those of the groups below, level by level: Ansible's order. */
  #hostsBelow(name: string): readonly string[] {
    return [...new Set([name, ...this.#below(name)].flatMap((group) => [...this.group(group).hosts]))]
  }

  #depths(): ReadonlyMap<string, number> {
    const depths = new Map<string, number>()
    const depth = (name: string): number => {
      const known = depths.get(name)
      if (known !== undefined) return known
      const own = Math.max(-1, ...[...this.group(name).parents].map(depth)) + 1
      depths.set(name, own)
      return own
    }
    for (const name of this.#groups.keys()) depth(name)
    return depths
  }

  #priority(name: string): number {
    const value: Raw | undefined = this.group(name).vars.get('ansible_group_priority')?.value
    return value === undefined ? 1 : Number(value)
  }
}

function magic(source: string): Vars {
  if (source === '') return NO_VARS
  const folder = source.slice(0, Math.max(source.lastIndexOf('/'), 0)) || (source.startsWith('/') ? '/' : '.')
  return new Map<string, Variable>([
    ['inventory_file', { value: source }],
    ['inventory_dir', { value: folder }],
  ])
}

/** Each file is read once, however many hosts are in the group. */
function cachedVars(beside: { readonly inventory: VarsOf; readonly playbook: VarsOf }): typeof beside {
  const remember = (read: VarsOf): VarsOf => {
    const known = new Map<string, readonly VarLayer[]>()
    return (kind, name) => {
      const key = `${kind}/${name}`
      const layers = known.get(key) ?? read(kind, name)
      known.set(key, layers)
      return layers
    }
  }
  return { inventory: remember(beside.inventory), playbook: remember(beside.playbook) }
}
