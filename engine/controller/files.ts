import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { KplayError } from '../errors.ts'
import type { Files } from '../read/files.ts'
import { isVault } from '../vault/envelope.ts'
import type { Keyring } from '../vault/keyring.ts'
import { decode } from './decode.ts'

/** The controller's own disk. Files that are encrypted as a whole are read decrypted where there is a keyring. */
export function controllerFiles(vault?: Keyring): Files {
  return {
    vault,
    readText: (path) => {
      const bytes = attempt(path, () => readFileSync(path), ABSENT_TEXT)
      if (bytes === undefined) return undefined
      return vault && isVault(bytes) ? vault.openFile(bytes.toString('latin1'), path) : decode(bytes, path)
    },
    list: (folder) => attempt(folder, () => readdirSync(folder).sort(), ABSENT),
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    exists: existsSync,
  }
}

const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']
const ABSENT_TEXT = [...ABSENT, 'EISDIR']

/** Absence is an answer; not being able to look is an error. */
function attempt<T>(path: string, look: () => T, absent: readonly string[]): T | undefined {
  try {
    return look()
  } catch (cause) {
    if (absent.includes(codeOf(cause))) return undefined
    throw cannotRead(path, cause)
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'too many symbolic links',
}

export function cannotRead(path: string, cause: unknown, verb: 'read' | 'write' = 'read'): KplayError {
  const code = codeOf(cause)
  return new KplayError('NOT_FOUND', `cannot ${verb} ${path} on the controller: ${REASONS[code] ?? code}`, { cause })
}
