/**
 * Turns at a machine. Several hosts may be one machine, or delegate to one: what one reads, changes and writes back,
 * such as a line of a file, must not be changed by another meanwhile.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #taken = new Map<string, number>()

  /** The turns of one machine. */
  at(machine: string): Turn {
    return {
      taken: () => this.#taken.get(machine) ?? 0,
      alone: (work) => {
        const mine = (this.#last.get(machine) ?? Promise.resolve()).then(work)
        const over = mine.then(
          () => this.#count(machine),
          () => this.#count(machine),
        )
        this.#last.set(machine, over)
        return mine
      },
    }
  }

  #count(machine: string): void {
    this.#taken.set(machine, (this.#taken.get(machine) ?? 0) + 1)
  }
}

export interface Turn {
  /** How many turns are over: whether it is the same as before tells whether what was seen before still counts. */
  taken(): number
  /** Does the work when nobody else has a turn at the machine. */
  alone<T>(work: () => Promise<T>): Promise<T>
}
