import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readOwn, writeOwn } from './own-file.ts'

/** Texts that are kept from run to run, by a key: one file each. What cannot be read or written is done without. */
export class KeptTexts {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** What was kept, by and for this user alone. */
  get(key: string): string | undefined {
    try {
      return readOwn(this.#path(key))
    } catch {
      return undefined
    }
  }

  keep(key: string, text: string): void {
    try {
      writeOwn(this.#path(key), text)
    } catch {
      // The next run finds out by itself.
    }
  }

  #path(key: string): string {
    return join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  }
}
