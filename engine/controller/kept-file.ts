import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { cannotRead, codeOf } from './files.ts'

/**
 * Changes the text of a file that only its owner may read, or makes it, with the folders above it; returns the text. The
 * file is the old one or the new one, never half.
 */
export function keepFile(path: string, change: (known: string | undefined) => string): string {
  const known = readIfThere(path)
  const text = change(known)
  if (text === known) return text
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const beside = `${path}.${process.pid}.new`
    writeFileSync(beside, text, { mode: 0o600 })
    chmodSync(beside, 0o600)
    renameSync(beside, path)
  } catch (cause) {
    throw cannotRead(path, cause, 'write')
  }
  return text
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cannotRead(path, cause)
  }
}
