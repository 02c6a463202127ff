import type { Node, Task } from '../model.ts'
import { isTemplate } from './actions.ts'
import type { Planned } from './plan.ts'

/** Tasks that run on any host: under no condition, in no rescue, for no list that may be empty. Handlers are not among them. */
export function certainAmong(planned: readonly Planned[]): ReadonlySet<Task> {
  const certain = new Set<Task>()
  const visit = (one: Planned): void => {
    if (one.kind === 'block') return [...one.block, ...one.always].forEach(visit)
    if (one.chain.keywords.some(({ when }) => when.length > 0)) return
    for (const task of certainBelow([one.task])) certain.add(task)
  }
  planned.forEach(visit)
  return certain
}

/** The same of what an include stands for. */
export const certainBelow = (nodes: readonly Node[]): readonly Task[] =>
  nodes.flatMap((node): readonly Task[] => {
    if (node.keywords.when.length > 0) return []
    if (node.kind === 'task' && node.loop && isTemplate(node.loop.value)) return []
    if (node.kind === 'task') return [node, ...certainBelow(node.includes?.known?.nodes ?? [])]
    return certainBelow([...node.block, ...node.always])
  })
