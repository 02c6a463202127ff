import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { keepOwn } from './keep-own.ts'

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
    keepOwn(this.#path(key), text)
  }

  #path(key: string): string {
    return join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  }
}
