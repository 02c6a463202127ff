/** Lets many pass together or one alone, in the order they came: a step frame travels alone. */
export class Turnstile {
  #together = 0
  #alone = false
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Resolves with the function to call when leaving. */
  enter(alone: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ alone, enter: () => resolve(this.#leave(alone)) })
      this.#admit()
    })
  }

  #leave(alone: boolean): () => void {
    let inside = true
    return () => {
      if (!inside) return
      inside = false
      if (alone) this.#alone = false
      else this.#together -= 1
      this.#admit()
    }
  }

  #admit(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (!next || this.#alone || (next.alone && this.#together > 0)) return
      this.#waiting.shift()
      if (next.alone) this.#alone = true
      else this.#together += 1
      next.enter()
    }
  }
}
