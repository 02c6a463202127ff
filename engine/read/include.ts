import { Problems } from '../errors.ts'
import type { Included, Keywords, Node, Task, Wanted, Written } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { Template } from '../value.ts'
import { readIncludedRole } from './include-role.ts'
import { readTaskFile } from './include-tasks.ts'
import { FREE_FORM } from './arguments.ts'
import { kindOf, type YamlMap, type YamlNode } from './nodes.ts'
import { NO_KEYWORDS, readProperties } from './properties.ts'
import { flagNamed, handlerNames } from './written.ts'
import { blockOf, shortName, type Reading } from './reading.ts'

const TASKS = ['import_tasks', 'include_tasks']
const ROLES = ['import_role', 'include_role']

export const isInclude = (action: string): boolean => [...TASKS, ...ROLES].includes(shortName(action))

/** Keywords of an include itself; any other is for the tasks it includes, and belongs into `apply`. */
const OF_INCLUDES = [
  'action',
  'args',
  'collections',
  'debugger',
  'ignore_errors',
  'listen',
  'local_action',
  'loop',
  'loop_control',
  'name',
  'no_log',
  'register',
  'run_once',
  'tags',
  'timeout',
  'vars',
  'when',
]
/** What an import has of its own; the other keywords are those of the tasks it imports. */
const NOT_OF_IMPORTS = ['loop', 'loop_control', 'register', 'until', 'retries', 'delay', 'changed_when', 'failed_when']

const FROM = { tasks_from: 'tasks', vars_from: 'vars', defaults_from: 'defaults', handlers_from: 'handlers' } as const
const ARGUMENTS = {
  tasks: ['file', 'apply'],
  role: ['name', 'role', 'apply', 'public', 'allow_duplicates', 'rolespec_validate', 'rescuable', ...Object.keys(FROM)],
}

/**
 * A task that stands for others. An import is replaced by them when it is read; an include is a task of its own, and
 * reads them for each host when it runs. What it can read before, it does, so that mistakes are told early.
 */
export function readInclude(task: Task, map: YamlMap, reading: Reading): Node | undefined {
  const { problems } = reading
  const action = shortName(task.action)
  const isImport = action.startsWith('import_')
  const kind = TASKS.includes(action) ? 'tasks' : 'role'
  checkKeywords(action, isImport, map, reading)
  checkArguments(task, action, kind, reading)
  const place = task.actionPlace
  if (kind === 'role' && reading.part === 'handlers') {
    problems.add('BAD_YAML', 'a role as a handler is not supported', {
      place,
      hint: 'put the tasks into a file and name it by include_tasks',
    })
    return undefined
  }
  const wanted = fixed(task, kind, reading)
  if (wanted === undefined) return undefined
  const read = (name: Wanted, into: Reading): Included =>
    kind === 'tasks' ? readTaskFile(name.name, place, into) : readIncludedRole(name, task, into)
  if (isImport && wanted !== 'later') {
    const { nodes, handlers } = read(wanted, notifying(reading, task.notify))
    if (handlers.length > 0)
      reading.moreHandlers.push(blockOf(handlers, task.place, { keywords: task.keywords, role: reading.role }))
    return blockOf(nodes, task.place, { keywords: task.keywords, name: task.name })
  }
  const apply = applied(map, action, reading)
  const inside = notifying(reading, isImport ? task.notify : apply.notify)
  const remembered = new Map<string, Included>()
  const later = (name: Wanted): Included => {
    const key = JSON.stringify(name)
    const own = new Problems()
    const included = remembered.get(key) ?? read(name, { ...inside, problems: own, open: [], moreHandlers: [] })
    own.throwIfAny()
    remembered.set(key, included)
    return included
  }
  return {
    ...task,
    includes: {
      read: later,
      known: wanted === 'later' ? undefined : readEarly(wanted, task.keywords, read, inside),
      apply: apply.keywords,
      inherited: isImport,
    },
  }
}

/** Tasks notify what is said around them, unless they say otherwise. */
const notifying = (reading: Reading, notify: readonly Written[]): Reading =>
  notify.length > 0 ? { ...reading, notify } : reading

/** What an include will surely read. One that may never run is left in peace until it does. */
function readEarly(
  wanted: Wanted,
  { when, ignoreErrors }: Keywords,
  read: (wanted: Wanted, reading: Reading) => Included,
  reading: Reading,
): Included | undefined {
  const own = new Problems()
  const included = read(wanted, { ...reading, problems: own, moreHandlers: [], recursive: true })
  if (own.list.length === 0) return included
  if (!reading.guarded && when.length === 0 && ignoreErrors === undefined)
    for (const problem of own.list) reading.problems.keep(problem)
  return undefined
}

