import { at, Problems } from '../errors.ts'
import type { Playbook, Task } from '../model.ts'
import type { Registry } from '../module/define.ts'
import { Written } from '../schema/coerce.ts'
import { fieldNamed, parseArgs, unknownArguments } from '../schema/parse.ts'
import { actionOf, argumentError, argumentName, isTemplate, parseFor, resolveModule, type Action } from './actions.ts'
import { handlersOf, literallyNotifiedBy } from './notify.ts'
import { flatTasks, planPlay, type PlannedPlay, type PlannedTask } from './plan.ts'

/** Finds unknown modules and handlers, unknown or missing arguments and literal values of the wrong type before any host is contacted. */
export function validatePlaybook(playbook: Playbook, registry: Registry): void {
  const problems = new Problems()
  const seen = new Set<Task>()
  for (const play of playbook.plays) {
    const plan = planPlay(play, { tags: [], skipTags: [] }, () => 0)
    const never = planPlay(play, { tags: ['all', 'never'], skipTags: [] }, () => 0)
    const handlers = plan.handlers.map(({ node }) => node)
    for (const planned of [...plan.sections, ...never.sections, handlers].flat().flatMap(flatTasks)) {
      if (seen.has(planned.task)) continue
      seen.add(planned.task)
      problems.collect(() => validateTask(planned.task, registry))
      problems.collect(() => validateNotify(planned, plan))
    }
  }
  problems.throwIfAny()
}

/** Names by template, of a handler or in `notify`, are known only when they are rendered. */
function validateNotify(planned: PlannedTask, { handlers }: PlannedPlay): void {
  if (handlers.some(({ name }) => name.includes('{{'))) return
  handlersOf(planned, literallyNotifiedBy(planned.task), handlers)
}

function validateTask(task: Task, registry: Registry): void {
  const action = actionOf(task, registry)
  if (action.kind === 'control' && action.anyArgs) return
  const place = (key: string): Task['place'] =>
    [...task.args].find(
      ([name]) => argumentName(name, action) === key || fieldNamed(action.args, argumentName(name, action)) === key,
    )?.[1].keyPlace ?? task.actionPlace
  const names = [...task.args.keys()].map((key) => argumentName(key, action))
  const unknown = unknownArguments(action.args, names)
  if (unknown.length > 0) throw argumentError(action.name, unknown, place)

  const literal: Record<string, Written> = {}
  for (const [key, { value, text }] of task.args) {
    if (!isTemplate(value)) literal[argumentName(key, action)] = new Written(value as Written['value'], text)
  }
  const later = new Set(names.filter((name) => !(name in literal)).map((name) => fieldNamed(action.args, name)))
  const parsed = parseArgs(action.args, literal)
  if (parsed.ok) {
    if (later.size === 0 && task.moreArgs === undefined) validateWhole(task, action, literal, registry)
    return
  }
  // What a template or `args:` will give is judged when it is known.
  const issues = parsed.issues.filter(
    ({ path, message }) => !(message === 'is required' && (later.has(path[0]) || task.moreArgs !== undefined)),
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
