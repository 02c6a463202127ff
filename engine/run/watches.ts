import { at, KplayError } from '../errors.ts'
import type { Failure } from '../events.ts'
import type { Registry } from '../module/define.ts'
import { actionNamed } from './actions.ts'
import type { Batch } from './batch.ts'
import { nearest } from './chain.ts'
import { upcoming } from './course.ts'
import { countEnd } from './count-end.ts'
import type { Execution } from './execution.ts'
import { censored } from './no-log.ts'
import { onEach } from './on-each.ts'
import { thrown, type TaskEnd } from './outcome.ts'
import { isMeta, type Planned, type PlannedPlay, type PlannedTask } from './plan.ts'
import type { HostState } from './state.ts'

/** A service that was started, and has yet to show that it keeps running. */
interface Watched {
  readonly job: Execution
  readonly since: number
  /** Why it did not keep running; rejects when nobody can look. */
  readonly over: Promise<Failure | undefined>
}

/**
 * Services under watch while their hosts go on with what only puts files in place. Whatever might build on them, a
 * command, another service, a wait, the next batch, waits until they have proved themselves; one that does not keep
 * running fails its host there and then, as a task of its own.
 */
export class Watches {
  #open: readonly Watched[] = []
  #then: readonly Then[] = []
  #play: PlannedPlay | undefined
  #isOver = false

  add(job: Execution, over: Promise<Failure | undefined>): void {
    over.catch(() => undefined)
    this.#open = [...this.#open, { job, over, since: performance.now() }]
  }

  /** A play begins; what is under watch already belongs to those before it. */
  begin(play: PlannedPlay): void {
    this.#play = play
  }

  /** Something has yet to prove itself. */
  get isBusy(): boolean {
    return this.#open.length > 0
  }

  /** No host is left of a play before this one: the run would have ended there. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Does something for a host as soon as all it started has proved itself; never, where something has not. */
  async whenProved(host: HostState, work: () => Promise<void>): Promise<void> {
    if (!this.#open.some(({ job }) => job.host === host)) return work()
    this.#then = [...this.#then, { host, work }]
  }

  /** Waits until nothing is under watch, and leaves it to `settle` to say how that ended. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#open.map(({ over }) => over))
  }

  /** Waits for those of these hosts; of all, where none are named. */
  async settle(hosts?: readonly HostState[]): Promise<void> {
    const mine = this.#open.filter(({ job }) => hosts?.includes(job.host) ?? true)
    const [first] = mine
    if (!first) return
    const ends = await Promise.all(mine.map(endOf))
    const untold = mine.flatMap((watched, index): Fallen[] => {
      const end = ends[index]
      // Of a host that is away everybody knows.
      const isNews = end?.status !== 'unreachable' || watched.job.host.status !== 'unreachable'
      return end && isNews && this.#open.includes(watched) ? [{ job: watched.job, end }] : []
    })
    this.#open = this.#open.filter((watched) => !mine.includes(watched))
    for (const info of new Set(untold.map(({ job }) => job.planned.info)))
      tell(untold.filter(({ job }) => job.planned.info === info))
    this.#isOver ||= untold.some((fallen) => fallen.job.view.plan !== this.#play && isLast(fallen))
    const waited = this.#then.filter(({ host }) => mine.some(({ job }) => job.host === host))
    this.#then = this.#then.filter((each) => !waited.includes(each))
    // Whoever was interrupted has not looked long enough.
    const isProved = ({ host }: Then): boolean =>
      mine.every(({ job }, index) => job.host !== host || (!ends[index] && !job.context.soft.aborted))
    await onEach(waited.filter(isProved), first.job.context, ({ work }) => work())
  }
}

interface Then {
  readonly host: HostState
  work(): Promise<void>
}

interface Fallen {
  readonly job: Execution
  readonly end: TaskEnd
}

const isLast = ({ job: { view, context } }: Fallen): boolean =>
  view.batch.every((name) => context.hosts.get(name)?.status !== 'active')

async function endOf({ job, over, since }: Watched): Promise<TaskEnd | undefined> {
  const { planned, host, scope, context } = job
  const ended = (error: unknown): TaskEnd =>
    thrown(at(planned.task.place, error), planned, host, scope, context, performance.now() - since)
  try {
    const failure = await over
    if (!failure) return undefined
    const end = ended(failure.error)
    const told = { ...failure, error: end.error ?? failure.error }
    return { ...end, result: censored({ ...end.result, failure: told }, planned, scope) }
  } catch (error) {
    return ended(error)
  }
}

/** What did not keep running on some hosts, as a task of its own. */
function tell(group: readonly Fallen[]): void {
  const [first] = group
  if (!first) return
  const { planned, view, context } = first.job
  const task = { ...planned.info, id: view.plan.nextId(), name: `watch: ${planned.info.name}` }
  context.emit({ type: 'task-start', task, hosts: group.map(({ job }) => job.host.name) })
  for (const { job, end } of group) {
    context.emit({ type: 'host-start', task, host: job.host.name })
    countEnd(job.planned, job.host, end, job.view, context)
    context.emit({ type: 'result', task, result: { ...end.result, ignored: end.ignored } })
    if (end.status === 'unreachable' && end.error instanceof KplayError)
      context.emit({ type: 'unreachable', hosts: [job.host.name], error: end.error })
  }
  context.emit({ type: 'task-end', task })
}

/** Waits until what hosts started has proved itself: in a strategy that keeps them together, what any host started. */
export const proved = ({ context, apart }: Batch, hosts: readonly HostState[]): Promise<void> =>
  context.watches.settle(apart ? hosts : undefined)

/** The same, where hosts must not come to a node before. */
export async function provedFor(node: Planned, batch: Batch, hosts: readonly HostState[]): Promise<void> {
  if (needsProof(node, batch.context.registry)) await proved(batch, hosts)
}

/** Whether a node may build on what was started. */
export function needsProof(node: Planned, registry: Registry): boolean {
  // A rescue is for what fails inside.
  if (node.kind === 'block') return node.serial !== undefined || node.rescue.length + node.always.length > 0
  return isMeta(node) || !isBeside(node, registry)
}

function isBeside({ task, chain }: PlannedTask, registry: Registry): boolean {
  if (task.templatedAction || task.async || task.until.length > 0 || task.retries) return false
  // What one host does for all would be done by one that has failed.
  if (nearest(chain, 'delegateTo') || nearest(chain, 'runOnce')?.value) return false
  const action = actionNamed(task.action, registry)
  if (action?.kind !== 'control') return action?.files === true
  // Facts may come from programs.
  return !action.waits && !action.once && action.name !== 'setup'
}

/** By these a failure, or the time that it takes, concerns others too. */
export const OUTWARD = ['ignoreErrors', 'ignoreUnreachable', 'anyErrorsFatal', 'runOnce', 'timeout'] as const

/**
 * Whether the host may go on while what the task started is being watched: what comes next is such a task, and nobody
 * but the host itself is concerned if it fails.
 */
export function mayGoOn({ planned: { task, chain }, host, view, workplace, context }: Execution): boolean {
  if (task.loop || task.async || task.until.length > 0 || task.retries || task.failedWhen || chain.guarded) return false
  if (workplace.delegated || view.plan.play.maxFailPercentage) return false
  const isPlain = !OUTWARD.some((keyword) => nearest(chain, keyword))
  const [next] = isPlain ? upcoming(host.rest, 1, host.name, context.registry) : []
  return next !== undefined && isBeside(next.planned, context.registry)
}
