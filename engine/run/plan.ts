import type { TaskInfo } from '../events.ts'
import type { Block, Node, Play, Role, Task, Written } from '../model.ts'
import { Template, type Vars } from '../value.ts'
import { selected, within, type Chain } from './chain.ts'

/** A task in its place: with all it inherits, and an identity that is the same for all hosts. */
export interface PlannedTask {
  readonly kind: 'task'
  readonly task: Task
  readonly chain: Chain
  readonly info: TaskInfo
}
export interface PlannedBlock {
  readonly kind: 'block'
  readonly chain: Chain
  /** The role that begins here on a host: its arguments are checked again, now with facts. */
  readonly enters?: Role | undefined
  readonly serial?: Written | undefined
  readonly order?: Written | undefined
  readonly block: readonly Planned[]
  readonly rescue: readonly Planned[]
  readonly always: readonly Planned[]
}
export type Planned = PlannedTask | PlannedBlock

export const isMeta = ({ task }: PlannedTask): boolean =>
  task.action.replace(/^ansible\.(builtin|legacy)\./, '') === 'meta'

/** What a name in `notify` means: a task, or a block that is run as a whole. */
export interface PlannedHandler {
  readonly id: number
  /** As written while it holds variables that nobody knows yet. */
  name: string
  /** Its name while that is still to be rendered. */
  unnamed?: Written | undefined
  readonly role?: string | undefined
  readonly listen: readonly string[]
  /** Nobody gave it a name: it is called as its module is, and never the same as another one. */
  readonly anonymous: boolean
  /** The list it stands in: of two with one name the first one of the last list counts. */
  readonly list: readonly Node[]
  readonly node: PlannedTask | PlannedBlock
}

export interface PlannedPlay {
  readonly play: Play
  /** Each ends with the handlers notified in it. */
  readonly sections: readonly (readonly Planned[])[]
  /** In the order they run; those of roles that are included come last, when they are. */
  readonly handlers: PlannedHandler[]
  /** Every use of a role, dependencies before what needs them; those that tasks import come last. */
  readonly roles: readonly RoleUse[]
  /** Roles whose variables all tasks see, also of those that tasks have included by now. */
  readonly exported: Role[]
  /** Another identity of a task. */
  readonly nextId: () => number
  /** Lays out what a task has included. */
  readonly planIncluded: (nodes: readonly Node[], chain: Chain, handler: boolean) => readonly Planned[]
  readonly planHandlers: (nodes: readonly Node[], chain: Chain) => readonly PlannedHandler[]
}
export interface RoleUse {
  readonly role: Role
  readonly chain: Chain
}

export interface TagChoice {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  /** Tags may hold them. */
  readonly extraVars?: Vars | undefined
}

/** Lays a play out: roles with their dependencies, inherited keywords, the tasks that tags leave. */
export function planPlay(play: Play, choice: TagChoice, nextId: () => number): PlannedPlay {
  const top: Chain = { keywords: [play.keywords], roles: [] }
  const uses = roleUses(play.roles, top)
  const included: RoleUse[] = []
  const planning: Planning = { choice, nextId, included, handler: false }
  const everything: Planning = { choice: { tags: [], skipTags: [] }, nextId, included: [], handler: true }
  const nodes = (list: readonly Node[], chain: Chain): Planned[] =>
    list.flatMap((node) => planNode(node, chain, planning))
  const handlers = (list: readonly Node[], chain: Chain): PlannedHandler[] =>
    list.flatMap((node) => planHandlers(node, list, chain, everything))
  const sections = [
    nodes(play.preTasks, top),
    [...uses.flatMap((use) => planRole(use, planning)), ...nodes(play.tasks, top)],
    nodes(play.postTasks, top),
  ]
  const roles = [...uses, ...included]
  return {
    play,
    sections,
    handlers: [...uses.flatMap(({ role, chain }) => handlers(role.handlers, chain)), ...handlers(play.handlers, top)],
    roles,
    nextId,
    exported: roles.flatMap(({ role }) => (role.public ? [role] : [])),
    planIncluded: (list, chain, handler) =>
      list.flatMap((node) => planNode(node, chain, handler ? everything : { ...planning, included: [] })),
    planHandlers: handlers,
  }
}

/** A use of a role in `roles:`; one of whose tasks tags leave nothing is not begun. */
function planRole({ role, chain }: RoleUse, planning: Planning): Planned[] {
  const block = role.tasks.flatMap((node) => planNode(node, chain, planning))
  if (block.length === 0 && (role.tasks.length > 0 || !role.argumentSpec)) return []
  return [{ kind: 'block', chain, enters: role, block, rescue: [], always: [] }]
}

