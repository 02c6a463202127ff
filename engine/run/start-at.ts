import { KplayError } from '../errors.ts'
import type { Play } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { flatTasks, planPlay, type Planned, type PlannedPlay, type PlannedTask, type TagChoice } from './plan.ts'

/** Whether --start-at-task means this task: by its name or that with its role, as written; `*` stands for any text. */
function isMeant({ task, info }: PlannedTask, wanted: string): boolean {
  const name = task.name === undefined ? task.action : info.name
  const names = [name, ...(info.role === undefined ? [] : [`${info.role} : ${name}`])]
  return names.some((each) => each === wanted || shellPattern(wanted).test(each))
}

/** Only what a shell knows: `*`, `?` and `[…]`. */
const shellPattern = (pattern: string): RegExp => {
  const quoted = pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\[(?!\^?[^\]]+\])/g, '\\[')
  return new RegExp(`^${quoted.replaceAll('[!', '[^').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}

/** The play from that task on: what comes before is left out, the blocks around it stay. Undefined: it is not in there. */
export function startingAt(plan: PlannedPlay, wanted: string): PlannedPlay | undefined {
  let found = false
  const cut = (nodes: readonly Planned[]): Planned[] =>
    nodes.flatMap((node): Planned[] => {
      if (found) return [node]
      if (node.kind === 'task') {
        found = isMeant(node, wanted)
        return found ? [node] : []
      }
      const block = cut(node.block)
      const always = cut(node.always)
      return found ? [{ ...node, block, always }] : []
    })
  const sections = plan.sections.map(cut)
  return found ? { ...plan, sections } : undefined
}

/** Which of the plays holds the task. Throws BAD_OPTIONS when none does. */
export function firstPlayWith(wanted: string, plays: readonly Play[], choice: TagChoice): number {
  const plans = plays.map((play) => planPlay(play, choice, () => 0))
  const at = plans.findIndex((plan) => startingAt(plan, wanted) !== undefined)
  if (at >= 0) return at
  const tasks = plans.flatMap(({ sections }) => sections.flat().flatMap(flatTasks))
  const names = tasks.flatMap(({ task, info }) => (task.name === undefined ? [] : [info.name]))
  throw new KplayError('BAD_OPTIONS', `no task is called ${wanted}`, {
    place: { file: '--start-at-task', line: 1, column: 1 },
    hint: didYouMean(wanted, names) ?? 'kplay run --list-tasks shows them; what include_* brings is not among them',
  })
}
