import { TooManySessions } from './connection.ts'
import type { FramedShell } from './framed.ts'

/** Shells for steps that need not wait for each other. */
export class Spares {
  readonly all = new Set<FramedShell>()
  readonly #idle: FramedShell[] = []
  #opening = 0
  #most = Infinity

  /** An idle shell, or a new one; undefined where there are as many as there may be. */
  async take(most: number, open: () => Promise<FramedShell>): Promise<FramedShell | undefined> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.alive) return idle
      this.all.delete(idle)
    }
    if (this.all.size + this.#opening >= Math.min(most, this.#most)) return undefined
    this.#opening += 1
    try {
      const shell = await open()
      this.all.add(shell)
      return shell
    } catch (error) {
      if (!(error instanceof TooManySessions)) throw error
      this.#most = this.all.size
      return undefined
    } finally {
      this.#opening -= 1
    }
  }

  giveBack(shell: FramedShell): void {
    if (shell.alive) this.#idle.push(shell)
    else this.all.delete(shell)
  }
}
