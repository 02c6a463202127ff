import { randomInt } from 'node:crypto'
import { KplayError } from '../errors.ts'
import { startJob } from '../host/job.ts'
import type { Module } from '../module/define.ts'
import { toPlain, type Plain } from '../value.ts'
import { evaluateText } from '../values/template.ts'
import { resolveModule } from './actions.ts'
import type { Executed, Execution } from './execution.ts'
import { numberOf } from './number.ts'
import { resultDict } from './registered.ts'
import { environmentOf } from './environment.ts'
import { isChecking, runModule, type RunModuleOptions } from './run-module.ts'

/** `async` and `poll` of a task, once they are rendered. */
export interface Async {
  readonly seconds: number
  readonly poll: number
}

const POLL = 15
const FOLDER = '~/.ansible_async'

/** undefined: the task is waited for, however long it takes. */
export function asyncOf({ planned: { task }, scope }: Execution): Async | undefined {
  const seconds = numberOf(task.async, 'async', scope) ?? 0
  return seconds > 0 ? { seconds, poll: numberOf(task.poll, 'poll', scope) ?? POLL } : undefined
}

/** The file of a job on its host, in the folder that Ansible uses. */
export function jobPath(id: string, home: string, job: Execution): string {
  const variable = job.scope.lookup('ansible_async_dir')
  const folder =
    (variable && evaluateText(variable.value, job.scope)) ?? environmentOf(job)['ANSIBLE_ASYNC_DIR'] ?? FOLDER
  return `${folder.replace(/^~(?=\/|$)/, home).replace(/\/+$/, '')}/${id}`
}

const makeId = (): string => `j${String(randomInt(1e11, 1e12))}.${process.pid}`

/** A task that is given a time limit, and with `poll: 0` is not waited for at all. */
export async function runAsync(
  module: Module,
  given: Readonly<Record<string, unknown>>,
  job: Execution,
  { seconds, poll }: Async,
): Promise<Executed> {
  // A prediction takes no time.
  if (isChecking(job)) return runModule(module, given, job)
  const id = makeId()
  if (poll > 0) return polled(await runModule(module, given, job, { limit: seconds }), id, seconds)
  return launch(module, given, job, id, seconds)
}

function polled(executed: Executed, id: string, seconds: number): Executed {
  const { answer } = executed
  const late = answer.failure?.error.code === 'TIMEOUT'
  const values: Record<string, Plain> = { ansible_job_id: id, started: true, finished: !late, ...answer.values }
  if (!late || !answer.failure) return { ...executed, answer: { ...answer, values } }
  const message = `async task did not complete within the requested time - ${seconds}s`
  const error = new KplayError('TIMEOUT', message, { cause: answer.failure.error })
  return {
    ...executed,
    answer: { ...answer, values: { ...values, msg: message }, failure: { ...answer.failure, error } },
  }
}

/** What one step does goes on by itself on the host; anything else goes on here. */
async function launch(
  module: Module,
  given: Readonly<Record<string, unknown>>,
  job: Execution,
  id: string,
  seconds: number,
): Promise<Executed> {
  const { context, host, planned } = job
  let path = ''
  let launched = false
  const detach: RunModuleOptions['detach'] = (machine) => (step, values) => {
    launched = true
    path = jobPath(id, machine.home, job)
    return startJob(step, { path, seconds, values })
  }
  const title = `${planned.info.name} on ${host.name}`
  if (isDetachable(module, given, job)) {
    const executed = await runModule(module, given, job, { detach })
    if (executed.answer.status === 'failed') return executed
    // There was nothing to do: that is its result.
    if (!launched) context.jobs.start(id, title, Promise.resolve(resultOf(executed)))
    return started(id, path, executed)
  }
  context.jobs.start(id, title, runModule(module, given, job, { limit: seconds }).then(resultOf))
  return started(id, path)
}

function isDetachable(action: Module, given: Readonly<Record<string, unknown>>, job: Execution): boolean {
  const place = (): undefined => undefined
  const { module, args } = resolveModule(action, given, job.context.registry, place)
  return module.kind === 'state' && module.detachable === true && !module.question?.(args)
}

const NOTHING = { changes: [], steps: [], warnings: [], values: {} }

function started(id: string, path: string, executed?: Executed): Executed {
  const values = { ansible_job_id: id, started: true, finished: false, results_file: path }
  const answer = { ...(executed?.answer ?? NOTHING), status: 'changed' as const, values }
  return { mask: executed?.mask ?? ((text) => text), acted: true, predicted: false, answer }
}

function resultOf(executed: Executed): { values: Readonly<Record<string, Plain>>; failed?: string } {
  const { status, failure } = executed.answer
  const failed = status === 'failed'
  const message = failure?.error.message
  const dict = resultDict(executed, { changed: status === 'changed', failed, message, more: new Map() })
  const values = toPlain(dict) as Readonly<Record<string, Plain>>
  return failed ? { values, failed: message ?? 'it failed' } : { values }
}
