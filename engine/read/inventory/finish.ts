import type { Place } from '../../errors.ts'
import type { Group, Host, VarLayer } from '../../model.ts'
import { Template, type Variable, type Vars } from '../../value.ts'
import { NO_VARS } from '../vars.ts'
import type { VarsOf } from './folders.ts'
import type { DraftGroup, DraftHost, InventoryGraph } from './graph.ts'

/** Variables of the files beside the inventory sources and beside the playbook. */
export interface Beside {
  readonly inventory: VarsOf
  readonly playbook: VarsOf
}

/** A group that also knows what only the inventory's own listing asks for. */
export interface InventoryGroup extends Group {
  /** The hosts named in the group itself. */
  readonly ownHosts: readonly string[]
  readonly priority: number
  readonly place: Place | undefined
}

export interface InventoryHost extends Host {
  readonly place: Place | undefined
  /** Those of its layers that are about the host alone. */
  readonly ownLayers: readonly VarLayer[]
}

/** The variables of a host, low to high. */
export interface HostLayers {
  /** Of its groups: levels 3 to 7 of Ansible's precedence. */
  readonly groups: readonly VarLayer[]
  /** Its own: levels 8 to 10. */
  readonly own: readonly VarLayer[]
}

export interface Finished {
  readonly hosts: ReadonlyMap<string, InventoryHost>
  readonly groups: ReadonlyMap<string, InventoryGroup>
  /** What a group's own variables are: those in the inventory, then those of files. */
  groupLayers(name: string): readonly VarLayer[]
  /** The host for localhost, 127.0.0.1 or ::1 where no source names one of them: the same for all three. */
  implicit(name: string): InventoryHost
}

/** Groups and hosts as they are then used; all sources have been read. */
export function finishInventory(graph: InventoryGraph, beside: Beside): Finished {
  graph.settle()
  const depths = graph.depths()
  const groups = new Map([...graph.groups.values()].map((draft) => [draft.name, finishGroup(draft, graph, depths)]))
  const layersOf = layersIn(graph, beside, depths)

  const hosts = new Map<string, InventoryHost>()
  for (const name of groups.get('all')?.hosts ?? []) {
    const draft = graph.hosts.get(name)
    if (!draft) continue
    const names = [...graph.above(draft.groups)].filter((group) => group !== 'all').sort()
    hosts.set(name, finishHost(name, names, layersOf(draft), draft.place))
  }
  const groupLayers = (name: string): readonly VarLayer[] => [
    { name: `group ${name}`, vars: graph.groups.get(name)?.vars ?? NO_VARS },
    ...beside.inventory('group_vars', [name]),
    ...beside.playbook('group_vars', [name]),
  ]
  let implicit: InventoryHost | undefined
  return {
    hosts,
    groups,
    groupLayers,
    implicit: (name) =>
      (implicit ??=
        LOCALHOST.map((each) => hosts.get(each)).find((host) => host !== undefined) ?? implicitHost(name, layersOf)),
  }
}

/** Names of the controller itself. */
export const LOCALHOST = ['localhost', '127.0.0.1', '::1']

const implicitHost = (name: string, layersOf: (host: DraftHost) => HostLayers): InventoryHost => {
  const vars = new Map<string, Variable>([
    ['ansible_connection', { value: 'local' }],
    ['ansible_python_interpreter', { value: new Template('{{ ansible_playbook_python }}') }],
  ])
  const draft = { name, groups: new Set<string>(), vars, source: '', place: undefined }
  return finishHost(name, [], layersOf(draft), undefined)
}

const finishHost = (
  name: string,
  groups: readonly string[],
  layers: HostLayers,
  place: Place | undefined,
): InventoryHost => ({ name, groups, layers: [...layers.groups, ...layers.own], ownLayers: layers.own, place })

const finishGroup = (
  { name, children, parents, hosts, priority, place }: DraftGroup,
  graph: InventoryGraph,
  depths: ReadonlyMap<string, number>,
): InventoryGroup => ({
  name,
  children: [...children],
  parents: [...parents],
  ownHosts: [...hosts],
  // Its own hosts first, then those of the groups below, level by level: Ansible's order.
  hosts: [...new Set([name, ...graph.below(name)].flatMap((group) => [...graph.group(group).hosts]))],
  depth: depths.get(name) ?? 0,
  priority,
  place,
})

/** What variables the hosts have, as the inventory is now. */
export function layersIn(
  graph: InventoryGraph,
  { inventory, playbook }: Beside,
  depths: ReadonlyMap<string, number>,
): (host: DraftHost) => HostLayers {
  // Depth, then priority, then name: the order in which groups overrule each other.
  const rank = new Map(
    [...graph.groups.values()]
      .sort(
        (a, b) =>
          (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0) ||
          a.priority - b.priority ||
          (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
      )
      .map(({ name }, index) => [name, index]),
  )
  const inline = (name: string): VarLayer => ({ name: `group ${name}`, vars: graph.group(name).vars })
  const at = (level: number, layers: readonly VarLayer[]): readonly VarLayer[] =>
    layers.map((layer) => ({ ...layer, level }))
  // Most hosts share their groups with others.
  const known = new Map<string, readonly VarLayer[]>()
  const ofGroups = (own: ReadonlySet<string>): readonly VarLayer[] => {
    const key = [...own].join('\n')
    const before = known.get(key)
    if (before) return before
    const names = [...graph.above(own)]
      .filter((name) => name !== 'all')
      .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    const layers = [
      ...at(3, ['all', ...names].map(inline)),
      ...at(4, inventory('group_vars', ['all'])),
      ...at(5, playbook('group_vars', ['all'])),
      ...at(6, inventory('group_vars', names)),
      ...at(7, playbook('group_vars', names)),
    ].filter(({ vars }) => vars.size > 0)
    known.set(key, layers)
    return layers
  }
  return ({ name, groups, vars, source }) => ({
    groups: ofGroups(groups),
    own: [
      { name: 'inventory', vars: sourceVars(source) },
      { name: `host ${name}`, level: 8, vars },
      ...at(9, inventory('host_vars', [name])),
      ...at(10, playbook('host_vars', [name])),
    ].filter((layer) => layer.vars.size > 0),
  })
}

/** `inventory_file` and `inventory_dir`; a list of hosts lies in no folder. */
function sourceVars(source: string): Vars {
  if (source === '') return NO_VARS
  const folder = source.includes('/') ? source.slice(0, source.lastIndexOf('/')) || '/' : '.'
  return new Map<string, Variable>([
    ['inventory_file', { value: source }],
    ['inventory_dir', { value: source.includes(',') ? null : folder }],
  ])
}
