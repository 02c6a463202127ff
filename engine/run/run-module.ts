import { isDeepStrictEqual } from 'node:util'
import type { KplayError } from '../errors.ts'
import type { Failure } from '../events.ts'
import type { Target } from '../host/target.ts'
import type { Module, ModuleArgs, StateModule } from '../module/define.ts'
import type { Plain } from '../value.ts'
import { settled } from '../values/suspend.ts'
import { answer } from './answer.ts'
import { argumentPlace, resolveModule, secretsOf } from './actions.ts'
import { said } from './chain.ts'
import { flagOf } from './connect.ts'
import type { RunContext } from './context.ts'
import { converge, isUnpredictable, ready } from './converge.ts'
import type { Converged, ConvergeContext } from './convergence.ts'
import { environmentOf } from './environment.ts'
import { pause, placeOf, reach, type Executed, type Execution } from './execution.ts'
import { expandHomes } from './homes.ts'
import { masker } from './mask.ts'
import { fullName, handlersOf, notifiedBy, tellMissing } from './notify.ts'
import { Overlay } from './overlay/overlay.ts'
import { overlayReader } from './overlay/reader.ts'
import { oweHandlers } from './owed.ts'
import { isRenewed } from './renewed.ts'
import type { HostState } from './state.ts'
import { timeoutOf } from './timeout.ts'
import { mayGoOn } from './watches.ts'

export interface RunModuleOptions {
  /** Seconds that a step may take at most, whatever `timeout` says. */
  readonly limit?: number
  /** Only what readies the host for what the module starts; the host keeps how far that came. */
  readonly onlyReady?: boolean
  /** Lets what a step starts go on by itself. */
  readonly detach?: (machine: Target) => NonNullable<ConvergeContext['detach']>
}

/** Lets a module work on its host. Throws what module and host throw. */
export async function runModule(
  action: Module,
  given: Readonly<Record<string, unknown>>,
  job: Execution,
  { limit, detach, onlyReady }: RunModuleOptions = {},
): Promise<Executed> {
  const { context } = job
  const place = (key: string) => argumentPlace(job.planned.task, action, key)
  const { module, args: asGiven } = resolveModule(action, given, context.registry, place)
  const mask = masker([...secretsOf(action, given), ...secretsOf(module, asGiven)])
  const machine = await reach(job)
  const question = module.kind === 'read' || (module.question?.(asGiven) ?? false)
  const sight = readerOf(machine, question, isChecking(job), context)
  const args = await expandHomes(module.args, asGiven, { ...machine, reader: sight.reader }, place)
  const work: ConvergeContext = {
    ...(await settled(() => workOf(job, machine, mask, sight, limit))),
    ...(detach && { detach: detach(machine) }),
  }
  if (onlyReady) {
    job.host.readied = module.kind === 'state' ? await ready(module, args, work) : undefined
    return UNTOLD
  }
  const renewed = (): boolean => isRenewed(module, asGiven, job)
  const evidenceOf = async (): Promise<Pick<Failure, 'evidence'>> => {
    const said =
      module.kind === 'state' ? await module.evidence?.(args, machine.reader).catch(() => undefined) : undefined
    return said === undefined ? {} : { evidence: mask(said) }
  }
  const goOn: ConvergeContext['goOn'] = (watch) => {
    if (!mayGoOn(job)) return false
    const over = async (): Promise<Failure | undefined> => {
      const error = await watch()
      return error && { error, ...(await evidenceOf()) }
    }
    context.watches.add(job, over())
    return true
  }
  const done = await (
    module.kind === 'read'
      ? answer(module, args, work)
      : goOnWith(module, args, machine, job.host, { ...work, renewed, goOn })
  ).catch((error: unknown): Converged => {
    // A state module that cannot look through a prediction would find a difference in the real run.
    if (!question && work.overlay && isUnpredictable(error)) return foreseen(error as KplayError, work.overlay)
    throw error
  })
  const evidence = done.status === 'failed' ? await evidenceOf() : {}
  const unknown =
    done.predicted === true &&
    (Object.keys(done.values).length === 0 || (module.kind === 'state' && module.always !== undefined))
  const facts = done.values['ansible_facts']
  if (unknown && module.kind === 'state' && module.always !== undefined && isLeftOut(args, context))
    return leftOut(done, mask)
  return {
    answer: withEvidence(unknown ? { ...done, values: {} } : done, evidence),
    mask,
    acted: done.steps.length > 0,
    predicted: unknown,
    ...(facts instanceof Object && !Array.isArray(facts) && { learnt: { ownFacts: facts as Record<string, Plain> } }),
  }
}

