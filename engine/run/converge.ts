import { KplayError } from '../errors.ts'
import type { Failure } from '../events.ts'
import { PLACING } from '../host/placing.ts'
import { effectsOf, type Step } from '../host/step.ts'
import type { ModuleArgs, Ran, ResultValues, State, StateModule, Wanted } from '../module/define.ts'
import { answer } from './answer.ts'
import type { Converged, ConvergeContext, Looked, Readied, Seen } from './convergence.ts'
import { changesOf, differing } from './diff.ts'
import type { Overlay } from './overlay/overlay.ts'
import { shownStep } from './shown-step.ts'

const NOTHING = { changes: [], steps: [], warnings: [] }
const POLL = 250

/**
 * One module on one target: probe, want, diff, apply, (check mode stops here), steps, probe again. Throws what the
 * module or the host throws; a step that fails is an answer.
 */
export async function converge(module: StateModule, args: ModuleArgs, context: ConvergeContext): Promise<Converged> {
  if (module.question?.(args)) return answer(module, args, context)
  const { turn } = context
  const [before, seen] = [turn?.taken(), await look(module, args, context)]
  // What takes its time, a command or a service, does not build on what a moment ago was there.
  if (!turn || isRight(module, args, seen) || module.always !== undefined || module.settle)
    return change(module, args, seen, context)
  return turn.alone(async () =>
    change(module, args, turn.taken() === before ? seen : await look(module, args, context), context),
  )
}

async function look(module: StateModule, args: ModuleArgs, { reader, local }: ConvergeContext): Promise<Seen> {
  const now = await module.probe(args, reader, local)
  return { now, want: await module.want(args, now, local) }
}

const isRight = (module: StateModule, args: ModuleArgs, { now, want }: Seen): boolean =>
  !(module.must ? module.must(args, now) : module.always !== undefined) && differing(now, want).length === 0

/**
 * Takes only the steps that a change begins with and that ready what is started later. One that fails is taken once
 * more, and told then.
 */
export async function ready(
  module: StateModule,
  args: ModuleArgs,
  context: ConvergeContext,
): Promise<Readied | undefined> {
  const seen = await look(module, args, context)
  if (isRight(module, args, seen)) return undefined
  const steps = module.apply(args, seen.now, seen.want)
  const starting = steps.findIndex((step) => step.kind !== 'run' || !step.readies)
  const first = starting < 0 ? steps : steps.slice(0, starting)
  // What was broken off, or lost its connection, may be half done.
  const ran = await runSteps(first, false, context).catch(() => undefined)
  const done = ran && !context.aborted?.() ? ran.filter((each) => !failed(each)) : (ran ?? first)
  if (done.length === 0) return undefined
  const after = await module.probe(args, context.reader, context.local).catch(() => seen.now)
  const left = differing(after, seen.want)
  return {
    machine: context.target.machine,
    module,
    args,
    changes: changesOf(seen.now, seen.want, module.text ?? [], context.mask).filter(({ key }) => !left.includes(key)),
    steps: first.slice(0, done.length).map((step) => context.mask(shownStep(step))),
  }
}

/** Brings the machine from what was seen to what is wanted; nothing differing, nothing is done. */
async function change(
  module: StateModule,
  args: ModuleArgs,
  { now, want }: Seen,
  context: ConvergeContext,
): Promise<Converged> {
  const { mask } = context
  const warnings = (module.warnings?.(args, now, want) ?? []).map(mask)
  if (isRight(module, args, { now, want }))
    return { ...NOTHING, status: 'ok', warnings, values: module.result?.(args, now, now, []) ?? {} }

  const steps = module.apply(args, now, want)
  const changes = changesOf(now, want, module.text ?? [], mask)
  const shown = { changes, steps: steps.map((step) => mask(shownStep(step))), warnings }
  const job: Job = { module, args, now, want, steps, context }
  if (context.overlay) {
    const predicted = module.always === undefined || isVague(job)
    return { ...shown, status: 'changed', predicted, values: await predict(job, context.overlay) }
  }

  await context.beforeSteps?.()
  // Commands of several names of one machine run side by side; what is put in place is put there one by one.
  let seen: Promise<Looked> | undefined
  const follow = (): void => {
    seen = lookBehind(job)
    seen.catch(() => undefined)
  }
  const mayFollow = module.always === undefined && !module.settle
  const doing = detached(job, context)
  const ran = await runSteps(doing, module.always !== undefined, context, mayFollow ? follow : undefined)
  if (module.always !== undefined || module.settle) context.stirred?.()
  const failure = failureOf(job, ran)
  const { after, left } = failure ? { after: now, left: [] } : await settle(job, seen)
  const values = module.result?.(args, now, after, ran) ?? {}
  const told = { ...shown, warnings: [...warnings, ...leftOut(values, ran)], values }
  if (failure) return { ...told, status: 'failed', failure }
  if (left.length === 0) return { ...told, status: 'changed' }
  return { ...told, status: 'failed', failure: { error: notConverged(job, after, left) } }
}

