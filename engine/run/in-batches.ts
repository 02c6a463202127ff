import type { Scope } from '../values/scope.ts'
import type { Batch } from './batch.ts'
import type { PlannedBlock, PlannedTask } from './plan.ts'
import { scopeOf } from './scopes.ts'
import { batches, inOrder, turnOf } from './serial.ts'
import type { HostState } from './state.ts'

/** With `serial` hosts go through a block batch by batch, each to its end; a batch that is lost ends the run for the rest. */
export async function inBatches(
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
    if (groups.length > 1) await batch.context.watches.settle(group)
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
