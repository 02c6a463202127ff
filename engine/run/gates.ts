import pLimit, { type LimitFunction } from 'p-limit'

/** How many hosts work at once in a play: `forks` in all, and of each task no more than its `throttle`. */
export class Gates {
  private readonly forks: LimitFunction
  private readonly throttled = new Map<number, LimitFunction>()

  constructor(forks: number) {
    this.forks = pLimit(Math.max(1, forks))
  }

  /** @param throttle of the task with this id; 0: none */
  pass<T>(task: number, throttle: number, work: () => Promise<T>): Promise<T> {
    if (throttle <= 0) return this.forks(work)
    const gate = this.throttled.get(task) ?? pLimit(throttle)
    this.throttled.set(task, gate)
    return gate(() => this.forks(work))
  }
}
