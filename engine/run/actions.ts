import { KplayError, type Place } from '../errors.ts'
import type { Argument, Task } from '../model.ts'
import type { Module, ModuleArgs, ReadModule, Registry, StateModule } from '../module/define.ts'
import { Written } from '../schema/coerce.ts'
import { fieldNamed, parseArgs, didYouMean, type Issue } from '../schema/parse.ts'
import { isDict, keyText, toPlain, type Raw } from '../value.ts'
import { mustRender } from '../values/lazy.ts'
import { evaluate, OMIT } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { moduleName, ownName, whyUnknown } from './collections.ts'
import type { ControlModule } from './control/define.ts'
import { controls } from './control/index.ts'
import { resolving } from './resolving.ts'

export type Action = Module | ControlModule

/** The module a task names, by its own name or one of Ansible's. */
export function actionNamed(name: string, registry: Registry): Action | undefined {
  const own = ownName(name)
  return own === undefined ? undefined : (controls.get(own) ?? registry.get(own))
}

export function actionOf(task: Task, registry: Registry): Action {
  const action = actionNamed(task.action, registry)
  if (action) return action
  throw new KplayError('UNKNOWN_MODULE', whyUnknown(task.action), {
    place: task.actionPlace,
    hint:
      didYouMean(moduleName(task.action).name, [...registry.keys(), ...controls.keys()]) ?? 'kplay doc lists them all',
  })
}

/** The argument free-form text goes to. */
export const argumentName = (key: string, action: Action): string =>
  key === '_raw_params' ? (action.freeForm ?? key) : key

/** Where an argument of a task was written; the task itself where it was not. */
export const argumentPlace = (task: Task, action: Action, key: string): Place =>
  [...task.args].find(([name]) => argumentName(name, action) === key)?.[1].place ?? task.place

/** Renders a task's arguments. An argument that comes out as `omit` was not given. */
export function evaluateArgs(task: Task, action: Action, scope: Scope): Record<string, Written> {
  const raw = action.kind === 'control' ? action.raw : []
  const given: Record<string, Written> = {}
  const { moreArgs } = task
  const more = moreArgs ? resolving(task.action, undefined, () => evaluate(moreArgs.value, scope)) : null
  if (isDict(more)) for (const [key, value] of more) given[keyText(key)] = new Written(value)
  else if (more !== null) throw new KplayError('BAD_ARGS', 'args must be a dict', { place: moreArgs?.place })
  // Where any name is an argument, only those the module states are its own.
  const any = action.kind === 'control' && action.anyArgs
  for (const [key, argument] of task.args) {
    const name = argumentName(key, action)
    const stated = fieldNamed(action.args, name)
    if (raw.includes(stated ?? name) || (any && stated === undefined)) continue
    const value = resolving(task.action, key, () => valueOf(argument, scope))
    if (value !== undefined) given[name] = value
  }
  return given
}

function valueOf({ value, text }: Argument, scope: Scope): Written | undefined {
  const known = evaluate(value, scope)
  return known === OMIT ? undefined : new Written(known, text)
}

/** Arguments a control module evaluates itself, under their field's name; for set_fact all of them. */
export function rawArgs(task: Task, action: ControlModule): ReadonlyMap<string, Raw> {
  const entries = [...task.args].map(([key, { value }]): [string, Raw] => {
    const name = argumentName(key, action)
    return [action.anyArgs ? name : (fieldNamed(action.args, name) ?? name), value]
  })
  return new Map(entries.filter(([name]) => (action.anyArgs ? name !== 'cacheable' : action.raw.includes(name))))
}

/** A module without aliases, and its arguments as it wants them. Throws BAD_ARGS with every mistake. */
export function resolveModule(
  action: Module,
  given: Readonly<Record<string, unknown>>,
  registry: Registry,
  place: (key: string) => Place | undefined,
): { module: StateModule | ReadModule; args: ModuleArgs } {
  const args = parseFor(action, given, place)
  if (action.kind !== 'alias') return { module: action, args }
  const next = action.to(args)
  const module = registry.get(next.module)
  if (!module) throw new KplayError('BUG', `${action.name} is an alias of ${next.module}, which is not there`)
  // What an alias maps to was not written by the user: a mistake is told by the alias's own arguments.
  return resolveModule(module, withoutUndefined(next.args), registry, place)
}

const withoutUndefined = (args: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined))

export function parseFor(
  action: Action,
  given: Readonly<Record<string, unknown>>,
  place: (key: string) => Place | undefined,
): ModuleArgs {
  const parsed = parseArgs(action.args, given)
  if (!parsed.ok) throw argumentError(action.name, parsed.issues, place)
  const rule = action.rule as ((args: ModuleArgs) => string | undefined) | undefined
  const broken = rule?.call(action, parsed.value)
  if (broken !== undefined) throw new KplayError('BAD_ARGS', `${action.name}: ${broken}`)
  return parsed.value
}

export function argumentError(
  name: string,
  issues: readonly Issue[],
  place: (key: string) => Place | undefined,
): KplayError {
  const told = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  const [first] = issues
  return new KplayError('BAD_ARGS', `${name}: ${told}`, {
    hint: issues.find(({ hint }) => hint !== undefined)?.hint,
    place: first && place(first.path[0] ?? ''),
  })
}

/** Values of secret fields, to be masked wherever they could be shown. */
export function secretsOf(action: Action, given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const name = fieldNamed(action.args, key)
    if (name === undefined || !action.args[name]?.secret) return []
    const plain = value instanceof Written ? toPlain(value.value) : value
    return typeof plain === 'string' ? [plain] : []
  })
}

/** Whether its value is known only when the task runs: a template is in it, or something encrypted. */
export const isTemplate = (raw: Raw): boolean => mustRender(raw)
