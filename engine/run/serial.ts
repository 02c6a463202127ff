import { KplayError } from '../errors.ts'
import type { Written } from '../model.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'

/** `serial`: numbers or percentages, one or a list of which the last repeats. Without it, all hosts at once. */
export function batches<T>(serial: Written | undefined, hosts: readonly T[], scope: Scope): T[][] {
  if (!serial) return [[...hosts]]
  const value = evaluate(serial.value, scope)
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
