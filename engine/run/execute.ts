import { KplayError } from '../errors.ts'
import type { Included } from '../model.ts'
import type { Target } from '../host/target.ts'
import type { Registry } from '../module/define.ts'
import { parseFor, resolveModule, actionOf, argumentName, evaluateArgs, rawArgs, secretsOf } from './actions.ts'
import { isDict, keyText, type Plain, type Value } from '../value.ts'
import { evaluate } from '../values/template.ts'
import { text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { nearest } from './chain.ts'
import { becomeOf, flagOf, open, settingsOf, textOf } from './connect.ts'
import type { LocalPlace, RunContext } from './context.ts'
import type { ControlModule } from './control/define.ts'
import { answer, converge, isUnpredictable, type Converged, type ConvergeContext } from './converge.ts'
import { expandHomes } from './homes.ts'
import { masker } from './mask.ts'
import { Overlay } from './overlay/overlay.ts'
import { overlayReader } from './overlay/reader.ts'
import { fullName, handlersOf, notifiedBy } from './notify.ts'
import { oweHandlers } from './owed.ts'
import type { PlannedTask } from './plan.ts'
import { scopeOf, type PlayView } from './scopes.ts'
import { validateIncluded } from './validate.ts'
import type { HostState } from './state.ts'

/** What one execution of a task's module came to, before changed_when and failed_when judge it. */
export interface Executed {
  readonly answer: Converged
  readonly mask: (text: string) => string
  /** Something was done to the host. */
  readonly acted: boolean
  /** In check mode: nobody knows what the module would register. */
  readonly predicted: boolean
  readonly exact?: ReadonlyMap<string, Value> | undefined
  readonly message?: string | undefined
  readonly included?: Included | undefined
  sleep(milliseconds: number): Promise<void>
}

/** Renders the arguments, reaches the host and lets the module work. Throws what module and host throw. */
export async function execute(
  planned: PlannedTask,
  host: HostState,
  view: PlayView,
  scope: Scope,
  context: RunContext,
): Promise<Executed> {
  const { task, chain } = planned
  const action = actionOf(task, context.registry)
  const given = evaluateArgs(task, action, scope)
  const place = (key: string): (typeof task)['place'] =>
    [...task.args].find(([name]) => argumentName(name, action) === key)?.[1].place ?? task.place
  const local: LocalPlace = { role: chain.roles.at(-1), file: task.place.file, playbook: context.playbook.path, scope }
  const sleep = (milliseconds: number): Promise<void> => pause(milliseconds, context.soft)
  const delegate = textOf(nearest(chain, 'delegateTo'), scope)
  const reach = (): Promise<Target> =>
    target(
      planned,
      delegate === undefined ? scope : delegateScope(delegate, view, planned, scope, context),
      delegate ?? host.name,
      scope,
      context,
    )

  if (action.kind === 'control')
    return control(action, { given, planned, host, scope, context, local, sleep, reach, place })

  const { module, args: asGiven } = resolveModule(action, given, context.registry, place)
  const mask = masker([...secretsOf(action, given), ...secretsOf(module, asGiven)])
  const machine = await reach()
  const checking = chainCheck(planned, scope, context)
  const sight = readerOf(machine, module.kind === 'read' || (module.question?.(asGiven) ?? false), checking, context)
  const args = await expandHomes(module.args, asGiven, { reader: sight.reader, home: machine.home }, place)
  const beforeSteps = (): Promise<void> =>
    oweHandlers(
      handlersOf(planned.task, notifiedBy(task, scope), view.plan.handlers),
      fullName(planned.info),
      host,
      view,
      context,
    )
  const work: ConvergeContext = {
    target: machine,
    local: context.local(local),
    stepOptions: {
      environment: environmentOf(planned, scope),
      ...timeoutOf(planned, scope),
      progress: (sent, total) =>
        context.emit({
          type: 'progress',
          task: planned.info,
          host: host.name,
          text: `${mebibytes(sent)} of ${mebibytes(total)} MiB`,
        }),
    },
    mask,
    sleep,
    now: () => performance.now(),
    changed: () => context.machines.changed(machine.machine),
    aborted: () => context.hard.aborted,
    turn: context.turns.at(machine.machine),
    // What is done elsewhere may be what makes the host reachable at all.
    ...(task.notify.length > 0 && delegate === undefined && { beforeSteps }),
    ...sight,
  }
  const done = await (module.kind === 'read' ? answer(module, args, work) : converge(module, args, work)).catch(
    (error: unknown): Converged => {
      // A state module that cannot look through a prediction would find a difference in the real run.
      if (checking && module.kind === 'state' && !module.question?.(args) && isUnpredictable(error)) {
        work.overlay?.disturb()
        return {
          status: 'changed',
          changes: [],
          steps: [(error as KplayError).message],
          values: {},
          warnings: [],
          predicted: true,
        }
      }
      throw error
    },
  )
  const learnt = done.values['ansible_facts']
  if (learnt instanceof Object && !Array.isArray(learnt))
    host.learn(learnt as Readonly<Record<string, Plain>>, { own: true })
  const evidence =
    done.status === 'failed' && module.kind === 'state'
      ? await module.evidence?.(args, machine.reader).catch(() => undefined)
      : undefined
  const result =
    evidence === undefined || !done.failure ? done : { ...done, failure: { ...done.failure, evidence: mask(evidence) } }
  const unknown =
    done.predicted === true &&
    (Object.keys(done.values).length === 0 || (module.kind === 'state' && module.always !== undefined))
  return { answer: result, mask, acted: done.steps.length > 0, predicted: unknown, sleep }
}

function readerOf(
  machine: Target,
  question: boolean,
  checking: boolean,
  context: RunContext,
): Pick<ConvergeContext, 'reader' | 'overlay' | 'predicted'> {
  if (!checking) return { reader: machine.reader }
  const overlay = context.overlays.get(machine.machine) ?? new Overlay(machine.reader)
  context.overlays.set(machine.machine, overlay)
  const predicted = (): boolean => [...context.overlays.values()].some((each) => !each.empty)
  return {
    overlay,
    predicted,
    reader: overlayReader(machine.reader, overlay, { question, predictedAnywhere: predicted }),
  }
}

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

/** `check_mode:` of the task or what is around it, else the run's. */
const chainCheck = ({ chain }: PlannedTask, scope: Scope, { options }: RunContext): boolean => {
  const own = nearest(chain, 'checkMode')
  return own === undefined ? options.check : flagOf(own.value, scope, 'check_mode')
}

function target(
  planned: PlannedTask,
  reachScope: Scope,
  name: string,
  scope: Scope,
  context: RunContext,
): Promise<Target> {
  return open(settingsOf(name, planned.chain, reachScope, context), becomeOf(planned.chain, scope, context), context)
}

/** Connection variables come from the host a task is delegated to. */
function delegateScope(name: string, view: PlayView, planned: PlannedTask, scope: Scope, context: RunContext): Scope {
  const other = context.hosts.get(name)
  if (other) return scopeOf(other, view, { keywords: planned.chain.keywords.slice(0, 1), roles: [] }, context)
  if (['localhost', '127.0.0.1', '::1'].includes(name))
    return scope.with({ name: 'implicit localhost', vars: new Map([['ansible_connection', { value: 'local' }]]) })
  throw new KplayError('BAD_OPTIONS', `delegate_to: there is no host ${name} in the inventory`, {
    place: nearest(planned.chain, 'delegateTo')?.place,
  })
}

function environmentOf({ chain }: PlannedTask, scope: Scope): Readonly<Record<string, string>> {
  const all: Record<string, string> = {}
  for (const { environment } of chain.keywords) {
    const value = environment && evaluate(environment.value, scope)
    for (const part of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
      if (isDict(part)) for (const [key, item] of part) all[keyText(key)] = printValue(item)
    }
  }
  return all
}

function timeoutOf({ chain }: PlannedTask, scope: Scope): { timeout?: number } {
  const seconds = Number(textOf(nearest(chain, 'timeout'), scope) ?? 0)
  return seconds > 0 ? { timeout: seconds } : {}
}

interface ControlJob {
  readonly given: Record<string, unknown>
  readonly planned: PlannedTask
  readonly host: HostState
  readonly scope: Scope
  readonly context: RunContext
  readonly local: LocalPlace
  sleep(milliseconds: number): Promise<void>
  reach(): Promise<Target>
  place(key: string): PlannedTask['task']['place']
}

async function control(module: ControlModule, job: ControlJob): Promise<Executed> {
  const raw = rawArgs(job.planned.task, module)
  // What it evaluates itself still counts as given.
  const present = Object.fromEntries(
    [...raw.keys()].filter((name) => module.raw.includes(name)).map((name) => [name, 'given']),
  )
  const args = parseFor(module, { ...present, ...job.given }, (key) => job.place(key))
  const { scope, host, context: run, local: place, reach, sleep } = job
  const {
    status = 'ok',
    values = {},
    message,
    changes = [],
    error,
    exact,
    learnt,
    included,
  } = await module.run(args as never, { task: job.planned.task, scope, host, run, place, raw, target: reach, sleep })
  if (included) validateIncluded(included, run.registry)
  if (learnt?.facts) host.learn(learnt.facts)
  for (const [name, value] of learnt?.included ?? []) host.included.set(name, value)
  for (const [name, value] of learnt?.registered ?? []) host.registered.set(name, value)
  const answered: Converged = {
    status: status === 'skipped' ? 'ok' : status,
    changes,
    steps: [],
    values,
    warnings: [],
    ...(error && { failure: { error } }),
  }
  return { answer: answered, mask: (text) => text, acted: false, predicted: false, exact, message, included, sleep }
}

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

export type { Registry }
