import type { Task } from '../model.ts'
import { fromPlain, isDict, type Dict, type Plain, type Value, type Variable } from '../value.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import type { Executed } from './execution.ts'
import type { HostState } from './state.ts'

/** What was decided about a result beside what its module says. */
export interface Judged {
  readonly changed: boolean
  readonly failed: boolean
  readonly message?: string | undefined
  readonly more: ReadonlyMap<Value, Value>
}

/** A result by Ansible's keys: what `register` keeps and conditions see. */
export function resultDict({ answer: { values }, exact }: Executed, { changed, failed, message, more }: Judged): Dict {
  const plain: Record<string, Plain> = { ...values }
  for (const stream of ['stdout', 'stderr']) {
    const text = plain[stream]
    if (typeof text === 'string' && plain[`${stream}_lines`] === undefined) plain[`${stream}_lines`] = linesOf(text)
  }
  if (message !== undefined && (plain['msg'] ?? '') === '') plain['msg'] = message
  const known = fromPlain(plain) as Dict
  return new Map<Value, Value>([['changed', changed], ['failed', failed], ...without(known), ...(exact ?? []), ...more])
}

const without = (dict: Dict): [Value, Value][] => [...dict].filter(([key]) => key !== 'changed' && key !== 'failed')

/** Lines as Python's splitlines counts them. */
const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/(?:\r\n|[\n\r])$/, '').split(/\r\n|[\n\r]/)

/** The variables that `register` of a task makes of its result, the expressions of a map still to be computed. */
export function registeredVars({ register, projections }: Task, result: Variable): ReadonlyMap<string, Variable> {
  const vars = new Map<string, Variable>()
  if (register !== undefined) vars.set(register, result)
  if (!projections) return vars
  vars.set('_task', {
    value: new Map<Value, Value>([
      ['result', result.value as Value],
      ['polymorphic_result', result.value as Value],
      ['loop_result', loopResult(result)],
    ]),
  })
  for (const [name, variable] of projections) vars.set(name, variable)
  return vars
}

const loopResult = ({ value }: Variable): Value => (isDict(value) && value.has('results') ? value : null)

/** What conditions about a result see beside the variables. */
export const withResult = (scope: Scope, task: Task, result: Variable): Scope => {
  const vars = registeredVars(task, result)
  return vars.size === 0 ? scope : scope.with({ name: 'register', vars })
}

/** Keeps a result for the tasks that follow: data from now on. */
export function keep(task: Task, result: Variable, scope: Scope, host: HostState): void {
  if (task.register !== undefined) host.registered.set(task.register, { place: task.place, ...result })
  if (!task.projections) return
  const seen = withResult(scope, task, result)
  for (const [name, { value }] of task.projections) host.registered.set(name, { value: evaluate(value, seen) })
}
