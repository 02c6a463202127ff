import type { Module, ModuleArgs, StateModule } from '../module/define.ts'
import { actionNamed } from './actions.ts'
import type { Execution } from './execution.ts'
import { handlersNamed } from './notify.ts'
import type { PlannedTask } from './plan.ts'
import { resolvedIn } from './resolved.ts'
import { scopeOf } from './scopes.ts'

/**
 * Whether a handler that is notified already will start the same service anew, whatever happens until then: to watch
 * it now would prove nothing that is not proved then.
 */
export function isRenewed(module: Module, args: ModuleArgs, job: Execution): boolean {
  const service = module.kind === 'state' ? module.service?.(args) : undefined
  if (!service || job.workplace.delegated) return false
  const { host, view } = job
  const due = [...host.notified].flatMap((notified) => handlersNamed(notified, view.plan.handlers))
  return due.some(({ node }) => {
    const other = node.kind === 'task' && isCertain(node) ? serviceOf(node, job) : undefined
    return other !== undefined && other.anew && other.name === service.name && other.hold >= service.hold
  })
}

type Service = ReturnType<NonNullable<StateModule['service']>>

/** Nothing keeps it from running on this host. */
const isCertain = ({ task, chain }: PlannedTask): boolean =>
  !task.loop &&
  !task.includes &&
  task.until.length === 0 &&
  chain.keywords.every(
    ({ when, delegateTo, runOnce, checkMode }) =>
      when.length === 0 && ![delegateTo, runOnce, checkMode].some((keyword) => keyword !== undefined),
  )

function serviceOf(handler: PlannedTask, { host, view, context }: Execution): Service | undefined {
  try {
    const action = actionNamed(handler.task.action, context.registry)
    if (action?.kind !== 'state' && action?.kind !== 'alias') return undefined
    const scope = scopeOf(host, view, handler.chain, context)
    const { module, args } = resolvedIn(scope, handler, action, context)
    return module.kind === 'state' ? module.service?.(args) : undefined
  } catch {
    return undefined
  }
}