/** Roles in the order they run; which of two uses with the same parameters does so is known only then. */
function roleUses(roles: readonly Role[], top: Chain): RoleUse[] {
  return roles.flatMap((role): RoleUse[] => {
    const chain = within(top, role.keywords, role)
    return [...role.dependencies.flatMap((dependency) => roleUses([dependency], chain)), { role, chain }]
  })
}

/** The same for two uses of a role with the same parameters. */
export const roleIdentity = (role: Role): string => `${role.path} ${parametersOf(role)}`

/** What was written, wherever it stands. */
const parametersOf = ({ params, keywords: { vars, when, tags } }: Role): string => {
  const values = (map: Vars): unknown => [...map].map(([name, { value }]) => [name, value])
  return JSON.stringify([values(params), values(vars), when.map(({ value }) => value), tags], (_, value: unknown) =>
    typeof value === 'bigint'
      ? String(value)
      : value instanceof Template
        ? value.source
        : value instanceof Map
          ? [...value]
          : value,
  )
}

interface Planning {
  readonly choice: TagChoice
  readonly nextId: () => number
  /** Roles that blocks stand for are put here. */
  readonly included: RoleUse[]
  readonly handler: boolean
}

function planNode(node: Node, chain: Chain, planning: Planning): Planned[] {
  if (node.kind === 'block') return planBlock(node, chain, planning)
  const { choice, nextId, handler } = planning
  const own = within(chain, node.keywords)
  // Whether an import runs is decided task by task, by what it imports.
  if (!node.includes?.inherited && !selected(own, choice.tags, choice.skipTags, choice.extraVars)) return []
  const role = chain.roles.at(-1)?.name
  const info: TaskInfo = {
    id: nextId(),
    name: titleOf(node),
    ...(role !== undefined && { role }),
    action: node.action,
    place: node.place,
    handler,
  }
  return [{ kind: 'task', task: node, chain: own, info }]
}

/** A block that an included role became belongs to that role, and begins with the check of its arguments. */
function planBlock(node: Block, outer: Chain, planning: Planning): Planned[] {
  const entered = node.role === outer.roles.at(-1) ? undefined : node.role
  const chain = within(outer, node.keywords, entered)
  const part = (list: readonly Node[], inside = chain): Planned[] =>
    list.flatMap((child) => planNode(child, inside, planning))
  const block = part(node.block, node.rescue.length > 0 ? { ...chain, guarded: true } : chain)
  const always = part(node.always)
  const checked = entered?.argumentSpec !== undefined && node.block.length === 0
  if (block.length + always.length === 0 && !checked) return []
  if (entered) planning.included.push({ role: entered, chain })
  const { serial, order } = node
  return [{ kind: 'block', chain, enters: entered, serial, order, block, rescue: part(node.rescue), always }]
}

/** A block that is no handler itself, as an import is not, stands for those in it. */
function planHandlers(node: Node, list: readonly Node[], outer: Chain, planning: Planning): PlannedHandler[] {
  if (node.kind === 'block' && !node.whole) {
    const chain = within(outer, node.keywords, node.role === outer.roles.at(-1) ? undefined : node.role)
    return node.block.flatMap((child) => planHandlers(child, node.block, chain, planning))
  }
  return planNode(node, outer, planning).map((planned): PlannedHandler => {
    const role = outer.roles.at(-1)?.name
    const id = planned.kind === 'task' ? planned.info.id : planning.nextId()
    const name = titleOf(node)
    const unnamed = node.name?.value instanceof Template ? node.name : undefined
    return {
      id,
      name,
      unnamed,
      ...(role !== undefined && { role }),
      listen: node.listen ?? [],
      anonymous: node.name === undefined,
      list,
      node: planned,
    }
  })
}

/** The name as written; templates in it are rendered per host. */
function titleOf(node: Node): string {
  const value = node.name?.value
  if (typeof value === 'string') return value
  if (value !== null && typeof value === 'object' && 'source' in value) return value.source
  return node.kind === 'task' ? node.action : 'block'
}

/** Every task of a tree, in order. */
export const flatTasks = (planned: Planned): PlannedTask[] =>
  planned.kind === 'task' ? [planned] : [...planned.block, ...planned.rescue, ...planned.always].flatMap(flatTasks)

/** Every task among nodes, with those that are known to be included. */
export const tasksAmong = (nodes: readonly Node[]): readonly Task[] =>
  nodes.flatMap((node): readonly Task[] =>
    node.kind === 'task'
      ? [node, ...tasksAmong(node.includes?.known?.nodes ?? [])]
      : tasksAmong([...node.block, ...node.rescue, ...node.always]),
  )
