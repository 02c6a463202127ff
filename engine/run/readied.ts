import { actionNamed } from './actions.ts'
import type { Batch } from './batch.ts'
import { nearest } from './chain.ts'
import { becomeOf, settingsOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { execute } from './execute.ts'
import { firstFalse } from './judge.ts'
import { quietly } from './look-ahead.ts'
import { onEach } from './on-each.ts'
import { isMeta, type Planned, type PlannedTask } from './plan.ts'
import { resolvedIn } from './resolved.ts'
import { scopeOf } from './scopes.ts'
import type { HostState } from './state.ts'
import { needsProof, OUTWARD, provedFor } from './watches.ts'

/**
 * Waits, before hosts come to a node, until what was started has proved itself, if the node might build on that. A
 * service that the node is to start is readied meanwhile: to enable it builds on nothing. Its task tells of that later.
 */
export async function readyAndProved(node: Planned, batch: Batch, hosts: readonly HostState[]): Promise<void> {
  const { context } = batch
  if (node.kind === 'task' && context.watches.isBusy && isReadied(node, batch)) {
    const running = hosts.filter((host) => host.running)
    // What goes wrong here goes wrong once more when its turn comes, and is told then.
    await onEach(running, context, (host) => readyHost(node, host, batch).catch(() => undefined))
  }
  await provedFor(node, batch, hosts)
  if (context.watches.isOver) batch.stopped = true
  for (const host of hosts) if (!host.running || context.soft.aborted || batch.stopped) forsake(host, context)
}

const KEYWORDS = [...OUTWARD, 'delegateTo', 'checkMode', 'throttle', 'noLog'] as const

/** Nobody but its host is concerned, nobody is asked before it, and nothing is written down. */
function isReadied(planned: PlannedTask, { context, stopped }: Batch): boolean {
  const { task, chain } = planned
  if (!needsProof(planned, context.registry)) return false
  if (context.confirm || context.options.check || context.soft.aborted || stopped) return false
  if (isMeta(planned) || task.includes || task.templatedAction || task.notify.length > 0) return false
  if (task.loop || task.async || task.until.length > 0 || task.retries || chain.guarded) return false
  return !KEYWORDS.some((keyword) => nearest(chain, keyword))
}

async function readyHost(planned: PlannedTask, host: HostState, { view, context }: Batch): Promise<void> {
  const action = actionNamed(planned.task.action, context.registry)
  if (!action || action.kind === 'control') return
  // Whatever would have to be waited for, or be written down, throws.
  const scope = scopeOf(host, view, planned.chain, quietly(context))
  const conditions = planned.chain.keywords.flatMap(({ when }) => when)
  if (firstFalse(conditions, scope) !== undefined) return
  const { module } = resolvedIn(scope, planned, action, context)
  if (module.kind !== 'state' || !module.settle) return
  // Who cannot be reached, or not logged in to, is tried once.
  const { chain } = planned
  if (!(await context.machines.peek(settingsOf(host.name, chain, scope, context), becomeOf(chain, scope, context))))
    return
  await execute(planned, host, view, scope, context, [], { onlyReady: true })
}

/** Tells what a host was readied with in vain, if anything: it does not come to the task any more. */
export function forsake(host: HostState, { emit }: RunContext): void {
  const { readied } = host
  host.readied = undefined
  if (!readied) return
  emit({
    type: 'warning',
    message: `${host.name}: begun ahead of a task that it did not come to: ${readied.steps.join(', ')}`,
  })
}
