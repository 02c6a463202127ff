import { KplayError, KplayErrors } from '../../engine/errors.ts'
import { effectsOf, type Step, type StepResult } from '../../engine/host/step.ts'
import type {
  ModuleArgs,
  Registry,
  ResultValues,
  State,
  StateModule,
  StateValue,
  Wanted,
} from '../../engine/module/define.ts'
import { parseArgs } from '../../engine/schema/parse.ts'
import type { FakeHost } from './fake-host.ts'
import type { FakeLocal } from './fake-local.ts'

export interface Row {
  readonly key: string
  readonly from: StateValue
  readonly to: StateValue
}
export interface Driven {
  readonly status: 'ok' | 'changed' | 'failed'
  readonly changes: readonly Row[]
  readonly steps: readonly Step[]
  readonly warnings: readonly string[]
  readonly values: ResultValues
  /** There is something to do although nothing differs. */
  readonly must: boolean
  /** What still differs when the host is asked again after the steps. */
  readonly left: readonly Row[]
  readonly message?: string | undefined
}

/** Reads arguments as the engine does, aliases included. Throws BAD_ARGS with every mistake. */
export function argumentsOf(modules: Registry, name: string, input: Readonly<Record<string, unknown>>) {
  const module = modules.get(name)
  if (!module) throw new KplayError('UNKNOWN_MODULE', `no module ${name}`)
  const parsed = parseArgs(module.args, input)
  if (!parsed.ok)
    throw new KplayErrors(
      parsed.issues.map(
        ({ path, message, hint }) => new KplayError('BAD_ARGS', `${path.join('.')}: ${message}`, { hint }),
      ),
    )
  const mistake = module.rule?.(parsed.value)
  if (mistake !== undefined) throw new KplayError('BAD_ARGS', mistake)
  if (module.kind !== 'alias') return { module, args: parsed.value }
  const meant = module.to(parsed.value)
  return argumentsOf(modules, meant.module, meant.args)
}

/** One task on a fake host, as the engine would run it: look, compare, describe, do, look again. */
export async function drive(
  modules: Registry,
  name: string,
  input: Readonly<Record<string, unknown>>,
  host: FakeHost,
  local: FakeLocal,
  { check = false }: { readonly check?: boolean } = {},
): Promise<Driven> {
  const { module, args } = argumentsOf(modules, name, input)
  const none = { changes: [], steps: [], warnings: [], left: [], must: false }
  if (module.kind === 'read' || module.question?.(args)) {
    let clock = 0
    const context = {
      sleep: async (milliseconds: number) => void (clock += milliseconds),
      now: () => clock,
      checking: check,
    }
    const answer =
      module.kind === 'read' ? module.read(args, host.reader, context) : module.ask?.(args, host.reader, context)
    const { values, failed } = (await answer) ?? { values: {} }
    return { ...none, status: failed === undefined ? 'ok' : 'failed', values, message: failed }
  }

  const now = await module.probe(args, host.reader, local)
  const want = await module.want(args, now, local)
  const changes = differences(now, want)
  const warnings = module.warnings?.(args, now, want) ?? []
  const must = module.must ? module.must(args, now) : module.always !== undefined
  if (changes.length === 0 && !must)
    return { ...none, status: 'ok', warnings, values: module.result?.(args, now, now, []) ?? {} }

  const steps = module.apply(args, now, want)
  if (check) return { ...none, status: 'changed', changes, steps, warnings, must, values: {} }
  return { warnings, changes, steps, must, ...(await act({ module, args, host, local, now, want, steps })) }
}

interface Job {
  readonly module: StateModule
  readonly args: ModuleArgs
  readonly host: FakeHost
  readonly local: FakeLocal
  readonly now: State
  readonly want: Wanted
  readonly steps: readonly Step[]
}

async function act({
  module,
  args,
  host,
  local,
  now,
  want,
  steps,
}: Job): Promise<Pick<Driven, 'status' | 'values' | 'left' | 'message'>> {
  const ran: StepResult[] = []
  for (const step of steps) {
    const result = host.run(step)
    ran.push(result)
    if (step.kind === 'keep') local.keep(step.to, host.machine.files.bytes(step.from) ?? Buffer.alloc(0))
    const fine = step.kind === 'run' && (step.okCodes === 'any' || step.okCodes?.includes(result.code ?? -1))
    if (result.code !== 0 && !fine) throw new KplayError('COMMAND_FAILED', `${shownStep(step)}: exit ${result.code}`)
  }
  const message = module.failure?.(args, ran)
  const again = await module.probe(args, host.reader, local)
  const after = module.always === undefined ? again : ({ ...again, ...want } as State)
  const left = module.always === undefined ? differences(after, want) : []
  const values = module.result?.(args, now, after, ran) ?? {}
  return { status: message === undefined ? 'changed' : 'failed', values, left, message }
}

export const differences = (now: State, want: Wanted): Row[] =>
  Object.entries(want).flatMap(([key, to]) => {
    const from = now[key] ?? null
    return to === undefined || from === to ? [] : [{ key, from, to }]
  })

/** How a case writes a step: the command's text, or `write PATH`. */
export function shownStep(step: Step): string {
  if (step.kind === 'run') return step.command.text
  return step.kind === 'write' ? `write ${step.path}` : `keep ${step.from} as ${step.to}`
}

/** A step as data, for cases that want more than its text. */
export function stepAsData(step: Step): object {
  if (step.kind === 'run') return { ...step, run: step.command.text, effects: effectsOf(step) }
  if (step.kind === 'keep') return { ...step, keep: step.from }
  const { content } = step
  return {
    ...step,
    write: step.path,
    content: typeof content === 'string' || !('file' in content) ? content.toString() : content,
  }
}