function checkKeywords(action: string, isImport: boolean, map: YamlMap, { problems }: Reading): void {
  for (const { key, keyPlace } of map.entries) {
    if (shortName(key) === action) continue
    const loops = key.startsWith('with_')
    if (isImport && (loops || NOT_OF_IMPORTS.includes(key)))
      problems.add('BAD_YAML', `${key} does not belong on ${action}`, {
        place: keyPlace,
        hint: `${action} is read before the run: use ${action.replace('import', 'include')}`,
      })
    if (!isImport && !loops && !OF_INCLUDES.includes(key))
      problems.add('BAD_YAML', `${key} does not belong on ${action}`, {
        place: keyPlace,
        hint: `for each of the tasks: apply: { ${key}: … } among its arguments`,
      })
  }
}

function checkArguments(task: Task, action: string, kind: 'tasks' | 'role', { problems }: Reading): void {
  const isImport = action.startsWith('import_')
  const known = ARGUMENTS[kind].filter((name) => !isImport || name !== 'rescuable')
  for (const [key, { keyPlace, place }] of task.args) {
    if (key === 'apply' && isImport)
      problems.add('BAD_YAML', `apply does not belong into ${action}`, {
        place: keyPlace,
        hint: 'its keywords may stand on the task itself: they apply to each task imported',
      })
    else if (key === FREE_FORM ? kind === 'role' : !known.includes(key))
      problems.add('BAD_YAML', `${action} has no argument ${key}`, {
        place: key === FREE_FORM ? place : keyPlace,
        hint: didYouMean(key, known),
      })
  }
}

/** Its arguments where they hold no variable; `later`: they do. undefined: it names nothing, which is reported. */
function fixed(task: Task, kind: 'tasks' | 'role', { problems }: Reading): Wanted | 'later' | undefined {
  const names = kind === 'tasks' ? ['file', FREE_FORM] : ['name', 'role']
  const given = names.map((key) => task.args.get(key)).find((argument) => argument !== undefined)
  if (!given && task.moreArgs) return 'later'
  if (!given || given.value === null) {
    const what = kind === 'tasks' ? 'a file' : 'a role'
    problems.add('BAD_YAML', `${shortName(task.action)} needs the name of ${what}`, { place: task.actionPlace })
    return undefined
  }
  if (task.moreArgs) return 'later'
  const text = (key: string): string | undefined => {
    const argument = task.args.get(key)
    return argument && (argument.text ?? (typeof argument.value === 'string' ? argument.value : undefined))
  }
  const flag = (key: string): boolean | undefined => {
    const value = task.args.get(key)?.value
    return typeof value === 'string' ? flagNamed(value) : typeof value === 'boolean' ? value : undefined
  }
  if ([...task.args].some(([key, { value }]) => key !== 'apply' && value instanceof Template)) return 'later'
  const name = names.map(text).find((found) => found !== undefined)
  if (name === undefined) {
    problems.add('BAD_YAML', `${names[0] ?? ''} is text`, { place: given.place })
    return undefined
  }
  const from = Object.fromEntries(Object.entries(FROM).flatMap(([key, part]) => [[part, text(key)] as const]))
  return {
    name,
    from: Object.fromEntries(Object.entries(from).filter(([, file]) => file !== undefined)),
    public: flag('public'),
    allowDuplicates: flag('allow_duplicates'),
    validate: flag('rolespec_validate'),
  }
}

/** `apply:` of an include, behind its name or below `args:`. */
function applied(
  map: YamlMap,
  action: string,
  reading: Reading,
): { readonly keywords: Keywords; readonly notify: readonly Written[] } {
  const { problems } = reading
  const behind = map.entries.filter(({ key }) => [action, 'args'].includes(shortName(key)))
  const nodes = behind.flatMap(({ value }): YamlNode[] =>
    value.kind === 'map' ? value.entries.filter(({ key }) => key === 'apply').map((entry) => entry.value) : [],
  )
  const [node] = nodes
  const nothing = { keywords: NO_KEYWORDS, notify: [] }
  if (!node) return nothing
  if (node.kind === 'map') {
    const { keywords, own } = readProperties(node, 'block', problems)
    const notify = own.get('notify')
    return { keywords, notify: notify ? handlerNames(notify.value, problems) : [] }
  }
  problems.add('BAD_YAML', `apply is a map of keywords, not ${kindOf(node)}`, { place: node.place })
  return nothing
}
