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
export async function filesBelow(
  folder: string,
  choice: Choice,
  { run, place }: ControlContext,
): Promise<readonly string[]> {
  const root = placeOf(folder, place)
  const found = run.filesFor(place).stat?.(root)
  if (!found) throw new KplayError('NOT_FOUND', `${root} directory does not exist`)
  const entries = await run.local(place).tree(root)
  if (!entries) throw new KplayError('BAD_ARGS', `${root} is not a directory`)
  return entries
    .filter(({ kind, path }) => kind !== 'dir' && path.split('/').length <= choice.depth)
    .map(({ path }) => `${root}/${path}`)
    .toSorted((a, b) => (folderOf(a) === folderOf(b) ? order(a, b) : order(folderOf(a), folderOf(b))))
    .filter((path) => isWanted(path, choice, place.role?.path))
}

const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '')
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

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
