import { dirname, isAbsolute, join } from 'node:path'
import type { Place } from '../errors.ts'
import type { Included } from '../model.ts'
import type { Reading } from './reading.ts'
import { readYaml } from './yaml.ts'

const nothing = (path: string): Included => ({ path, nodes: [], handlers: [] })

/** The tasks of a file that another one names. What is wrong is reported. */
export function readTaskFile(file: string, place: Place, reading: Reading): Included {
  const { files, problems } = reading
  const candidates = taskFiles(file, reading)
  const path = candidates.find((candidate) => files.exists(candidate) && !files.isDirectory(candidate))
  if (path === undefined) {
    problems.add('NOT_FOUND', `there is no file of tasks ${file}`, {
      place,
      hint: `looked for ${candidates.join(', ')}`,
    })
    return nothing(file)
  }
  if (reading.open.includes(path)) {
    if (!reading.recursive) problems.add('BAD_YAML', `${file} includes itself`, { place })
    return nothing(path)
  }
  const text = problems.collect(() => files.readText(path))
  const node = text === undefined ? undefined : readYaml(text, path, problems)
  const moreHandlers: typeof reading.moreHandlers = []
  const inside: Reading = { ...reading, file: path, open: [...reading.open, path], moreHandlers }
  return { path, nodes: node ? reading.readNodes(node, inside) : [], handlers: moreHandlers }
}

/** Where a file of tasks is looked for: beside the file that names it, in the role, beside the playbook. */
function taskFiles(file: string, { file: from, role, part, playbookFolder }: Reading): readonly string[] {
  if (isAbsolute(file)) return [file]
  // Handlers may include what lies among the tasks.
  const inRole = role ? [part, 'tasks', '.'].map((folder) => join(role.path, folder, file)) : []
  const folders = [dirname(from), playbookFolder, join(playbookFolder, part)]
  const [beside = '', ...others] = folders.map((folder) => join(folder, file))
  return [...new Set([beside, ...inRole, ...others])]
}
