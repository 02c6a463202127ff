import { KplayError } from '../errors.ts'
import type { ArgumentSpec, Role } from '../model.ts'
import { fromPlain, isDict, type Value } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { condition } from '../values/condition.ts'
import { argumentErrors } from './argument-errors.ts'
import { checkRoleArguments } from './arguments.ts'
import type { Batch } from './batch.ts'
import { isUnpredictable } from './converge.ts'
import { shortRoleName } from './role-name.ts'
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
      host.counts.failed += 1
      const { entry, shortDescription } = role.argumentSpec
      const name = `Validating arguments against arg spec '${entry}'${shortDescription ? ` - ${shortDescription}` : ''}`
      host.failedTask = fromPlain({ name, action: 'ansible.builtin.validate_argument_spec' })
      host.failedResult = failedResult(role, role.argumentSpec, scopeOf(host, batch.view, chain, batch.context), error)
      const task = {
        id: 0,
        name,
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

/** What `ansible_failed_result` is in a rescue: the errors in Ansible's words, where it has words for them. */
function failedResult(role: Role, { entry, data }: ArgumentSpec, scope: Scope, { message }: KplayError): Value {
  const errors = isDict(data) ? argumentErrors(data, new Map(), scope) : []
  const told = errors.length > 0 ? errors : [message]
  return new Map<Value, Value>([
    ['changed', false],
    ['failed', true],
    ['msg', `Validation of arguments failed:\n${told.join('\n')}`],
    ['argument_errors', told],
    ['argument_spec_data', data],
    [
      'validate_args_context',
      new Map<Value, Value>([
        ['type', 'role'],
        ['name', shortRoleName(role)],
        ['argument_spec_name', entry],
        ['path', role.path],
      ]),
    ],
  ])
}
