import { KplayError, type ErrorCode } from '../errors.ts'
import type { Written } from '../schema/coerce.ts'
import type { Layer, Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { actionOf, evaluateArgs, type Action } from './actions.ts'
import { asyncOf, runAsync } from './async.ts'
import type { RunContext } from './context.ts'
import { withWorkplace, workplaceOf } from './delegate.ts'
import type { Executed, Execution } from './execution.ts'
import { learn } from './learn.ts'
import { withDefaults } from './module-defaults.ts'
import type { PlannedTask } from './plan.ts'
import { runControl } from './run-control.ts'
import { runModule, type RunModuleOptions } from './run-module.ts'
import type { PlayView } from './scopes.ts'
import type { HostState } from './state.ts'
import { timeoutOf, within } from './timeout.ts'

/**
 * Renders the arguments, reaches the host and lets the module work. What the module says no to is an answer; throws
 * what makes an answer impossible: arguments that cannot be rendered, a host that cannot be reached.
 */
export async function execute(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  before: Scope,
  context: RunContext,
  layers: readonly Layer[] = [],
  options: RunModuleOptions = {},
): Promise<Executed> {
  const action = actionOf(planned.task, context.registry)
  const { task, given, workplace, scope } = await settled(() => {
    const place = workplaceOf(planned, host, view, before, context, layers)
    const seen = withWorkplace(before, place)
    const full = withDefaults(planned.task, planned.chain, action, context.registry, seen)
    return { task: full, given: evaluateArgs(full, action, seen), workplace: place, scope: seen }
  })
  const job: Execution = { planned: { ...planned, task }, host, view, scope, layers, context, workplace }
  const seconds = await settled(() => timeoutOf(job))
  const executed = await within(
    seconds,
    action.kind === 'control' ? 0 : STEP_GRACE,
    run(action, given, job, options),
  ).catch(asAnswer)
  if (executed.learnt && workplace.owner) learn(workplace.owner, executed.learnt)
  return seconds === undefined ? executed : timed(executed, seconds)
}

async function run(
  action: Action,
  given: Readonly<Record<string, Written>>,
  job: Execution,
  options: RunModuleOptions,
): Promise<Executed> {
  const async = await settled(() => asyncOf(job))
  if (action.kind !== 'control')
    return async ? runAsync(action, given, job, async) : runModule(action, given, job, options)
  if (!async) return runControl(action, given, job)
  const { place } = job.planned.task
  throw new KplayError('BAD_ARGS', `This action (${action.name}) does not support async.`, { place })
}

/** Seconds in which a step that is too late says so itself. */
const STEP_GRACE = 10

/** Not the module's answer, but why there is none. */
const NO_ANSWER = new Set<ErrorCode>([
  'UNREACHABLE',
  'HOST_KEY',
  'LOGIN_REFUSED',
  'BUG',
  'INTERRUPTED',
  'UNPREDICTABLE',
  'PREDICTION_GAP',
  'UNDEFINED',
  'EVALUATION',
  'BAD_TEMPLATE',
])

function asAnswer(error: unknown): Executed {
  if (!(error instanceof KplayError) || NO_ANSWER.has(error.code)) throw error
  return {
    answer: { status: 'failed', changes: [], steps: [], values: {}, warnings: [], failure: { error } },
    mask: (text) => text,
    acted: false,
    predicted: false,
  }
}

/** Whoever was too late is told by Ansible's keys, whatever noticed it. */
function timed(executed: Executed, seconds: number): Executed {
  const { answer } = executed
  if (answer.failure?.error.code !== 'TIMEOUT') return executed
  const keys = { msg: `Timed out after ${seconds} second(s).`, timedout: { period: seconds } }
  return { ...executed, answer: { ...answer, values: { ...answer.values, ...keys } } }
}
