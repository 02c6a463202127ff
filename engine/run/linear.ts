import { KplayError } from '../errors.ts'
import { condition } from '../values/condition.ts'
import { checkRoleArguments } from './arguments.ts'
import type { Batch } from './batch.ts'
import { isUnpredictable } from './converge.ts'
import { flushHandlers } from './handlers.ts'
import { runOnHosts } from './on-hosts.ts'
import type { Planned, PlannedBlock, PlannedRole, PlannedTask } from './plan.ts'
import { scopeOf } from './scopes.ts'
import type { HostState } from './state.ts'

/** Ansible's strategy: every host ends a task before any begins the next one. */
export async function runNodes(nodes: readonly Planned[], batch: Batch, hosts: readonly HostState[]): Promise<void> {
  for (const node of nodes) {
    const ready = hosts.filter((host) => host.running)
    if (ready.length === 0 || batch.stopped || batch.context.soft.aborted) return
    if (node.kind === 'block') await runBlock(node, batch, ready)
    else if (node.kind === 'role') startRole(node, batch, ready)
    else if (isMeta(node)) await runMeta(node, batch, ready)
    else await runOnHosts(node, batch, ready)
  }
}

/** A failure inside `block` sends its host to `rescue`; `always` runs for everybody who can still be reached. */
async function runBlock(
  { block, rescue, always }: PlannedBlock,
  batch: Batch,
  hosts: readonly HostState[],
): Promise<void> {
  await runNodes(block, batch, hosts)
  const failed = hosts.filter(({ status }) => status === 'failed')
  if (rescue.length > 0 && failed.length > 0) {
    for (const host of failed) {
      host.status = 'active'
      host.counts.failed -= 1
      host.counts.rescued += 1
      host.registered.set('ansible_failed_result', { value: host.failedResult })
      host.registered.set('ansible_failed_task', { value: host.failedTask })
    }
    await runNodes(rescue, batch, failed)
  }
  if (always.length === 0) return
  const still = hosts.filter(({ status }) => status === 'failed')
  for (const host of still) host.status = 'active'
  await runNodes(always, batch, hosts)
  for (const host of still) if (host.status === 'active') host.status = 'failed'
}

/** With facts at hand a role's arguments are checked again, before its first task. */
function startRole({ role, chain }: PlannedRole, batch: Batch, hosts: readonly HostState[]): void {
  for (const host of hosts) {
    try {
      const scope = scopeOf(host, batch.view, chain, batch.context)
      const conditions = chain.keywords.flatMap(({ when }) => when)
      if (!conditions.every(({ value }) => condition(value, scope))) continue
      checkRoleArguments(role, scope)
    } catch (error) {
      if (!(error instanceof KplayError)) throw error
      if (isUnpredictable(error)) continue
      host.status = 'failed'
      host.counts.failed += 1
      const task = {
        id: 0,
        name: `arguments of role ${role.name}`,
        role: role.name,
        action: 'validate_argument_spec',
        place: role.place,
        handler: false,
      }
      const result = {
        host: host.name,
        status: 'failed' as const,
        changes: [],
        steps: [],
        warnings: [],
        values: {},
        elapsed: 0,
        failure: { error },
      }
      batch.context.emit({ type: 'task-start', task, hosts: [host.name] })
      batch.context.emit({ type: 'result', task, result })
      batch.context.emit({ type: 'task-end', task })
    }
  }
}

const isMeta = ({ task }: PlannedTask): boolean => task.action.replace(/^ansible\.(builtin|legacy)\./, '') === 'meta'

async function runMeta(planned: PlannedTask, batch: Batch, hosts: readonly HostState[]): Promise<void> {
  const argument = planned.task.args.get('_raw_params') ?? planned.task.args.get('action')
  const action = typeof argument?.value === 'string' ? argument.value.trim() : ''
  const concerned = hosts.filter((host) => applies(planned, host, batch))
  if (concerned.length === 0) return
  if (action === 'flush_handlers') return flushHandlers(batch, concerned)
  if (action === 'end_host') for (const host of concerned) host.ended = true
  else if (action === 'end_play') for (const host of batch.hosts) host.ended = true
  else if (action === 'clear_host_errors') for (const host of batch.hosts) host.status = 'active'
  else await runOnHosts(planned, batch, concerned)
}

function applies(planned: PlannedTask, host: HostState, { view, context }: Batch): boolean {
  const scope = scopeOf(host, view, planned.chain, context)
  try {
    return planned.chain.keywords.flatMap(({ when }) => when).every(({ value }) => condition(value, scope))
  } catch (error) {
    if (isUnpredictable(error)) return false
    throw error
  }
}
