import type { Included } from '../model.ts'
import type { Target } from '../host/target.ts'
import type { Value } from '../value.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { becomeOf, open, settingsOf } from './connect.ts'
import type { LocalPlace, RunContext } from './context.ts'
import type { Converged } from './convergence.ts'
import type { Workplace } from './delegate.ts'
import type { Learnt } from './learn.ts'
import type { PlannedTask } from './plan.ts'
import type { PlayView } from './scopes.ts'
import type { HostState } from './state.ts'

/** A task about to be executed: for which host, and what surrounds it. */
export interface Execution {
  readonly planned: PlannedTask
  readonly host: HostState
  readonly view: PlayView
  readonly scope: Scope
  /** The variables of the loop's item, which `scope` holds already. */
  readonly layers: readonly Layer[]
  readonly context: RunContext
  readonly workplace: Workplace
}

/** What one execution of a task's module came to, before changed_when and failed_when judge it. */
export interface Executed {
  readonly answer: Converged
  readonly mask: (text: string) => string
  /** Something was done to the host. */
  readonly acted: boolean
  /** In check mode: nobody knows what the module would register. */
  readonly predicted: boolean
  /** The module had nothing to say here, as debug with a verbosity. */
  readonly skipped?: boolean | undefined
  readonly exact?: ReadonlyMap<string, Value> | undefined
  readonly message?: string | undefined
  readonly learnt?: Learnt | undefined
  readonly included?: Included | undefined
}

/** Reaches the host the task works on. */
export async function reach({ planned: { chain }, workplace, context, host }: Execution): Promise<Target> {
  const { name, scope, delegated } = workplace
  const [settings, become] = await settled(
    () => [settingsOf(name, chain, scope, context), becomeOf(chain, scope, context)] as const,
  )
  const begun = delegated ? undefined : () => host.ahead.begun()
  const target = await open({ ...settings, begun }, become, context)
  if (!delegated) host.ahead.reached(target.machine)
  return target
}

/** From where a task's files are looked for. */
export const placeOf = ({ planned: { task, chain }, context, scope }: Execution): LocalPlace => ({
  role: chain.roles.at(-1),
  file: task.place.file,
  playbook: context.playbook.path,
  scope,
})

/** Sleeps, but not through a Ctrl-C. */
export function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    stop.addEventListener('abort', done)
  })
}
