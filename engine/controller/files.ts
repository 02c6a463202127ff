import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { KplayError } from '../errors.ts'
import type { Files } from '../read/files.ts'

/** The controller's own disk. */
export function controllerFiles(): Files {
  return {
    readText: (path) => attempt(path, () => readFileSync(path, 'utf8'), ABSENT_TEXT),
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

export function cannotRead(path: string, cause: unknown): KplayError {
  const code = codeOf(cause)
  return new KplayError('NOT_FOUND', `cannot read ${path} on the controller: ${REASONS[code] ?? code}`, { cause })
}
