import type { KplayError } from '../errors.ts'
import { asExpressions } from '../read/argument.ts'
import type { Written } from '../schema/coerce.ts'
import { fieldNamed } from '../schema/parse.ts'
import { isDict, type Raw } from '../value.ts'
import { writtenVariable } from '../values/written-variable.ts'
import { settled } from '../values/suspend.ts'
import { argumentPlace, parseFor, rawArgs } from './actions.ts'
import type { ControlAnswer, ControlModule } from './control/define.ts'
import type { Converged } from './convergence.ts'
import { jobPath } from './async.ts'
import { isChecking } from './run-module.ts'
import { pause, placeOf, reach, type Executed, type Execution } from './execution.ts'
import { validateIncluded } from './validate.ts'

/** Lets a control module work. It answers for itself; what it taught is applied by whoever asked for it. */
export async function runControl(
  module: ControlModule,
  evaluated: Readonly<Record<string, Written>>,
  job: Execution,
): Promise<Executed> {
  const { task } = job.planned
  const { raw, given } = partsOf(module, evaluated, job)
  // What it evaluates itself still counts as given.
  const present = Object.fromEntries(
    [...raw.keys()].filter((name) => module.raw.includes(name)).map((name) => [name, 'given']),
  )
  const args = parseFor(module, { ...present, ...given }, (key) => argumentPlace(task, module, key))
  const answer = await settled(() =>
    module.run(args as never, {
      scope: job.scope,
      host: job.host,
      run: job.context,
      place: placeOf(job),
      raw,
      job,
      checking: isChecking(job),
      jobPath: (id, home) => jobPath(id, home, job),
      target: () => reach(job),
      sleep: (milliseconds) => pause(milliseconds, job.context.soft),
    }),
  )
  if (module.waits) job.context.machines.changed()
  const { status = 'ok', exact, message, learnt, included } = answer
  if (included) validateIncluded(included, job.context.registry, job.planned.chain)
  return {
    answer: convergedOf(answer),
    mask: (text) => text,
    acted: status === 'changed',
    predicted: false,
    skipped: status === 'skipped',
    exact,
    message,
    learnt,
    included,
  }
}

function convergedOf({ status = 'ok', values = {}, changes = [], error }: ControlAnswer): Converged {
  const failure: { failure?: { error: KplayError } } = error ? { failure: { error } } : {}
  return { status: status === 'skipped' ? 'ok' : status, changes, steps: [], values, warnings: [], ...failure }
}

/** What a dict of arguments brings is data, also where the module reads an argument itself; unless it was written down. */
function partsOf(
  module: ControlModule,
  evaluated: Readonly<Record<string, Written>>,
  { planned: { task }, scope }: Execution,
): { readonly raw: ReadonlyMap<string, Raw>; readonly given: Readonly<Record<string, Written>> } {
  const fieldOf = (name: string): string => fieldNamed(module.args, name) ?? name
  const isRaw = (name: string): boolean => (module.anyArgs ? name !== 'cacheable' : module.raw.includes(fieldOf(name)))
  const all = Object.entries(evaluated)
  const dict = writtenVariable(task.moreArgs?.value, scope)
  const written = (name: string): Raw | undefined =>
    isDict(dict?.value) ? asExpressions(module.name, name, dict.value.get(name) ?? null, task.place) : undefined
  const brought = all
    .filter(([name]) => isRaw(name))
    .map(([name, { value }]): [string, Raw] => [fieldOf(name), written(name) ?? value])
  return {
    raw: new Map([...brought, ...rawArgs(task, module)]),
    given: Object.fromEntries(all.filter(([name]) => !isRaw(name))),
  }
}
