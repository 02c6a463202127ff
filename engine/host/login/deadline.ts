/** A clock that can be set anew and stopped while a person types. */
export class Deadline {
  readonly #expire: () => void
  #timer: NodeJS.Timeout | undefined
  #seconds = 0

  constructor(expire: () => void) {
    this.#expire = expire
  }

  set(seconds: number): void {
    this.#seconds = seconds
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#expire, seconds * 1000)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Stops the clock while `work` is under way. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    const running = this.#timer !== undefined
    this.clear()
    try {
      return await work()
    } finally {
      if (running) this.set(this.#seconds)
    }
  }
}
