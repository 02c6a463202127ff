import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './files.ts'

/** Writes a file that only this user may read, whole or not at all. Throws node's errors. */
export function writeOwn(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(beside, text, { mode: 0o600 })
    renameSync(beside, path)
  } catch (error) {
    takeAway(beside)
    throw error
  }
}

/** A file of this user's that nobody else may write; undefined: there is none. Throws node's errors. */
export function readOwn(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  const own = found?.uid === process.getuid?.() && found !== undefined && (found.mode & 0o022) === 0
  return own ? readFileSync(path, 'utf8') : undefined
}

/** Where no file can be there is none. */
export function takeAway(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOTDIR') throw error
  }
}
