import { accessSync, constants } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** The Python that is started here when nobody says which: the first `python3` of the PATH. Nothing in kplay needs it. */
export function pythonHere(path = process.env['PATH'] ?? ''): string {
  const candidates = path
    .split(':')
    .filter(isAbsolute)
    .map((folder) => join(folder, 'python3'))
  return candidates.find(isExecutable) ?? '/usr/bin/python3'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
