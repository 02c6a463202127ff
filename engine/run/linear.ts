import { condition } from '../values/condition.ts'
import type { Scope } from '../values/scope.ts'
import type { Batch } from './batch.ts'
import { isUnpredictable } from './converge.ts'
import { runOnHosts } from './on-hosts.ts'
import { payHandler } from './owed.ts'
import type { Planned, PlannedBlock, PlannedHandler, PlannedTask } from './plan.ts'
import { startRole } from './role.ts'
import { scopeOf } from './scopes.ts'
import { batches, inOrder, turnOf } from './serial.ts'
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

const runBlock = (planned: PlannedBlock, batch: Batch, hosts: readonly HostState[]): Promise<void> =>
  inBatches(planned, batch, hosts, (group) => runWhole(planned, batch, group))

/** With `serial` hosts go through a block batch by batch, each to its end; a batch that is lost ends the run for the rest. */
async function inBatches(
  planned: PlannedBlock | PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  work: (group: readonly HostState[]) => Promise<void>,
): Promise<void> {
  const { serial, order } = planned.kind === 'block' ? planned : {}
  const [first] = hosts
  if (!serial || !first) return work(hosts)
  const scope = (host: HostState): Scope => scopeOf(host, batch.view, planned.chain, batch.context)
  const groups = batches(serial, order ? inOrder(hosts, (host) => turnOf(order, scope(host))) : hosts, scope(first))
  for (const [index, group] of groups.entries()) {
    await work(group)
    if (batch.stopped || batch.context.soft.aborted) return
    const left = groups.slice(index + 1).flat()
    if (left.length === 0 || group.some(({ status }) => status === 'active')) continue
    batch.stopped = true
    const names = (list: readonly HostState[]): string[] => list.map(({ name }) => name)
    batch.cut = {
      reason: `serial: ${names(group).join(' ')} did not get through, so the run ends here`,
      untouched: names(left),
    }
    return
  }
}

/** A failure inside `block` sends its host to `rescue`; `always` runs for everybody who can still be reached. */
async function runWhole(
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

/** Runs what was notified, in the order the handlers are defined; one may notify others. */
export async function flushHandlers(batch: Batch, hosts: readonly HostState[], alsoFailed = false): Promise<void> {
  const { handlers } = batch.view.plan
  for (let round = 0; round < handlers.length + 1; round += 1) {
    let ran = false
    for (const handler of handlers) {
      const owing = hosts.filter(
        (host) => (host.running || (alsoFailed && host.status === 'failed')) && host.notified.has(handler.id),
      )
      if (owing.length === 0 || batch.stopped || batch.context.soft.aborted) continue
      for (const host of owing) host.notified.delete(handler.id)
      ran = true
      await revived(owing, () => runHandler(handler, batch, owing))
    }
    if (!ran) return
  }
}

/** What is owed is struck out batch by batch: a run that is killed half way has paid for those that are through. */
const runHandler = (handler: PlannedHandler, batch: Batch, hosts: readonly HostState[]): Promise<void> =>
  runAndPay(handler.node, batch, hosts, (group) =>
    payHandler(
      handler,
      group.filter(({ status }) => status === 'active'),
      batch,
    ),
  )

/** A handler whose last step is a block is through, for a host, when that is. One that was stopped is not. */
function runAndPay(
  node: PlannedBlock | PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  pay: (group: readonly HostState[]) => Promise<void>,
): Promise<void> {
  return inBatches(node, batch, hosts, async (group) => {
    const isCut = (): boolean => batch.stopped || batch.context.soft.aborted
    const last = node.kind === 'block' && !node.rescue.length && !node.always.length ? node.block.at(-1) : undefined
    if (node.kind !== 'block' || last?.kind !== 'block') {
      await (node.kind === 'block' ? runWhole(node, batch, group) : runNodes([node], batch, group))
      if (!isCut()) await pay(group)
      return
    }
    await runNodes(node.block.slice(0, -1), batch, group)
    if (isCut()) return
    await pay(group.filter(({ running }) => !running))
    const ready = group.filter(({ running }) => running)
    if (ready.length > 0) await runAndPay(last, batch, ready, pay)
  })
}

/** With force_handlers a failed host runs its handlers all the same, and stays failed. */
async function revived(hosts: readonly HostState[], work: () => Promise<void>): Promise<void> {
  const failed = hosts.filter(({ status }) => status === 'failed')
  for (const host of failed) host.status = 'active'
  await work()
  for (const host of failed) if (host.status === 'active') host.status = 'failed'
}
