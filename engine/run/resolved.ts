import type { Module } from '../module/define.ts'
import type { Scope } from '../values/scope.ts'
import { argumentPlace, evaluateArgs, resolveModule } from './actions.ts'
import type { RunContext } from './context.ts'
import { withDefaults } from './module-defaults.ts'
import type { PlannedTask } from './plan.ts'

/** The module that a task means and its arguments, as a scope sees them, without running it. */
export function resolvedIn(scope: Scope, { task, chain }: PlannedTask, action: Module, { registry }: RunContext) {
  const full = withDefaults(task, chain, action, registry, scope)
  const place = (key: string) => argumentPlace(full, action, key)
  return { ...resolveModule(action, evaluateArgs(full, action, scope), registry, place), place }
}
