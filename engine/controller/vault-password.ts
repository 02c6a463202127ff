import { spawn } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { KplayError } from '../errors.ts'
import { isVault } from '../vault/envelope.ts'
import type { Keyring } from '../vault/keyring.ts'
import { cannotRead } from './files.ts'

/** Exit code by which a client script says that it knows no password of that id. */
const UNKNOWN_ID = 2

/**
 * The password that a file holds, or that it prints when it is a program. One whose name ends with `-client` is told
 * the id. A file may be encrypted itself, with a password given before it. Throws VAULT.
 */
export async function readVaultPassword(path: string, id: string | undefined, earlier: Keyring): Promise<Buffer> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw new KplayError('VAULT', `there is no vault password file ${path}`)
  if (stats.isDirectory()) throw new KplayError('VAULT', `the vault password file ${path} is a folder`)
  const password = isExecutable(path) ? await printedBy(path, id) : writtenIn(path, earlier)
  if (password.length === 0) throw new KplayError('VAULT', `the vault password of ${path} is empty`)
  return password
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function writtenIn(path: string, earlier: Keyring): Buffer {
  let content: Buffer
  try {
    content = trimmed(readFileSync(path), /\s/)
  } catch (cause) {
    throw cannotRead(path, cause)
  }
  if (!isVault(content)) return content
  return trimmed(earlier.openBytes(content.toString('latin1'), { file: path, line: 1, column: 1 }).content, /[\r\n]/)
}

/** A script may ask on the terminal: stdin and stderr are its own. */
async function printedBy(path: string, id: string | undefined): Promise<Buffer> {
  if (!isProgram(path)) throw cannotRun(path)
  const client = /-client$/.test(basename(path, extname(path)))
  const child = spawn(path, client && id !== undefined ? ['--vault-id', id] : [], {
    stdio: ['inherit', 'pipe', client ? 'pipe' : 'inherit'],
  })
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? ''))
  })
  const what = `the vault password script ${path}`
  try {
    const [printed, told, code] = await Promise.all([
      child.stdout ? buffer(child.stdout) : Buffer.alloc(0),
      child.stderr ? buffer(child.stderr) : Buffer.alloc(0),
      ended,
    ])
    if (code === 0) return trimmed(printed, /[\r\n]/)
    const why = told.toString('utf8').trim() || undefined
    throw client && code === UNKNOWN_ID
      ? new KplayError('VAULT', `${what} has no password of the id ${id ?? ''}`, { cause: why })
      : new KplayError('VAULT', `${what} failed: it ended with ${code}`, { cause: why })
  } catch (cause) {
    throw cause instanceof KplayError ? cause : cannotRun(path, cause)
  }
}

/**
 * What the kernel cannot run would be given to a shell, which takes the password for a command and complains of it by
 * name. A program that can only be run, not read, is trusted.
 */
function isProgram(path: string): boolean {
  try {
    const start = readFileSync(path).subarray(0, 4).toString('hex')
    return start.startsWith('2321') || /^(?:7f454c46|feedfac[ef]|c[ef]faedfe|cafebabe)$/.test(start)
  } catch {
    return true
  }
}

const cannotRun = (path: string, cause?: unknown): KplayError =>
  new KplayError('VAULT', `the vault password script ${path} cannot be run`, {
    cause,
    hint: 'a file that holds the password itself must not be executable',
  })

function trimmed(bytes: Buffer, edge: RegExp): Buffer {
  const isEdge = (byte: number | undefined): boolean => byte !== undefined && edge.test(String.fromCharCode(byte))
  let [start, end] = [0, bytes.length]
  while (start < end && isEdge(bytes[start])) start++
  while (end > start && isEdge(bytes[end - 1])) end--
  return bytes.subarray(start, end)
}