/** Nobody may take a cut output that is registered for the whole. */
const leftOut = (values: ResultValues, ran: readonly Ran[]): string[] =>
  (['stdout', 'stderr'] as const).flatMap((stream) => {
    const bytes = ran.reduce((all, { dropped }) => all + (dropped?.[stream] ?? 0), 0)
    if (bytes === 0 || values[stream] === undefined) return []
    return [`${stream} is too long: ${(bytes / 1024 / 1024).toFixed(1)} MiB are missing from its middle`]
  })

/** The steps, or with `detach` those that start them. */
function detached({ module, args, now, steps }: Job, { detach }: ConvergeContext): readonly Step[] {
  if (!detach) return steps
  const silent = { code: 0, signal: null, stdout: '', stderr: '' }
  const values = (step: Step): ResultValues => module.result?.(args, now, now, [{ step, ...silent }]) ?? {}
  return steps.map((step) => (step.kind === 'run' ? detach(step, values(step)) : step))
}

interface Job {
  readonly module: StateModule
  readonly args: ModuleArgs
  readonly now: State
  readonly want: Wanted
  readonly steps: readonly Step[]
  readonly context: ConvergeContext
}

/** Nobody can say what it leaves behind: steps that declare something leave nothing else. */
const isVague = ({ module, steps }: Job): boolean =>
  module.always !== undefined && steps.some((step) => step.kind !== 'keep' && effectsOf(step).length === 0)

/** Gives the overlay what the steps would leave behind, and looks again through it: what still differs is a bug of the module. */
async function predict(job: Job, overlay: Overlay): Promise<ResultValues> {
  const { module, args, now, want, steps, context } = job
  for (const step of steps) {
    if (step.kind === 'keep') context.local.foresee(step.to, step.sha1)
    else await overlay.absorb(effectsOf(step), context.target.user)
  }
  if (module.always !== undefined) {
    if (isVague(job)) overlay.disturb()
    return module.result?.(args, now, { ...now, ...want } as State, []) ?? {}
  }
  const after = await module.probe(args, context.reader, context.local).catch((error: unknown) => {
    if (isUnpredictable(error)) return { ...now, ...want } as State
    throw error
  })
  const left = differing(after, want)
  if (left.length > 0) {
    throw new KplayError(
      'PREDICTION_GAP',
      `${module.name}: ${rows(after, want, left, context.mask)} after the predicted steps`,
      {
        hint: 'this is a bug of the module: its steps do not declare all they do',
      },
    )
  }
  return module.result?.(args, now, after, []) ?? {}
}

export const isUnpredictable = (error: unknown): boolean =>
  error instanceof KplayError && error.code === 'UNPREDICTABLE'

/** `follow` is called as soon as what is asked is asked behind the last step, where that can be before it is over. */
async function runSteps(
  steps: readonly Step[],
  aside: boolean,
  context: ConvergeContext,
  follow?: () => void,
): Promise<readonly Ran[]> {
  const ran: Ran[] = []
  let isFollowed = false
  const sent = (): void => {
    isFollowed = true
    follow?.()
  }
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1
    try {
      ran.push(await context.target.run(step, { ...context.stepOptions, aside, ...(isLast && follow && { sent }) }))
    } catch (error) {
      context.changed()
      throw error
    }
    if (!isFollowed) context.changed()
    if (failed(ran.at(-1)) || context.aborted?.()) break
  }
  return ran
}

function failed(ran: Ran | undefined): boolean {
  if (!ran) return false
  const fine = ran.step.kind === 'run' ? (ran.step.okCodes ?? [0]) : [0]
  if (ran.timedOut) return true
  return fine === 'any' ? ran.code === null : ran.code === null || !fine.includes(ran.code)
}

