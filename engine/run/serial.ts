import { KplayError } from '../errors.ts'
import type { Written } from '../model.ts'
import type { Value } from '../value.ts'
import { compare } from '../values/equality.ts'
import { evaluate, evaluateText, OMIT } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { isUnpredictable } from './converge.ts'

/** `serial`: numbers or percentages, one or a list of which the last repeats. Without it, all hosts at once. */
export function batches<T>(serial: Written | undefined, hosts: readonly T[], scope: Scope): T[][] {
  if (!serial) return [[...hosts]]
  const value = evaluate(serial.value, scope)
  if (value === OMIT) return [[...hosts]]
  const sizes = (Array.isArray(value) ? value : [value]).map((size) =>
    batchSize(String(size as number), hosts.length, serial),
  )
  const groups: T[][] = []
  for (let from = 0, index = 0; from < hosts.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] || hosts.length
    groups.push(hosts.slice(from, from + size))
    from += size
  }
  return groups
}

function batchSize(text: string, all: number, { place }: Written): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  if (percent !== undefined) return Math.max(1, Math.floor((Number(percent) * all) / 100))
  if (/^\d+$/.test(text)) return Number(text)
  throw new KplayError('BAD_YAML', `serial must be a number or a percentage, not ${text}`, { place })
}

/** Sorted by a key, no before yes and 2 before 10; equal ones stay in the order they have. */
export function inOrder<T>(hosts: readonly T[], keyOf: (host: T) => Value): T[] {
  const keys = new Map(hosts.map((host) => [host, keyOf(host)]))
  return hosts.toSorted((a, b) => {
    const [one, other] = [keys.get(a) ?? null, keys.get(b) ?? null]
    return one === null || other === null ? 0 : compare(one, other)
  })
}

/** What `order` of a block comes to for one host; in a dry run it may be known only after a real one. */
export function turnOf({ value }: Written, scope: Scope): Value {
  try {
    return evaluate(value, scope)
  } catch (error) {
    if (isUnpredictable(error)) return null
    throw error
  }
}

/** `order` of a play: how its hosts take turns, other than as the inventory has them. */
export function playOrder<T extends { readonly name: string }>(
  order: Written | undefined,
  hosts: readonly T[],
  scope: Scope,
): T[] {
  const word = order ? evaluateText(order.value, scope) : 'inventory'
  const byName = hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  switch (word) {
    case 'inventory':
      return [...hosts]
    case 'reverse_inventory':
      return hosts.toReversed()
    case 'sorted':
      return byName
    case 'reverse_sorted':
      return byName.toReversed()
    case 'shuffle': {
      const drawn = new Map(hosts.map((host) => [host, Math.random()]))
      return hosts.toSorted((a, b) => (drawn.get(a) ?? 0) - (drawn.get(b) ?? 0))
    }
    default:
      throw new KplayError('BAD_YAML', `order must be one of ${ORDERS.join(', ')}, not ${word}`, {
        place: order?.place,
      })
  }
}

const ORDERS = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle']
