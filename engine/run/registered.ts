import type { Task } from '../model.ts'
import { fromPlain, isDict, type Dict, type Plain, type Value, type Variable } from '../value.ts'
import { evaluate } from '../values/template.ts'
import type { Layer, Scope } from '../values/scope.ts'
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

/** What a result makes visible: `register`, the expressions of a map still to be computed, and `_task`. */
function registeredVars({ register, projections }: Task, result: Variable, current: Value): Map<string, Variable> {
  return new Map<string, Variable>([
    ...(register === undefined ? [] : [[register, result] as const]),
    ['_task', { value: current }],
    ...(projections ?? []),
  ])
}

/** What one item of a loop sees of those before it. */
export function soFar(task: Task, results: readonly Value[]): Layer {
  const last = results.at(-1)
  const vars =
    last === undefined
      ? new Map<string, Variable>([['_task', { value: duringLoop([]) }]])
      : registeredVars(task, { value: last }, duringLoop(results))
  return { name: 'register', vars }
}

function duringLoop(results: readonly Value[]): Value {
  const last = results.at(-1)
  return new Map<Value, Value>([
    ...(last === undefined
      ? []
      : ([
          ['result', last],
          ['polymorphic_result', last],
        ] as const)),
    [LOOP, new Map<Value, Value>([['results', results]])],
  ])
}

const afterTask = (result: Value): Value =>
  new Map<Value, Value>([
    ['result', result],
    ['polymorphic_result', result],
  ])

function afterLoop(result: Value): Value {
  const results = isDict(result) ? result.get('results') : undefined
  return new Map<Value, Value>([
    ['result', ((Array.isArray(results) ? results.at(-1) : undefined) ?? result) as Value],
    ['polymorphic_result', result],
    [LOOP, result],
  ])
}

const LOOP = 'loop_result'

/** What conditions about a result see beside the variables. */
export function withResult(scope: Scope, task: Task, result: Variable): Scope {
  const value = result.value as Value
  const before = resultsBefore(scope)
  const current = before ? duringLoop([...before, value]) : afterTask(value)
  return scope.with({ name: 'register', vars: registeredVars(task, result, current) })
}

function resultsBefore(scope: Scope): readonly Value[] | undefined {
  const seen = scope.lookup('_task')?.value
  const loop = isDict(seen) ? seen.get(LOOP) : undefined
  const results = isDict(loop) ? loop.get('results') : undefined
  return Array.isArray(results) ? (results as readonly Value[]) : undefined
}

/** Keeps a result for the tasks that follow: data from now on. */
export function keep(task: Task, result: Variable, scope: Scope, host: HostState, looped: boolean): void {
  if (task.register !== undefined) host.registered.set(task.register, { place: task.place, ...result })
  if (!task.projections) return
  const value = result.value as Value
  const current = looped ? afterLoop(value) : afterTask(value)
  const seen = scope.with({ name: 'register', vars: registeredVars(task, result, current) })
  for (const [name, projection] of task.projections)
    host.registered.set(name, { value: evaluate(projection.value, seen) })
}
