/**
 * Lets many pass, or one with nobody behind it until it is back, in the order they came: nothing may follow the frame
 * of a step, whose shell listens for a word to end it. One whose shell does not listen may open the way for those
 * behind it up to the next that must be alone.
 */
export class Turnstile {
  #alone = false
  #followed = false
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Resolves with the function to call when leaving. */
  enter(alone: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ alone, enter: () => resolve(this.#leave(alone)) })
      this.#admit()
    })
  }

  /** Whoever is inside alone is followed from now on. */
  open(): void {
    this.#followed = true
    this.#admit()
  }

  #leave(alone: boolean): () => void {
    let inside = true
    return () => {
      if (!inside) return
      inside = false
      if (alone) this.#alone = this.#followed = false
      this.#admit()
    }
  }

  #admit(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (!next || (this.#alone && (next.alone || !this.#followed))) return
      this.#waiting.shift()
      this.#alone ||= next.alone
      next.enter()
    }
  }
}
