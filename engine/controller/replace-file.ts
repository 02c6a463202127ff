import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { KplayError } from '../errors.ts'

/**
 * Puts a file in place that only its owner can read: the old one or the new one is there, never half of it. `keep`: it
 * gets the permissions and the owner of the one it replaces. A link stays a link.
 */
export function replaceFile(path: string, content: Buffer, { keep = false } = {}): void {
  const real = statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path
  const before = keep ? statSync(real, { throwIfNoEntry: false }) : undefined
  const beside = join(dirname(real), `.${basename(real).slice(0, 200)}.kplay-${randomBytes(6).toString('hex')}`)
  try {
    const file = openSync(beside, 'wx', 0o600)
    try {
      writeWhole(file, content)
      if (before) {
        chownSync(beside, before.uid, before.gid)
        fchmodSync(file, before.mode & 0o7777)
      }
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, real)
    syncFolder(dirname(real))
  } catch (cause) {
    rmSync(beside, { force: true })
    throw new KplayError('NOT_FOUND', `cannot write ${path}`, { cause })
  }
}

function writeWhole(file: number, content: Buffer): void {
  for (let at = 0; at < content.length;) at += writeSync(file, content, at)
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
