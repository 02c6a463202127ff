import { KplayError } from '../errors.ts'
import type { Argument, ModuleDefaults, Task } from '../model.ts'
import type { Registry } from '../module/define.ts'
import { fieldNamed } from '../schema/parse.ts'
import { isDict, keyText } from '../value.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { actionNamed, argumentName, type Action } from './actions.ts'
import type { Chain } from './chain.ts'

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
