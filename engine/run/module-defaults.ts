import { KplayError } from '../errors.ts'
import type { Argument, ModuleDefaults, Node, Task } from '../model.ts'
import type { Registry } from '../module/define.ts'
import { didYouMean, fieldNamed, unknownArguments } from '../schema/parse.ts'
import { isDict, keyText } from '../value.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { actionNamed, argumentError, argumentName, type Action } from './actions.ts'
import type { Chain } from './chain.ts'
import { controls } from './control/index.ts'

/** The task with the arguments that `module_defaults` around it give its module: the innermost entry, below its own. */
export function withDefaults(task: Task, chain: Chain, action: Action, registry: Registry, scope: Scope): Task {
  const defaults = chain.keywords
    .flatMap(({ moduleDefaults }) => moduleDefaults ?? [])
    .findLast(({ module }) => actionNamed(module, registry) === action)
  if (!defaults) return task
  const named = (key: string): string => fieldNamed(action.args, argumentName(key, action)) ?? key
  const own = new Set([...task.args.keys()].map(named))
  const fresh = [...argumentsOf(defaults, scope)].filter(([key]) => !own.has(named(key)))
  return { ...task, args: new Map([...fresh, ...task.args]) }
}

function argumentsOf({ module, args, more, place }: ModuleDefaults, scope: Scope): ReadonlyMap<string, Argument> {
  if (!more) return args
  const value = evaluate(more.value, scope)
  if (!isDict(value))
    throw new KplayError('BAD_ARGS', `module_defaults: the arguments of ${module} must be a dict`, {
      place: more.place,
    })
  return new Map([...value].map(([key, item]) => [keyText(key), { value: item, place: more.place, keyPlace: place }]))
}

/** The entries of `module_defaults` on nodes and all below them. */
export const defaultsAmong = (nodes: readonly Node[]): readonly ModuleDefaults[] =>
  nodes.flatMap((node): readonly ModuleDefaults[] => [
    ...(node.keywords.moduleDefaults ?? []),
    ...(node.kind === 'block' ? defaultsAmong([...node.block, ...node.rescue, ...node.always]) : []),
  ])

/** The modules that these entries give arguments to. Of one that is not there nobody needs them. */
export const defaultedBy = (entries: readonly ModuleDefaults[], registry: Registry): ReadonlySet<Action> =>
  new Set(entries.flatMap(({ module }) => actionNamed(module, registry) ?? []))

/** Throws BAD_ARGS for an argument that the module does not have, UNKNOWN_MODULE for a misspelt module. */
export function validateDefaults({ module, args, place }: ModuleDefaults, registry: Registry): void {
  const action = actionNamed(module, registry)
  if (!action) {
    const hint = didYouMean(module, [...registry.keys(), ...controls.keys()])
    if (hint !== undefined && !module.includes('.'))
      throw new KplayError('UNKNOWN_MODULE', `module_defaults: there is no module ${module}`, { place, hint })
    return
  }
  if (action.kind === 'control' && action.anyArgs) return
  const unknown = unknownArguments(
    action.args,
    [...args.keys()].map((key) => argumentName(key, action)),
  )
  if (unknown.length > 0) throw argumentError(action.name, unknown, (key) => args.get(key)?.keyPlace ?? place)
}
