import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Texts that are kept from run to run, by a key: one file each. What cannot be read or written is done without. */
export class KeptTexts {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** What was kept, by and for this user alone. */
  get(key: string): string | undefined {
    try {
      const path = this.#path(key)
      const { uid, mode } = statSync(path)
      return uid === process.getuid?.() && (mode & 0o022) === 0 ? readFileSync(path, 'utf8') : undefined
    } catch {
      return undefined
    }
  }

  keep(key: string, text: string): void {
    const path = this.#path(key)
    const beside = `${path}.${process.pid}`
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      writeFileSync(beside, text, { mode: 0o600 })
      renameSync(beside, path)
    } catch {
      rmSync(beside, { force: true })
    }
  }

  #path(key: string): string {
    return join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  }
}
