import type { Coming } from './course.ts'
import type { PlannedTask } from './plan.ts'

/** How far a host that was not asked yet is asked ahead. */
const FIRST = 64

/** Tasks in a row that are tried although nothing can be told of them yet. */
const PATIENCE = 8

/** How far one host was asked ahead of its tasks. The window grows while nothing changes, and falls to one when something does. */
export class Ahead {
  #window = FIRST
  #age = 0
  #asked = new Set<PlannedTask>()
  /** Something has changed since a task began, and the one behind it was asked of then. */
  #isPrimed = false
  #machine: string | undefined
  #waiting: (() => void) | undefined

  /** The host's machine, once it was reached. */
  get machine(): string | undefined {
    return this.#machine
  }

  /** Resolves when the host was reached for the first time. */
  readonly ready: Promise<void>
  #isReady: () => void = () => undefined

  constructor() {
    this.ready = new Promise((resolve) => (this.#isReady = resolve))
  }

  /** The host was called, and takes its time to answer. */
  begun(): void {
    setImmediate(() => this.#think())
  }

  reached(machine: string): void {
    this.#machine = machine
    this.#think()
    this.#isReady()
  }

  /** When there is time to think, or the host is reached; of several the last one counts. */
  whenBegun(think: () => void): void {
    this.#waiting = think
  }

  #think(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }

  /** Something has changed on the machine: what was asked is forgotten there. */
  changed(age: number): void {
    this.#startAt(age)
    this.#isPrimed = true
  }

  /** How many tasks may be asked ahead now, at most; `age` says how often something has changed on the machine. */
  window(age: number, most: number): number {
    if (this.#isPrimed) {
      this.#isPrimed = false
      return 0
    }
    if (age === this.#age) this.#window = Math.min(most, this.#window * 2)
    else this.#startAt(age)
    return this.#window
  }

  #startAt(age: number): void {
    this.#age = age
    this.#window = 1
    this.#asked.clear()
  }

  /** Tasks of which it was not asked since something changed; those that cannot be asked yet are tried again. */
  take(tasks: readonly Coming[], ask: (task: Coming) => boolean): void {
    let left = PATIENCE
    for (const task of tasks) {
      if (this.#asked.has(task.planned)) continue
      if (ask(task)) this.#asked.add(task.planned)
      else if ((left -= 1) === 0) return
    }
  }
}