function failureOf(
  { module, args, steps, context: { mask, stepOptions, aborted } }: Job,
  ran: readonly Ran[],
): Failure | undefined {
  const last = ran.at(-1)
  const output = last && { stdout: mask(last.stdout), stderr: mask(last.stderr), code: last.code }
  if (last && (last.code !== 0 || ran.length < steps.length) && aborted?.()) {
    const message = `aborted, so what it did may be half done: ${mask(shownStep(last.step))}`
    return { error: new KplayError('INTERRUPTED', message), ...output }
  }
  if (last && failed(last)) {
    const known = last.step.kind === 'run' && !last.timedOut ? last.step.failures?.[last.code ?? -1] : undefined
    if (known !== undefined && output?.stderr.trim()) {
      const [first, ...rest] = output.stderr.trim().split('\n')
      return { error: new KplayError(known, first ?? ''), ...output, stderr: rest.join('\n') }
    }
    const error = new KplayError(last.timedOut ? 'TIMEOUT' : 'COMMAND_FAILED', mask(endOf(last, stepOptions.timeout)))
    return { error, ...output }
  }
  const why = module.failure?.(args, ran)
  return why === undefined ? undefined : { error: new KplayError('COMMAND_FAILED', mask(why)), ...output }
}

function endOf({ step, code, signal, timedOut }: Ran, timeout: number | undefined): string {
  const name = shownStep(step)
  if (timedOut)
    return `${name} was ended after ${(step.kind === 'run' ? step.timeout : undefined) ?? timeout ?? 0} s (timeout)`
  if (code === null) return `${name} was ended by ${signal ?? 'a signal'}`
  if (step.kind !== 'write') return `${name} ended with exit code ${code}`
  return code === PLACING.invalid
    ? `validate (${step.validate ?? ''}) does not accept the new text of ${step.path}`
    : `cannot ${name}`
}

async function lookAgain({ module, args, want, context }: Job): Promise<Looked> {
  context.changed()
  const after = await module.probe(args, context.reader, context.local)
  return { after, left: differing(after, want) }
}

/** Looks at what the steps left, and asks in the same frame for what comes next: behind a start that may change again. */
function lookBehind(job: Job): Promise<Looked> {
  const seen = lookAgain(job)
  if (!job.module.settle) job.context.askNext?.()
  return seen
}

/**
 * Probes again, as long as the module gives its change time to take hold, and then as long as it must keep. `first` is
 * what was asked right behind the last step.
 */
async function settle(job: Job, first?: Promise<Looked>): Promise<Looked> {
  const { module, args, now, want, context } = job
  // What nobody can look at again is as it was wanted.
  if (module.always !== undefined && !module.settle) return { after: { ...now, ...want } as State, left: [] }
  const { within = 0, hold = 0, keeps } = module.settle?.(args, now, want) ?? {}
  const lost = (left: readonly string[]): readonly string[] => left.filter((key) => keeps?.includes(key) ?? true)
  // Held is counted from the moment it was asked when it was right.
  let since = context.now()
  let seen = await (first ?? lookBehind(job))
  for (const end = context.now() + within * 1000; seen.left.length > 0 && context.now() < end;) {
    await context.sleep(Math.min(POLL, end - context.now()))
    since = context.now()
    seen = await lookAgain(job)
  }
  const watched = hold > 0 && context.renewed?.() ? 0 : hold
  const held = since + watched * 1000
  const watch = async (): Promise<KplayError | undefined> => {
    await context.sleep(Math.max(0, held - context.now()))
    const last = lookAgain(job)
    // What waits for this asks in the same frame.
    context.askNext?.()
    const { after, left } = await last
    return lost(left).length > 0 ? notConverged(job, after, lost(left)) : undefined
  }
  if (watched > 0 && seen.left.length === 0 && context.goOn?.(watch)) return seen
  while (seen.left.length === 0 && since < held) {
    await context.sleep(Math.max(0, Math.min(POLL, held - context.now())))
    since = context.now()
    const { after, left } = await lookAgain(job)
    seen = { after, left: lost(left) }
  }
  return seen
}

const rows = (after: State, want: Wanted, left: readonly string[], mask: (text: string) => string): string =>
  left
    .map((key) => mask(`${key} is ${JSON.stringify(after[key] ?? null)}, wanted ${JSON.stringify(want[key])}`))
    .join('; ')

const notConverged = ({ module, want, context }: Job, after: State, left: readonly string[]): KplayError =>
  new KplayError('NOT_CONVERGED', `${module.name}: ${rows(after, want, left, context.mask)}`, {
    hint: 'every step succeeded, yet the host did not take it or did not keep it',
  })
