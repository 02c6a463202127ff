import { condition } from '../values/condition.ts'
import { settled } from '../values/suspend.ts'
import type { Batch, Walker } from './batch.ts'
import { isUnpredictable } from './converge.ts'
import { flushHandlers } from './handlers.ts'
import { runOnHosts } from './on-hosts.ts'
import { isMeta, type Planned, type PlannedTask } from './plan.ts'
import { scopeOf } from './scopes.ts'
import type { HostState } from './state.ts'

/** What concerns the whole batch is decided by the condition of its first host, as in Ansible. */
const OF_THE_BATCH = ['end_play', 'end_batch', 'clear_host_errors', 'clear_facts', 'refresh_inventory']

/** What `meta` does to the run itself; actions that need nothing of it are those of the module. */
export async function runMeta(
  planned: PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  walker: Walker,
): Promise<void> {
  const action = actionIn(planned)
  const asked = OF_THE_BATCH.includes(action) ? hosts.slice(0, 1) : hosts
  const concerned: HostState[] = []
  for (const host of asked) if (await applies(planned, host, batch)) concerned.push(host)
  if (concerned.length === 0) return
  switch (action) {
    case 'flush_handlers':
      return flushHandlers(batch, concerned, walker)
    case 'end_role':
      for (const host of concerned) host.leaving = true
      return
    case 'end_host':
      for (const host of concerned) host.ended = true
      return
    case 'end_play':
      batch.lastOfPlay = true
      for (const host of batch.hosts) host.ended = true
      return
    case 'end_batch':
      for (const host of batch.hosts) host.ended = true
      return
    case 'clear_host_errors':
      batch.fatal = false
      for (const host of batch.hosts) Object.assign(host, { status: 'active', failing: false, dragged: false })
      return
    default:
      return runOnHosts(planned, batch, OF_THE_BATCH.includes(action) ? hosts : concerned).then(() => undefined)
  }
}

function actionIn({ task: { args } }: PlannedTask): string {
  const argument = args.get('_raw_params') ?? args.get('action')
  return typeof argument?.value === 'string' ? argument.value.trim() : ''
}

/** Whether hosts that are lost may come back here. */
export const clearsErrors = (nodes: readonly Planned[]): boolean =>
  nodes.some((node) =>
    node.kind === 'block'
      ? [node.block, node.rescue, node.always].some(clearsErrors)
      : isMeta(node) && actionIn(node) === 'clear_host_errors',
  )

async function applies(planned: PlannedTask, host: HostState, { view, context }: Batch): Promise<boolean> {
  const scope = scopeOf(host, view, planned.chain, context)
  const conditions = planned.chain.keywords.flatMap(({ when }) => when)
  try {
    return await settled(() => conditions.every(({ value }) => condition(value, scope)))
  } catch (error) {
    if (isUnpredictable(error)) return false
    throw error
  }
}
