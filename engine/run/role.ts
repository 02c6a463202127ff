import { KplayError } from '../errors.ts'
import type { Role } from '../model.ts'
import { fromPlain } from '../value.ts'
import { condition } from '../values/condition.ts'
import { checkRoleArguments } from './arguments.ts'
import type { Batch } from './batch.ts'
import { isUnpredictable } from './converge.ts'
import type { Chain } from './chain.ts'
import { scopeOf } from './scopes.ts'
import type { HostState } from './state.ts'

/** With facts at hand a role's arguments are checked again, before its first task. */
export function startRole(role: Role, chain: Chain, batch: Batch, hosts: readonly HostState[]): void {
  if (!role.argumentSpec) return
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
      host.failedResult = fromPlain({ changed: false, failed: true, msg: error.message })
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
