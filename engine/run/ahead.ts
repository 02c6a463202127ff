import type { PlannedTask } from './plan.ts'

/** How far a host that was not asked yet is asked ahead. */
const FIRST = 64

/** How far one host was asked ahead of its tasks. The window grows while nothing changes, and falls to one when something does. */
export class Ahead {
  #window = FIRST
  #age = 0
  #asked = new Set<PlannedTask>()
  /** The host's machine, once it was reached. */
  machine: string | undefined

  /** How many tasks may be asked ahead now; `age` says how often something has changed on the machine. */
  window(age: number, most: number): number {
    if (age === this.#age) {
      this.#window = Math.min(most, this.#window * 2)
    } else {
      this.#age = age
      this.#window = Math.min(most, 1)
      this.#asked.clear()
    }
    return this.#window
  }

  /** Tasks of which it was not asked since something changed, up to the first that cannot be asked yet. */
  take(tasks: readonly PlannedTask[], ask: (task: PlannedTask) => boolean): void {
    for (const task of tasks) {
      if (this.#asked.has(task)) continue
      if (!ask(task)) return
      this.#asked.add(task)
    }
  }
}
