import { dirname, isAbsolute, join } from 'node:path'
import type { Place } from '../errors.ts'
import type { Keywords, Node, Task, Written } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { Template } from '../value.ts'
import type { Action } from './action.ts'
import { FREE_FORM } from './arguments.ts'
import type { YamlEntry } from './nodes.ts'
import { blockOf, shortName, type Reading, type RolePart } from './reading.ts'
import { plainTexts } from './written.ts'
import { readYaml } from './yaml.ts'

const TASKS = ['import_tasks', 'include_tasks']
const ROLES = ['import_role', 'include_role']

export const isInclude = (action: string): boolean => [...TASKS, ...ROLES].includes(shortName(action))

/** A task that stands for others. */
export interface Inclusion {
  readonly action: Action
  readonly keywords: Keywords
  readonly own: ReadonlyMap<string, YamlEntry>
  readonly loop: Written | undefined
  readonly name: Written | undefined
  readonly place: Place
}

const OTHERS = ['name', 'args', 'action', 'loop_control', 'with_', 'loop', 'listen']

/**
 * Import and include of tasks and roles. With a fixed name and no loop both mean the same here: a block whose
 * keywords apply to each task in it. Anything else is refused.
 */
export function readInclude(inclusion: Inclusion, reading: Reading): Node | undefined {
  const { problems } = reading
  const name = shortName(inclusion.action.name)
  const place = inclusion.action.place
  if (inclusion.loop) {
    problems.add('BAD_YAML', `a loop over ${name} is not supported yet`, { place: inclusion.loop.place })
    return undefined
  }
  for (const entry of inclusion.own.values())
    if (!OTHERS.includes(entry.key) && !entry.key.startsWith('with_'))
      problems.add('BAD_YAML', `${entry.key} does not belong on ${name}`, { place: entry.keyPlace })
  if (inclusion.action.more) {
    problems.add('BAD_YAML', `a variable as the arguments of ${name} is not supported yet`, { place })
    return undefined
  }
  return TASKS.includes(name) ? readTasks(inclusion, reading) : readRoleTasks(inclusion, reading)
}

/** An argument that has to be known before the run; undefined: not given, or reported. */
function fixed({ action }: Inclusion, names: readonly string[], reading: Reading): string | undefined {
  const given = names.map((name) => action.args.get(name)).find((argument) => argument !== undefined)
  if (!given) return undefined
  if (typeof given.value === 'string') return given.value
  if (given.text !== undefined) return given.text
  const message =
    given.value instanceof Template
      ? `a variable in the name that ${shortName(action.name)} is given is not supported yet`
      : `${names[0] ?? ''} is text`
  reading.problems.add('BAD_YAML', message, { place: given.place })
  return undefined
}

function checkArguments({ action }: Inclusion, known: readonly string[], { problems }: Reading): void {
  for (const [key, { keyPlace, place }] of action.args) {
    if (key === 'apply')
      problems.add('BAD_YAML', `apply in ${shortName(action.name)} is not supported yet`, {
        place: keyPlace,
        hint: 'its keywords may stand on the task itself: they apply to each task included',
      })
    else if (key === FREE_FORM ? !known.includes(FREE_FORM) : !known.includes(key))
      problems.add('BAD_YAML', `${shortName(action.name)} has no argument ${key}`, {
        place: key === FREE_FORM ? place : keyPlace,
        hint: didYouMean(key, known),
      })
  }
}

function readTasks(inclusion: Inclusion, reading: Reading): Node | undefined {
  const { action, keywords, name, place } = inclusion
  checkArguments(inclusion, [FREE_FORM, 'file'], reading)
  const file = fixed(inclusion, ['file', FREE_FORM], reading)
  if (file === undefined) {
    if (!action.args.has('file') && !action.args.has(FREE_FORM))
      reading.problems.add('BAD_YAML', `${shortName(action.name)} needs the name of a file`, { place: action.place })
    return undefined
  }
  const candidates = taskFiles(file, reading)
  const path = candidates.find((candidate) => reading.files.exists(candidate) && !reading.files.isDirectory(candidate))
  const text = path === undefined ? undefined : reading.problems.collect(() => reading.files.readText(path))
  if (path === undefined || text === undefined) {
    reading.problems.add('NOT_FOUND', `there is no file of tasks ${file}`, {
      place: action.place,
      hint: `looked for ${candidates.join(', ')}`,
    })
    return undefined
  }
  if (reading.open.includes(path)) {
    reading.problems.add('BAD_YAML', `${file} includes itself`, { place: action.place })
    return undefined
  }
  const node = readYaml(text, path, reading.problems)
  const tasks = node ? reading.readNodes(node, { ...reading, file: path, open: [...reading.open, path] }) : []
  const listen = inclusion.own.get('listen')
  return {
    ...blockOf(tasks, place, { keywords, name }),
    whole: shortName(action.name) === 'include_tasks',
    listen: listen && plainTexts(listen.value, 'listen', reading.problems),
  }
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

const FROM: Readonly<Record<string, RolePart>> = {
  tasks_from: 'tasks',
  vars_from: 'vars',
  defaults_from: 'defaults',
  handlers_from: 'handlers',
}
const OF_ROLES = ['name', 'role', 'public', 'allow_duplicates', 'rolespec_validate', ...Object.keys(FROM)]

function readRoleTasks(inclusion: Inclusion, reading: Reading): Node | undefined {
  const { action, keywords, name: title, place } = inclusion
  checkArguments(inclusion, OF_ROLES, reading)
  if (reading.part === 'handlers') {
    reading.problems.add('BAD_YAML', 'a role as a handler is not supported', { place: action.place })
    return undefined
  }
  const name = fixed(inclusion, ['name', 'role'], reading)
  if (name === undefined) {
    if (!action.args.has('name') && !action.args.has('role'))
      reading.problems.add('BAD_YAML', `${shortName(action.name)} needs the name of a role`, { place: action.place })
    return undefined
  }
  const from: Partial<Record<RolePart, string>> = {}
  for (const [key, part] of Object.entries(FROM)) {
    const file = fixed(inclusion, [key], reading)
    if (file !== undefined) from[part] = file
  }
  const use = {
    name,
    place: action.place,
    keywords: { when: [], tags: [], vars: new Map() },
    params: keywords.vars,
    from,
  }
  const role = reading.readRole(use, reading)
  if (!role) return undefined
  if (role.handlers.length > 0) reading.moreHandlers.push(blockOf(role.handlers, action.place, { role }))
  const before = role.dependencies.flatMap((dependency) => roleBlock(dependency, action.place, reading))
  return blockOf([...before, ...role.tasks], place, { keywords, role, name: title })
}

/** A dependency's tasks, and those it depends on itself. */
function roleBlock(role: NonNullable<Task['role']>, place: Place, reading: Reading): readonly Node[] {
  if (role.handlers.length > 0) reading.moreHandlers.push(blockOf(role.handlers, place, { role }))
  const before = role.dependencies.flatMap((dependency) => roleBlock(dependency, place, reading))
  return [...before, blockOf(role.tasks, place, { keywords: role.keywords, role })]
}
