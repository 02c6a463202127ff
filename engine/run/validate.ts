import { at, KplayError, Problems } from '../errors.ts'
import type { Included, Node, Play, Playbook, Task } from '../model.ts'
import type { Registry } from '../module/define.ts'
import { Written } from '../schema/coerce.ts'
import { fieldNamed, parseArgs, unknownArguments } from '../schema/parse.ts'
import {
  actionNamed,
  actionOf,
  argumentError,
  argumentName,
  isTemplate,
  parseFor,
  resolveModule,
  type Action,
} from './actions.ts'
import { certainAmong, certainBelow } from './certain.ts'
import type { Chain } from './chain.ts'
import type { RunOptions } from './context.ts'
import { defaultedBy, defaultsAmong, validateDefaults } from './module-defaults.ts'
import { handlersOf, literallyNotifiedBy } from './notify.ts'
import { isElsewhere } from './elsewhere.ts'
import { planPlay, tasksAmong, type PlannedHandler, type PlannedPlay } from './plan.ts'

/** Finds unknown modules and handlers, unknown or missing arguments and literal values of the wrong type before any host is contacted. */
export function validatePlaybook(
  playbook: Playbook,
  registry: Registry,
  { extraVars, missingHandlers }: Partial<Pick<RunOptions, 'extraVars' | 'missingHandlers'>> = {},
): void {
  const problems = new Problems()
  const seen = new Set<Task>()
  for (const play of playbook.plays) {
    const plan = planPlay(play, { tags: [], skipTags: [], extraVars }, () => 0)
    const nodes = [...plan.roles.flatMap(({ role }) => [...role.tasks, ...role.handlers]), ...nodesOf(play)]
    const tasks = tasksAmong(nodes)
    const handlers = missingHandlers === 'warn' ? undefined : handlersKnown(plan, tasks)
    const certain = certainAmong(plan.sections.flat())
    const around = [play.keywords, ...plan.roles.map(({ role }) => role.keywords)]
    const defaults = [...around.flatMap(({ moduleDefaults }) => moduleDefaults ?? []), ...defaultsAmong(nodes)]
    for (const entry of new Set(defaults)) problems.collect(() => validateDefaults(entry, registry))
    const defaulted = defaultedBy(defaults, registry)
    for (const task of tasks) {
      if (seen.has(task)) continue
      seen.add(task)
      problems.collect(() => validateTask(task, registry, certain.has(task), defaulted))
      problems.collect(() => validateMeta(task))
      if (handlers) problems.collect(() => handlersOf(task, literallyNotifiedBy(task), handlers))
    }
    for (const task of tasksAmong(play.handlers)) problems.collect(() => validateHandler(task))
  }
  problems.throwIfAny()
}

/** Handlers cannot wait for handlers, and are not of a role that could be left. */
function validateHandler(task: Task): void {
  const what = metaAction(task)
  if (what === 'flush_handlers' || what === 'end_role')
    throw new KplayError('BAD_YAML', `${what} cannot be a handler`, { place: task.actionPlace })
}

function validateMeta(task: Task): void {
  if (metaAction(task) === 'end_role' && !task.role)
    throw new KplayError('BAD_YAML', 'end_role belongs into a role', { place: task.actionPlace })
}

const metaAction = ({ action, args }: Task): unknown =>
  /(^|\.)meta$/.test(action) ? (args.get('_raw_params') ?? args.get('action'))?.value : undefined

const nodesOf = ({ preTasks, tasks, postTasks, handlers }: Play): readonly Node[] => [
  ...preTasks,
  ...tasks,
  ...postTasks,
  ...handlers,
]

