import { KplayError } from '../../errors.ts'
import type { ControlContext } from './define.ts'

/** Which files of a folder are read. */
export interface Choice {
  readonly depth: number
  readonly matching: RegExp | undefined
  readonly ignored: readonly RegExp[]
  readonly extensions: readonly string[]
  /** Pass over other extensions, instead of failing. */
  readonly skipOthers: boolean
}

/** Files below a folder of variables, folder by folder, each in the order of names. Throws NOT_FOUND, BAD_ARGS. */
export function filesBelow(folder: string, choice: Choice, { run, place }: ControlContext): string[] {
  const files = run.filesFor(place)
  const root = placeOf(folder, place)
  const isFolder = (path: string): boolean =>
    files.stat?.(path)?.kind === 'directory' || files.glob(`${path}/*`).length > 0
  if (!files.stat?.(root)) throw new KplayError('NOT_FOUND', `${root} directory does not exist`)
  if (!isFolder(root)) throw new KplayError('BAD_ARGS', `${root} is not a directory`)
  const found: string[] = []
  const visit = (path: string, level: number): void => {
    const entries = [...files.glob(`${path}/*`), ...files.glob(`${path}/.*`)]
      .filter((entry) => !/\/\.{1,2}$/.test(entry))
      .sort()
    found.push(...entries.filter((entry) => !isFolder(entry) && isWanted(entry, choice, place.role?.path)))
    if (level < choice.depth) for (const entry of entries.filter(isFolder)) visit(entry, level + 1)
  }
  visit(root, 1)
  return found
}

/** In a role below its `vars`, elsewhere beside the file that names it. */
function placeOf(folder: string, { role, file }: ControlContext['place']): string {
  if (folder.startsWith('/')) return folder.replace(/\/+$/, '') || '/'
  const name = folder.replace(/\/+$/, '')
  if (!role) return `${file.replace(/\/[^/]*$/, '')}/${name}`
  return name.split('/')[0] === 'vars' ? `${role.path}/${name}` : `${role.path}/vars/${name}`
}

function isWanted(path: string, choice: Choice, role: string | undefined): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  // The role has read its own main.yml already.
  if (role !== undefined && path === `${role}/vars/main.yml`) return false
  if (choice.matching && name.search(choice.matching) < 0) return false
  if (choice.ignored.some((pattern) => name.search(pattern) >= 0)) return false
  if (choice.extensions.includes(/\.([^.]+)$/.exec(name)?.[1] ?? '')) return true
  if (choice.skipOthers) return false
  throw new KplayError('BAD_ARGS', `'${path}' does not have a valid extension: ${choice.extensions.join(', ')}`)
}
