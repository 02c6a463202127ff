import { KplayError, type Place } from '../../errors.ts'
import { Float, type Raw, type Variable, type Vars } from '../../value.ts'
import { mergeVars, mergeVarsDeeply, NO_VARS } from '../vars.ts'

export interface DraftGroup {
  readonly name: string
  readonly children: Set<string>
  readonly parents: Set<string>
  /** Hosts named in the group itself, in that order. */
  readonly hosts: Set<string>
  /** Of groups of equal depth the one with the higher priority wins. */
  priority: number
  vars: Vars
  place: Place | undefined
}

export interface DraftHost {
  readonly name: string
  readonly groups: Set<string>
  vars: Vars
  /** The source that named it first. */
  readonly source: string
  readonly place: Place | undefined
}

/** What a source says about a host. */
export interface HostEntry {
  readonly name: string
  /** Absent: in no group of its own. */
  readonly group?: string | undefined
  readonly vars?: Vars | undefined
  readonly source: string
  readonly place?: Place | undefined
}

/** Groups and hosts while several sources are being read; what is named twice is merged. */
export class InventoryGraph {
  readonly groups = new Map<string, DraftGroup>()
  readonly hosts = new Map<string, DraftHost>()

  private readonly merge: (weaker: Vars, stronger: Vars) => Vars

  /** @param mergeDicts whether two dicts under one name are put together */
  constructor({ mergeDicts = false }: { readonly mergeDicts?: boolean | undefined } = {}) {
    this.merge = mergeDicts ? mergeVarsDeeply : mergeVars
    this.group('all')
    this.child('all', 'ungrouped')
  }

  group(name: string, place?: Place): DraftGroup {
    const known = this.groups.get(name)
    if (known) {
      known.place ??= place
      return known
    }
    const group: DraftGroup = {
      name,
      children: new Set(),
      parents: new Set(),
      hosts: new Set(),
      priority: 1,
      vars: NO_VARS,
      place,
    }
    this.groups.set(name, group)
    return group
  }

  /** Puts a group below another; both come to be. Throws where that would make a circle. */
  child(parent: string, child: string, place?: Place): void {
    const [above, below] = [this.group(parent), this.group(child)]
    if (above.children.has(child)) return
    if (parent === child || (below.children.size > 0 && this.below(child).includes(parent)))
      throw new KplayError('BAD_YAML', `the group ${child} would be below itself`, {
        place,
        hint: `${parent} is ${parent === child ? 'the same group' : `below ${child} already`}`,
      })
    above.children.add(child)
    below.parents.add(parent)
  }

  host({ name, group, vars = NO_VARS, source, place }: HostEntry): void {
    const host = this.hosts.get(name) ?? { name, groups: new Set<string>(), vars: NO_VARS, source, place }
    this.hosts.set(name, host)
    if (vars.size > 0) host.vars = host.vars.size > 0 ? this.merge(host.vars, vars) : vars
    if (group === undefined) return
    host.groups.add(group)
    this.group(group).hosts.add(name)
  }

  hostVars(name: string, vars: Vars): void {
    const host = this.hosts.get(name)
    if (host) host.vars = this.merge(host.vars, vars)
  }

  /** Throws where `ansible_group_priority`, which is no variable, is no whole number. */
  groupVars(name: string, vars: Vars): void {
    const group = this.group(name)
    const priority = vars.get(PRIORITY)
    if (priority) group.priority = priorityOf(name, priority)
    group.vars = this.merge(group.vars, priority ? new Map([...vars].filter(([key]) => key !== PRIORITY)) : vars)
  }

  /** Groups without a parent come below `all`, hosts without a group into `ungrouped`. */
  settle(): void {
    for (const { name, parents } of this.groups.values())
      if (name !== 'all' && parents.size === 0) this.child('all', name)
    const ungrouped = this.group('ungrouped')
    for (const host of this.hosts.values()) {
      const isGrouped = [...host.groups].some((group) => group !== 'all' && group !== 'ungrouped')
      if (isGrouped) {
        host.groups.delete('ungrouped')
        ungrouped.hosts.delete(host.name)
      } else {
        host.groups.add('ungrouped')
        ungrouped.hosts.add(host.name)
      }
    }
  }

  /** The named groups and all groups above them. */
  above(names: Iterable<string>): Set<string> {
    const found = new Set<string>()
    const walk = (name: string): void => {
      if (found.has(name)) return
      found.add(name)
      this.group(name).parents.forEach(walk)
    }
    for (const name of names) walk(name)
    return found
  }

  /** Groups below, level by level. */
  below(name: string): readonly string[] {
    const found = new Set<string>()
    let level: Iterable<string> = this.group(name).children
    for (let fresh = [...level]; fresh.length > 0; fresh = [...new Set(level)].filter((child) => !found.has(child))) {
      fresh.forEach((child) => found.add(child))
      level = fresh.flatMap((child) => [...this.group(child).children])
    }
    return [...found]
  }

  /** How far each group is from `all`, by its longest way there. */
  depths(): ReadonlyMap<string, number> {
    const depths = new Map<string, number>()
    const depth = (name: string): number => {
      const known = depths.get(name)
      if (known !== undefined) return known
      const own = Math.max(-1, ...[...this.group(name).parents].map(depth)) + 1
      depths.set(name, own)
      return own
    }
    for (const name of this.groups.keys()) depth(name)
    return depths
  }
}

const PRIORITY = 'ansible_group_priority'

function priorityOf(group: string, { value, place }: Variable): number {
  const priority = wholeOf(value)
  if (priority !== undefined) return priority
  throw new KplayError('BAD_YAML', `${PRIORITY} of the group ${group} is a whole number`, { place })
}

function wholeOf(value: Raw): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof Float) return Math.trunc(value.value)
  return typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : undefined
}