/**
 * `check_mode` of a task in a run that is none: nothing is foretold, so that what nobody can know is left out, as in
 * Ansible. Whoever says by creates or removes when it is to run is told whether it would.
 */
const isLeftOut = (args: ModuleArgs, { options }: RunContext): boolean =>
  !options.check && args['creates'] === undefined && args['removes'] === undefined

const UNTOLD: Executed = {
  answer: { status: 'ok', changes: [], steps: [], warnings: [], values: {} },
  mask: (text) => text,
  acted: false,
  predicted: false,
}

const leftOut = ({ values }: Converged, mask: Executed['mask']): Executed => ({
  answer: {
    status: 'ok',
    changes: [],
    steps: [],
    warnings: [],
    values: { msg: 'Check mode is not supported for this task.', ...values },
  },
  mask,
  acted: false,
  predicted: false,
  skipped: true,
})

/** Goes on with a task from what was done for it while it had to wait, if it still means the same. */
async function goOnWith(
  module: StateModule,
  args: ModuleArgs,
  { machine }: Target,
  host: HostState,
  work: ConvergeContext,
): Promise<Converged> {
  const { readied } = host
  if (!readied || !isDeepStrictEqual([machine, module, args], [readied.machine, readied.module, readied.args]))
    return converge(module, args, work)
  host.readied = undefined
  const done = await converge(module, module.readied?.(args) ?? args, work)
  const status = done.status === 'ok' ? 'changed' : done.status
  return { ...done, status, changes: [...readied.changes, ...done.changes], steps: [...readied.steps, ...done.steps] }
}

const withEvidence = (done: Converged, evidence: Pick<Failure, 'evidence'>): Converged =>
  done.failure ? { ...done, failure: { ...done.failure, ...evidence } } : done

function foreseen(error: KplayError, overlay: Overlay): Converged {
  overlay.disturb()
  return { status: 'changed', changes: [], steps: [error.message], values: {}, warnings: [], predicted: true }
}

function workOf(
  job: Execution,
  machine: Target,
  mask: (text: string) => string,
  sight: Sight,
  limit = Infinity,
): ConvergeContext {
  const { planned, host, view, scope, context, workplace } = job
  const beforeSteps = (): Promise<void> =>
    oweHandlers(
      handlersOf(planned.task, notifiedBy(planned.task, scope), view.plan.handlers, tellMissing(context)),
      fullName(planned.info),
      host,
      view,
      context,
    )
  const timeout = Math.min(timeoutOf(job) ?? Infinity, limit)
  return {
    target: machine,
    local: context.local(placeOf(job)),
    stepOptions: {
      environment: environmentOf(job),
      ...(Number.isFinite(timeout) && { timeout }),
      progress: (sent, total) =>
        context.emit({
          type: 'progress',
          task: planned.info,
          host: host.name,
          text: `${mebibytes(sent)} of ${mebibytes(total)} MiB`,
        }),
    },
    mask,
    sleep: (milliseconds) => pause(milliseconds, context.soft),
    now: () => performance.now(),
    changed: () => context.machines.changed(machine.machine),
    looksAnew: () => context.machines.looksAnew(machine.machine),
    met: () => context.machines.met(machine.machine),
    stirred: () => context.machines.changed(),
    aborted: () => context.hard.aborted,
    turn: context.turns.at(machine.machine),
    // What is done elsewhere may be what makes the host reachable at all.
    ...(planned.task.notify.length > 0 && !workplace.delegated && { beforeSteps }),
    ...(!workplace.delegated && { askNext: () => host.askNext?.() }),
    ...sight,
  }
}

type Sight = Pick<ConvergeContext, 'reader' | 'overlay' | 'predicted'>

export function readerOf(
  machine: Target,
  question: boolean,
  checking: boolean,
  context: RunContext,
  base = machine.reader,
): Sight {
  if (!checking) return { reader: base }
  const overlay = context.overlays.get(machine.machine) ?? new Overlay(machine.reader)
  context.overlays.set(machine.machine, overlay)
  const predicted = (): boolean => [...context.overlays.values()].some((each) => !each.empty)
  return {
    overlay,
    predicted,
    reader: overlayReader(base, overlay, { question, predictedAnywhere: predicted }),
  }
}

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

/** `check_mode:` of the task or what is around it, else the run's. */
export const isChecking = ({ planned: { chain }, scope, context }: Execution): boolean => {
  const own = said(chain, 'checkMode', scope)
  return own === undefined ? context.options.check : flagOf(own.value, scope, 'check_mode', context.options.check)
}
