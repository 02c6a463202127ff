import { basename, join } from 'node:path'
import type { Problems } from '../../errors.ts'
import type { VarLayer } from '../../model.ts'
import type { Files } from '../files.ts'
import { readVarsFile } from '../vars.ts'

const EXTENSIONS = ['.yml', '.yaml', '.json']

type Kind = 'group_vars' | 'host_vars'

/** Variables of files for hosts or groups, the weakest first. */
export type VarsOf = (kind: Kind, names: readonly string[]) => readonly VarLayer[]

/**
 * Reads `group_vars/NAME` and `host_vars/NAME` below some folders: all names of the first folder, then of the next.
 * Each file is read once.
 */
export function varsBeside(folders: readonly string[], files: Files, problems: Problems): VarsOf {
  const known = new Map<string, readonly VarLayer[]>()
  const read = (folder: string, kind: Kind, name: string): readonly VarLayer[] => {
    const key = `${folder}/${kind}/${name}`
    const before = known.get(key)
    if (before) return before
    const layers = varsFilesNamed(join(folder, kind), name, files).flatMap((path): VarLayer[] => {
      const vars = problems.collect(() => readVarsFile(path, files, problems))
      return vars ? [{ name: path, vars }] : []
    })
    known.set(key, layers)
    return layers
  }
  const present = {
    group_vars: folders.filter((folder) => files.isDirectory(join(folder, 'group_vars'))),
    host_vars: folders.filter((folder) => files.isDirectory(join(folder, 'host_vars'))),
  }
  return (kind, names) => present[kind].flatMap((folder) => names.flatMap((name) => read(folder, kind, name)))
}

/** The first of NAME (a folder of files, or a file), NAME.yml, NAME.yaml and NAME.json, as in Ansible. */
function varsFilesNamed(folder: string, name: string, files: Files): readonly string[] {
  // A name from an inventory must not lead out of the folder.
  if (name.includes('/') || name === '..' || name === '.') return []
  for (const path of ['', ...EXTENSIONS].map((extension) => join(folder, name + extension))) {
    if (files.isDirectory(path)) return filesBelow(path, files)
    if (files.exists(path)) return [path]
  }
  return []
}

/** Variable files in a folder and the folders below, sorted; hidden and backup files are left out. */
export function filesBelow(folder: string, files: Files): readonly string[] {
  return (files.list(folder) ?? []).flatMap((name) => {
    if (name.startsWith('.') || name.endsWith('~')) return []
    const path = join(folder, name)
    const extension = /\.[^.]*$/.exec(basename(name))?.[0] ?? ''
    if (files.isDirectory(path)) return extension === '' ? filesBelow(path, files) : []
    return extension === '' || EXTENSIONS.includes(extension) ? [path] : []
  })
}