/** Names by template are known only when they are rendered, and an include may bring more; undefined: that is so here. */
function handlersKnown(plan: PlannedPlay, tasks: readonly Task[]): readonly PlannedHandler[] | undefined {
  const includes = tasks.flatMap(({ includes: inclusion }) => inclusion ?? [])
  if (includes.some(({ known }) => !known)) return undefined
  const top: Chain = { keywords: [plan.play.keywords], roles: [] }
  const more = includes.flatMap(({ known }) => plan.planHandlers(known?.handlers ?? [], top))
  const all = [...plan.handlers, ...more]
  return all.some(({ name }) => name.includes('{{')) ? undefined : all
}

const validated = new WeakSet<Included>()

/** The same for what was read only when an include ran. Throws BAD_ARGS and UNKNOWN_MODULE with every mistake. */
export function validateIncluded(included: Included, registry: Registry, { keywords }: Pick<Chain, 'keywords'>): void {
  if (validated.has(included)) return
  const problems = new Problems()
  const certain = new Set(certainBelow(included.nodes))
  const around = keywords.flatMap(({ moduleDefaults }) => moduleDefaults ?? [])
  const defaulted = defaultedBy([...around, ...defaultsAmong(included.nodes)], registry)
  for (const task of tasksAmong([...included.nodes, ...included.handlers]))
    problems.collect(() => validateTask(task, registry, certain.has(task), defaulted))
  problems.throwIfAny()
  validated.add(included)
}

function validateTask(task: Task, registry: Registry, certain: boolean, defaulted: ReadonlySet<Action>): void {
  if (task.templatedAction) return
  // A role for many kinds of hosts names modules of each; one that is not reached is in nobody's way.
  if (!certain && actionNamed(task.action, registry) === undefined && isElsewhere(task.action)) return
  const action = actionOf(task, registry)
  const reserved = [...task.args].find(([name]) => name.startsWith('_ansible_'))
  if (reserved) {
    const message = `${reserved[0]}: names that begin with _ansible_ are Ansible's own`
    throw new KplayError('BAD_ARGS', message, { place: reserved[1].keyPlace, hint: 'choose another name' })
  }
  if (action.kind === 'control' && action.anyArgs) return
  const place = (key: string): Task['place'] =>
    [...task.args].find(
      ([name]) => argumentName(name, action) === key || fieldNamed(action.args, argumentName(name, action)) === key,
    )?.[1].keyPlace ?? task.actionPlace
  const names = [...task.args.keys()].map((key) => argumentName(key, action))
  const unknown = unknownArguments(action.args, names)
  // Of a role's task that may not be reached only a slip of the pen is told now; the rest where it runs.
  const isOwn = certain || !task.role
  const slips = isOwn ? unknown : unknown.filter(({ hint }) => hint?.startsWith('did you mean'))
  if (slips.length > 0) throw argumentError(action.name, slips, place)
  if (unknown.length > 0) return

  // What module_defaults, `args:` or a template will give is judged when it is known.
  const isOpen = task.moreArgs !== undefined || defaulted.has(action)
  const literal: Record<string, Written> = {}
  for (const [key, { value, text }] of task.args) {
    if (!isTemplate(value)) literal[argumentName(key, action)] = new Written(value as Written['value'], text)
  }
  const later = new Set(names.filter((name) => !(name in literal)).map((name) => fieldNamed(action.args, name)))
  const parsed = parseArgs(action.args, literal)
  if (parsed.ok) {
    if (later.size === 0 && !isOpen && isOwn) validateWhole(task, action, literal, registry)
    return
  }
  const issues = parsed.issues.filter(
    ({ path, message }) => !(message === 'is required' && (isOpen || later.has(path[0]))),
  )
  if (issues.length > 0) throw argumentError(action.name, issues, place)
}

/** What arguments must be together is judged only when all of them are literal. */
function validateWhole(task: Task, action: Action, literal: Record<string, Written>, registry: Registry): void {
  const place = (): Task['place'] => task.actionPlace
  try {
    if (action.kind === 'control') parseFor(action, literal, place)
    else resolveModule(action, literal, registry, place)
  } catch (error) {
    throw at(task.actionPlace, error)
  }
}
