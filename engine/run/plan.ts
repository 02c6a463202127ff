import type { TaskInfo } from '../events.ts'
import type { Block, Node, Play, Role, Task, Written } from '../model.ts'
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
  readonly serial?: Written | undefined
  readonly order?: Written | undefined
  readonly block: readonly Planned[]
  readonly rescue: readonly Planned[]
  readonly always: readonly Planned[]
}
/** Where a role begins on a host: its arguments are checked again, now with facts. */
export interface PlannedRole {
  readonly kind: 'role'
  readonly role: Role
  readonly chain: Chain
}
export type Planned = PlannedTask | PlannedBlock | PlannedRole

/** What a name in `notify` means: a task, or a block that is run as a whole. */
export interface PlannedHandler {
  readonly id: number
  readonly name: string
  readonly role?: string | undefined
  readonly listen: readonly string[]
  readonly node: PlannedTask | PlannedBlock
}

export interface PlannedPlay {
  readonly play: Play
  /** Each ends with the handlers notified in it. */
  readonly sections: readonly (readonly Planned[])[]
  readonly handlers: readonly PlannedHandler[]
  /** Every use of a role, dependencies before what needs them; those that tasks include come last. */
  readonly roles: readonly RoleUse[]
}
export interface RoleUse {
  readonly role: Role
  readonly chain: Chain
}

export interface TagChoice {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
}

/** Lays a play out: roles with their dependencies, inherited keywords, the tasks that tags leave. */
export function planPlay(play: Play, choice: TagChoice, nextId: () => number): PlannedPlay {
  const top: Chain = { keywords: [play.keywords], roles: [] }
  const uses = roleUses(play.roles, top)
  const included: RoleUse[] = []
  const planning: Planning = { choice, nextId, included, handler: false }
  const nodes = (list: readonly Node[], chain: Chain): Planned[] =>
    list.flatMap((node) => planNode(node, chain, planning))
  const roleNodes = uses.flatMap(({ role, chain }): Planned[] => {
    const tasks = nodes(role.tasks, chain)
    return role.argumentSpec && (tasks.length > 0 || role.tasks.length === 0)
      ? [{ kind: 'role', role, chain }, ...tasks]
      : tasks
  })
  const everything: Planning = { choice: { tags: [], skipTags: [] }, nextId, included: [], handler: true }
  const handlers = [
    ...uses.flatMap(({ role, chain }) => role.handlers.flatMap((node) => planHandlers(node, chain, everything))),
    ...play.handlers.flatMap((node) => planHandlers(node, top, everything)),
  ]
  return {
    play,
    sections: [nodes(play.preTasks, top), [...roleNodes, ...nodes(play.tasks, top)], nodes(play.postTasks, top)],
    handlers,
    roles: [...uses, ...included],
  }
}

/** Roles in the order they run. The same role with the same parameters runs once, unless it allows duplicates. */
function roleUses(roles: readonly Role[], top: Chain): RoleUse[] {
  const uses: RoleUse[] = []
  const seen = new Set<string>()
  const visit = (role: Role, chain: Chain): void => {
    const own = within(chain, role.keywords, role)
    for (const dependency of role.dependencies) visit(dependency, own)
    const key = `${role.path} ${identity(role)}`
    if (seen.has(key) && !role.allowDuplicates) return
    seen.add(key)
    uses.push({ role, chain: own })
  }
  for (const role of roles) visit(role, top)
  return uses
}

const identity = ({ params, keywords }: Role): string =>
  JSON.stringify(
    [params, keywords.vars, keywords.when, keywords.tags].map((part) => (part instanceof Map ? [...part] : part)),
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value),
  )

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
  if (!selected(own, choice.tags, choice.skipTags)) return []
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
  const part = (list: readonly Node[]): Planned[] => list.flatMap((child) => planNode(child, chain, planning))
  const block = part(node.block)
  const always = part(node.always)
  if (block.length + always.length === 0) return []
  if (entered) planning.included.push({ role: entered, chain })
  const start: Planned[] = entered?.argumentSpec ? [{ kind: 'role', role: entered, chain }] : []
  const { serial, order } = node
  return [{ kind: 'block', chain, serial, order, block: [...start, ...block], rescue: part(node.rescue), always }]
}

/** A block that is no handler itself, as an import is not, stands for those in it. */
function planHandlers(node: Node, outer: Chain, planning: Planning): PlannedHandler[] {
  if (node.kind === 'block' && !node.whole) {
    const chain = within(outer, node.keywords, node.role === outer.roles.at(-1) ? undefined : node.role)
    return node.block.flatMap((child) => planHandlers(child, chain, planning))
  }
  return planNode(node, outer, planning).flatMap((planned): PlannedHandler[] => {
    if (planned.kind === 'role') return []
    const role = outer.roles.at(-1)?.name
    const id = planned.kind === 'task' ? planned.info.id : planning.nextId()
    const name = titleOf(node)
    return [{ id, name, ...(role !== undefined && { role }), listen: node.listen ?? [], node: planned }]
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
export function flatTasks(planned: Planned): PlannedTask[] {
  if (planned.kind === 'task') return [planned]
  return planned.kind === 'role' ? [] : [...planned.block, ...planned.rescue, ...planned.always].flatMap(flatTasks)
}
