import { compare } from './equality.ts'
import type { List, Operand } from './operand.ts'

/** A sorted copy; items that compare equal keep their order, also in reverse. */
export function sorted(list: List, reverse = false, key: (item: Operand) => Operand = (item) => item): Operand[] {
  const keyed = list.map((item) => ({ item, key: key(item) }))
  const direction = reverse ? -1 : 1
  return keyed.sort((one, other) => direction * compare(one.key, other.key) || 0).map(({ item }) => item)
}
