import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file that only this user may read, whole or not at all; what cannot be written is done without. */
export function keepOwn(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    try {
      writeFileSync(beside, text, { mode: 0o600 })
      renameSync(beside, path)
    } catch {
      rmSync(beside, { force: true })
    }
  } catch {
    // There is no such folder, and none can be made.
  }
}
