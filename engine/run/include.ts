import { KplayError } from '../errors.ts'
import { toPlain, type Vars } from '../value.ts'
import type { Batch, Walker } from './batch.ts'
import { within, type Chain } from './chain.ts'
import type { Course } from './course.ts'
import type { IncludedHere } from './included.ts'
import { runOnHosts } from './on-hosts.ts'
import type { TaskEnd } from './outcome.ts'
import type { PlannedTask } from './plan.ts'
import type { HostState } from './state.ts'

/** Hosts that include the same, and so go through it together. */
interface Group extends IncludedHere {
  readonly key: string
  readonly hosts: HostState[]
}

/** Nobody means more; without an end the controller's memory would be it. */
const DEEPEST = 500

/** include_tasks and include_role: a task for each host, then what it included, file by file. */
export async function runInclude(
  planned: PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  walker: Walker,
  then?: Course,
): Promise<void> {
  const ends = await runOnHosts(planned, batch, hosts)
  const { plan } = batch.view
  const depth = (planned.chain.includeParams?.length ?? 0) + 1
  if (depth > DEEPEST)
    throw new KplayError('EVALUATION', `${planned.task.action}: ${DEEPEST} includes within each other`, {
      place: planned.task.actionPlace,
      hint: 'one that includes itself needs a condition that becomes false',
    })
  for (const { included, vars, hosts: group } of groupsOf(ends)) {
    const chain = chainOf(planned, vars)
    plan.handlers.push(...plan.planHandlers(included.handlers, chain))
    const nodes = plan.planIncluded(included.nodes, chain, planned.info.handler)
    for (const node of nodes)
      if (node.kind === 'block' && node.enters?.public && !plan.exported.includes(node.enters))
        plan.exported.push(node.enters)
    await walker.nodes(nodes, batch, group, then)
  }
}

/**
 * In the order in which the hosts come to them, as ansible-core's included_file.py has it: two items of one host are
 * never one group, even if they include the same.
 */
function groupsOf(ends: readonly (readonly [HostState, TaskEnd])[]): readonly Group[] {
  const groups: Group[] = []
  for (const [host, end] of ends)
    for (const { included, vars } of end.included ?? []) {
      const key = keyOf(vars)
      const same = groups.find(
        (group) => group.included === included && group.key === key && !group.hosts.includes(host),
      )
      if (same) same.hosts.push(host)
      else groups.push({ included, vars, key, hosts: [host] })
    }
  return groups
}

const keyOf = (vars: Vars): string =>
  JSON.stringify(
    [...vars].map(([name, { value }]) => [name, toPlain(value as never)]),
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )

/** What the included tasks inherit: all that is around the include, what it applies, and its variables. */
export function chainOf({ task, chain }: PlannedTask, loopVars: Vars): Chain {
  const { includes, keywords } = task
  const around: Chain = { ...chain, keywords: chain.keywords.slice(0, -1) }
  const inherited = includes?.inherited ? within(around, keywords) : around
  const inside = includes ? within(inherited, includes.apply) : inherited
  const own = [includes?.inherited ? undefined : keywords.vars, loopVars]
  const params = new Map(own.flatMap((vars) => [...(vars ?? [])]))
  return { ...inside, includeParams: [...(chain.includeParams ?? []), params] }
}
