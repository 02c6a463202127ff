import type { Batch, Walker } from './batch.ts'
import type { Course } from './course.ts'
import { inBatches } from './in-batches.ts'
import { expandNotified } from './notify.ts'
import { payHandler } from './owed.ts'
import type { PlannedBlock, PlannedHandler, PlannedTask } from './plan.ts'
import type { HostState } from './state.ts'
import { provedFor } from './watches.ts'

/**
 * Runs what was notified, in the order the handlers are defined; one may notify others.
 * @param then what comes behind them
 */
export async function flushHandlers(
  batch: Batch,
  hosts: readonly HostState[],
  walker: Walker,
  alsoFailed = false,
  then?: Course,
): Promise<void> {
  const { handlers } = batch.view.plan
  const expand = (): void => {
    for (const host of hosts) expandNotified(host, handlers)
  }
  expand()
  // Handlers may include roles with more of them.
  for (let round = 0; round < handlers.length + 1; round += 1) {
    let ran = false
    for (const handler of handlers) {
      // With force_handlers those that fail by it run the handler all the same.
      if (hosts.some(({ due }) => due.has(handler.id))) await provedFor(handler.node, batch, hosts)
      const owing = hosts.filter(
        (host) => (host.running || (alsoFailed && host.status === 'failed')) && host.due.has(handler.id),
      )
      if (owing.length === 0 || batch.stopped || batch.context.soft.aborted) continue
      for (const host of owing) host.due.delete(handler.id)
      ran = true
      const last = hosts.every(({ due }) => due.size === 0)
      await revived(owing, () => runHandler(handler, batch, owing, walker, last ? then : undefined))
      expand()
    }
    if (!ran) return
  }
}

/** What is owed is struck out batch by batch: a run that is killed half way has paid for those that are through. */
const runHandler = (
  handler: PlannedHandler,
  batch: Batch,
  hosts: readonly HostState[],
  walker: Walker,
  then?: Course,
): Promise<void> => {
  const pay = (group: readonly HostState[]): Promise<void> =>
    payHandler(
      handler,
      group.filter(({ status }) => status === 'active'),
      batch,
    )
  return runAndPay(handler.node, batch, hosts, walker, pay, then)
}

/** A handler whose last step is a block is through, for a host, when that is. One that was stopped is not. */
function runAndPay(
  node: PlannedBlock | PlannedTask,
  batch: Batch,
  hosts: readonly HostState[],
  walker: Walker,
  pay: (group: readonly HostState[]) => Promise<void>,
  then?: Course,
): Promise<void> {
  return inBatches(node, batch, hosts, async (group) => {
    const isCut = (): boolean => batch.stopped || batch.context.soft.aborted
    const last = node.kind === 'block' && !node.rescue.length && !node.always.length ? node.block.at(-1) : undefined
    if (node.kind !== 'block' || last?.kind !== 'block') {
      await (node.kind === 'block' ? walker.whole(node, batch, group, then) : walker.nodes([node], batch, group, then))
      if (!isCut()) await pay(group)
      return
    }
    await walker.nodes(node.block.slice(0, -1), batch, group)
    await provedFor(last, batch, group)
    if (isCut()) return
    await pay(group.filter(({ running }) => !running))
    const ready = group.filter(({ running }) => running)
    if (ready.length > 0) await runAndPay(last, batch, ready, walker, pay, then)
  })
}

/** With force_handlers a failed host runs its handlers all the same, and stays failed. */
async function revived(hosts: readonly HostState[], work: () => Promise<void>): Promise<void> {
  const failed = hosts.filter(({ status }) => status === 'failed')
  for (const host of failed) host.status = 'active'
  await work()
  for (const host of failed) if (host.status === 'active') host.status = 'failed'
}
