import { KplayError } from '../errors.ts'
import { Template, type Value, type Variable } from '../value.ts'
import { evaluate, OMIT } from '../values/template.ts'
import { text as printValue } from '../values/print.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { nearest } from './chain.ts'
import { flagOf } from './connect.ts'
import type { RunContext } from './context.ts'
import type { PlannedTask } from './plan.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** Where a task works: at its own host, or at the one it is delegated to. */
export interface Workplace {
  readonly name: string
  readonly delegated: boolean
  /** Connection variables come from here. */
  readonly scope: Scope
  /** Whose facts and variables the task's are; undefined: of a host that nobody knows variables of. */
  readonly owner: HostState | undefined
}

const LOCAL = ['localhost', '127.0.0.1', '::1']

/** Reads `delegate_to` and `delegate_facts`. A name outside the inventory is a host without variables, as in Ansible. */
export function workplaceOf(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  scope: Scope,
  context: RunContext,
  layers: readonly Layer[],
): Workplace {
  const written = nearest(planned.chain, 'delegateTo')
  const value = written ? evaluate(written.value, scope) : null
  const name = value === null || value === OMIT ? '' : printValue(value)
  if (name === '') {
    if (!(written?.value instanceof Template) || value === OMIT)
      return { name: host.name, delegated: false, scope, owner: host }
    const message = `Empty hostname produced from delegate_to: "${written.value.source}"`
    throw new KplayError('EVALUATION', message, { place: written.place })
  }
  const state = context.hosts.get(name)
  const facts = nearest(planned.chain, 'delegateFacts')
  const owner = facts && flagOf(facts.value, scope, 'delegate_facts') ? state : host
  return {
    name,
    delegated: true,
    scope: state ? scopeOf(state, view, planned.chain, context, layers) : strangerScope(name, scope),
    owner,
  }
}

function strangerScope(name: string, scope: Scope): Scope {
  const kind = LOCAL.includes(name) ? { value: 'local' } : { value: null }
  return scope.with({
    name: 'delegate_to',
    vars: new Map([
      ['ansible_connection', kind],
      ['ansible_host', { value: name }],
    ]),
  })
}

/** What a task sees of the host it is delegated to, as it was chosen for this time. */
export function withWorkplace(scope: Scope, { name, delegated, scope: theirs }: Workplace): Scope {
  if (!delegated) return scope
  const address = theirs.get('ansible_host') ?? name
  const own = new Map<Value, Value>([['inventory_hostname', name]])
  for (const key of CONNECTION) {
    const value = theirs.lookup(key)
    if (value) own.set(key, evaluate(value.value, theirs))
  }
  const vars = new Map<string, Variable>([['ansible_delegated_vars', { value: new Map<Value, Value>([[name, own]]) }]])
  // What no variable says of the task's own host is told of this one.
  if (scope.origin('ansible_host').at(-1)?.level === 1) vars.set('ansible_host', { value: address as Value })
  return scope.with({ name: 'delegate_to', vars })
}

export const CONNECTION = ['ansible_host', 'ansible_port', 'ansible_user', 'ansible_connection'] as const
