import type { Emit } from '../events.ts'
import type { Plain } from '../value.ts'

/** What a job came to, by the keys that async_status registers. */
export interface JobResult {
  readonly values: Readonly<Record<string, Plain>>
  readonly failed?: string | undefined
}

interface Job {
  readonly title: string
  readonly over: Promise<JobResult>
  result?: JobResult
  /** Somebody asked and was told. */
  told: boolean
}

/** Tasks with `poll: 0` that go on in the controller, as what they do takes more than one step on the host. */
export class Jobs {
  readonly #jobs = new Map<string, Job>()

  start(id: string, title: string, work: Promise<JobResult>): void {
    const over = work.catch((error: unknown): JobResult => {
      const message = error instanceof Error ? error.message : String(error)
      return { values: { changed: false, msg: message }, failed: message }
    })
    const job: Job = { title, over, told: false }
    this.#jobs.set(id, job)
    void over.then((result) => (job.result = result))
  }

  /** undefined: it is none of these. `running`: nobody knows yet. */
  ask(id: string): JobResult | 'running' | undefined {
    const job = this.#jobs.get(id)
    if (!job) return undefined
    job.told = job.result !== undefined
    return job.result ?? 'running'
  }

  forget(id: string): boolean {
    return this.#jobs.delete(id)
  }

  /** Waits for all of them: the run's end. Those that failed unheard are told. */
  async settle(emit: Emit): Promise<void> {
    const jobs = [...this.#jobs.values()]
    const running = jobs.filter(({ result }) => result === undefined)
    if (running.length > 0)
      emit({
        type: 'warning',
        message: `waiting for what goes on in the background: ${running.map(({ title }) => title).join(', ')}`,
      })
    for (const { title, over, told } of jobs) {
      const { failed } = await over
      if (failed !== undefined && !told)
        emit({ type: 'warning', message: `${title} failed in the background: ${failed}` })
    }
  }
}
