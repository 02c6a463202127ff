import type { InventoryChange } from '../../model.ts'
import type { Variable } from '../../value.ts'
import type { InventoryGraph } from './graph.ts'

/** Adds what a task says to the inventory. @returns whether it was news. Throws where a group would be below itself. */
export function grow(graph: InventoryGraph, change: InventoryChange): boolean {
  const before = shapeOf(graph, change)
  if ('group' in change) {
    graph.group(change.group)
    for (const parent of change.parents) graph.child(parent, change.group)
    graph.host({ name: change.host, group: change.group, source: '' })
  } else {
    const { host: name, groups, vars } = change
    graph.host({ name, group: groups.length === 0 ? 'ungrouped' : undefined, vars, source: '' })
    for (const group of groups) graph.host({ name, group, source: '' })
  }
  return shapeOf(graph, change) !== before
}

/** All that a change can be about, as text. */
function shapeOf({ groups, hosts }: InventoryGraph, change: InventoryChange): string {
  const host = hosts.get(change.host)
  const names = 'group' in change ? [change.group] : change.groups
  return JSON.stringify(
    [
      host && [...host.groups].filter((name) => name !== 'ungrouped'),
      host && [...host.vars].map(([name, { value }]: [string, Variable]) => [name, value]),
      names.map((name) => [...(groups.get(name)?.parents ?? ['none'])]),
    ],
    (_, value: unknown) =>
      value instanceof Map ? [...(value as Map<unknown, unknown>)] : typeof value === 'bigint' ? String(value) : value,
  )
}
