import type { Setter } from '../../model.ts'
import { ownName } from '../collections.ts'
import type { PlannedTask } from '../plan.ts'
import type { Viewpoint } from './standings.ts'

/** What sets a variable while the play runs: nobody knows the value before. */
export function settersOf(name: string, { play, tasks }: Viewpoint): readonly Setter[] {
  const asked = (play?.prompts ?? [])
    .filter((prompt) => prompt.name === name)
    .map(({ place }): Setter => ({ level: 13, by: 'vars_prompt', place }))
  return [...asked, ...tasks.flatMap((task) => bySetting(name, task))]
}

function bySetting(name: string, { task, info }: PlannedTask): readonly Setter[] {
  const setter = (by: string): Setter => ({ level: 19, by: `${by} of ${info.name}`, place: task.place })
  const found: Setter[] = []
  if (ownName(task.action) === 'set_fact' && task.args.has(name) && name !== 'cacheable') found.push(setter('set_fact'))
  if (task.register === name || task.projections?.has(name)) found.push(setter('register'))
  return found
}
