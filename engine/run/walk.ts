import type { Batch, Walker } from './batch.ts'
import { inBatches } from './in-batches.ts'
import { runInclude } from './include.ts'
import type { Course } from './course.ts'
import { runMeta } from './meta.ts'
import { runOnHosts } from './on-hosts.ts'
import { isMeta, roleIdentity, type Planned, type PlannedBlock } from './plan.ts'
import { readyAndProved } from './readied.ts'
import { startRole } from './role.ts'
import type { HostState } from './state.ts'
import { proved } from './watches.ts'

/** Takes hosts through tasks and blocks together: each of them ends a task before any begins the next one. */
async function walk(
  nodes: readonly Planned[],
  batch: Batch,
  hosts: readonly HostState[],
  then?: Course,
): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const rest: Course = { nodes, next: index + 1, then }
    await readyAndProved(node, batch, hosts)
    const ready = hosts.filter((host) => host.running)
    if (ready.length === 0 || batch.stopped || batch.context.soft.aborted) return
    if (node.kind === 'block') await runBlock(node, batch, ready, rest)
    else if (isMeta(node)) await runMeta(node, batch, ready, walker)
    else if (node.task.includes) await runInclude(node, batch, ready, walker, rest)
    else await runOnHosts(node, batch, ready, rest)
  }
}

const runBlock = (planned: PlannedBlock, batch: Batch, hosts: readonly HostState[], then: Course): Promise<void> =>
  inBatches(planned, batch, hosts, (group) => runWhole(planned, batch, group, then))

/** A block to its end, for hosts that are in it together. */
async function runWhole(
  planned: PlannedBlock,
  batch: Batch,
  group: readonly HostState[],
  then?: Course,
): Promise<void> {
  const { enters } = planned
  if (!enters) return runParts(planned, batch, group, then)
  const name = roleIdentity(enters)
  const before = new Map(group.map((host) => [host, tasksRun(host)]))
  const hosts = enters.allowDuplicates ? group : group.filter(({ rolesDone }) => !rolesDone.has(name))
  startRole(enters, planned.chain, batch, hosts)
  await runParts(
    planned,
    batch,
    hosts.filter(({ running }) => running),
    then,
  )
  for (const host of hosts) {
    // One that was skipped as a whole may run another time.
    if (host.status === 'active' && tasksRun(host) !== before.get(host)) host.rolesDone.add(name)
    host.leaving = false
  }
}

/** How many tasks were not skipped. */
const tasksRun = ({ counts }: HostState): number => counts.ok + counts.failed + counts.maybe

/** A failure inside `block` sends its host to `rescue`; `always` runs for everybody who can still be reached. */
async function runParts(
  { block, rescue, always }: PlannedBlock,
  batch: Batch,
  hosts: readonly HostState[],
  then?: Course,
): Promise<void> {
  const last: Course = { nodes: always, next: 0, then }
  await walk(block, batch, hosts, last)
  const failed = hosts.filter(({ status }) => status === 'failed')
  if (rescue.length > 0 && failed.length > 0) {
    for (const host of failed) rescueHost(host)
    batch.fatal = false
    await walk(rescue, batch, failed, last)
  }
  if (always.length === 0) return
  // It runs for those too of which something did not keep running.
  await proved(batch, hosts)
  const still = hosts.filter(({ status }) => status === 'failed')
  for (const host of still) {
    host.status = 'active'
    host.failing = true
  }
  await walk(always, batch, hosts, then)
  for (const host of still) {
    if (host.status === 'active' && host.failing) host.status = 'failed'
    host.failing = false
  }
}

function rescueHost(host: HostState): void {
  host.status = 'active'
  if (!host.dragged) {
    host.counts.failed -= 1
    host.counts.rescued += 1
  }
  host.dragged = false
  host.registered.set('ansible_failed_result', { value: host.failedResult })
  host.registered.set('ansible_failed_task', { value: host.failedTask })
}

export const walker: Walker = { nodes: walk, whole: runWhole }
