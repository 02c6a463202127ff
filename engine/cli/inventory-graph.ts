import type { Place } from '../errors.ts'
import type { InventoryGroup } from '../read/inventory/finish.ts'
import type { Listing } from '../read/inventory/listing.ts'
import type { ReadInventory } from '../read/inventory/read.ts'
import type { Value } from '../value.ts'
import { text } from '../values/print.ts'

export interface GraphOptions {
  readonly vars: boolean
  /** How a place is written behind a name; absent: not at all. */
  readonly place?: ((place: Place) => string) | undefined
}

/** The groups below one, with their hosts, as a tree of lines. */
export function graphLines(
  group: InventoryGroup,
  inventory: ReadInventory,
  listing: Listing,
  options: GraphOptions,
  depth = 0,
): readonly string[] {
  const line = (written: string, level: number, place?: Place): string =>
    `${level > 0 ? `${'  |'.repeat(level)}--` : ''}${written}${place && options.place ? `  ${options.place(place)}` : ''}`
  const vars = (tree: ReadonlyMap<string, Value>, level: number): readonly string[] =>
    options.vars
      ? [...tree].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => line(`{${name} = ${text(value)}}`, level))
      : []
  const inner = depth + 1
  return [
    line(`@${group.name}:`, depth, group.place),
    ...group.children.flatMap((name) => {
      const child = inventory.groups.get(name)
      return child ? graphLines(child, inventory, listing, options, inner) : []
    }),
    ...(group.name === 'all' ? [] : group.ownHosts).flatMap((name) => [
      line(name, inner, inventory.hosts.get(name)?.place),
      ...vars(listing.host(name), inner + 1),
    ]),
    ...vars(listing.group(group), inner),
  ]
}
