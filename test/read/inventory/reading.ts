import { KplayErrors, type KplayError } from '../../../engine/errors.ts'
import { readInventory, type InventoryOptions, type ReadInventory } from '../../../engine/read/inventory/read.ts'
import type { Raw } from '../../../engine/value.ts'
import { memoryFiles } from '../memory-files.ts'

/** The inventory that these files are; the first of them is its only source unless told otherwise. */
export const read = (
  texts: Record<string, string>,
  sources = Object.keys(texts).slice(0, 1),
  options: InventoryOptions = {},
): ReadInventory => readInventory(sources, memoryFiles(texts), { playbookFolder: '/play', ...options })

export const yaml = (text: string): ReadInventory => read({ '/inv/hosts.yml': text })
export const ini = (text: string): ReadInventory => read({ '/inv/hosts': text })

/** What a host sees of its inventory: later layers win. */
export const vars = (inventory: ReadInventory, host: string): Record<string, Raw> =>
  Object.fromEntries(
    (inventory.hosts.get(host)?.layers ?? [])
      .filter(({ name }) => name !== 'inventory')
      .flatMap((layer) => [...layer.vars].map(([name, { value }]) => [name, value])),
  )

export const names = (inventory: ReadInventory, group: string): readonly string[] | undefined =>
  inventory.groups.get(group)?.hosts

export function mistakes(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    const problems = error instanceof KplayErrors ? error.problems : [error as KplayError]
    return problems.map(({ code, message, place }) => `${code} ${place?.line ?? ''}:${place?.column ?? ''} ${message}`)
  }
  return []
}
