import { basename, join } from 'node:path'
import type { Problems } from '../../errors.ts'
import type { VarLayer } from '../../model.ts'
import type { Files } from '../files.ts'
import { readVarsFile } from '../vars.ts'
import type { VarsOf } from './graph.ts'

const EXTENSIONS = ['.yml', '.yaml', '.json']

/** Reads `group_vars/` and `host_vars/` below some folders, in that order. */
export const varsBeside =
  (folders: readonly string[], files: Files, problems: Problems): VarsOf =>
  (kind, name) =>
    folders.flatMap((folder) =>
      varsFilesNamed(join(folder, kind), name, files).flatMap((path): VarLayer[] => {
        const vars = problems.collect(() => readVarsFile(path, files, problems))
        return vars ? [{ name: path, vars }] : []
      }),
    )

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
