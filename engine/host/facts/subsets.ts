import type { Facts } from '../facts.ts'

/** Facts by what they are about. `min` are those that nobody can do without. */
export const SUBSETS = ['min', 'hardware', 'network', 'virtual'] as const
export type FactParts = Readonly<Record<(typeof SUBSETS)[number], Facts>>

/** What Ansible's names of subsets mean here; any other is a part of `min`. */
const PARTS: Readonly<Record<string, (typeof SUBSETS)[number]>> = {
  hardware: 'hardware',
  devices: 'hardware',
  memory: 'hardware',
  mounts: 'hardware',
  processor: 'hardware',
  processor_cores: 'hardware',
  processor_count: 'hardware',
  network: 'network',
  interfaces: 'network',
  default_ipv4: 'network',
  default_ipv6: 'network',
  all_ipv4_addresses: 'network',
  all_ipv6_addresses: 'network',
  virtual: 'virtual',
  virtualization_type: 'virtual',
  virtualization_role: 'virtual',
}

/**
 * The facts that `gather_subset` asks for: all, less those after `!`; names without it choose instead. `min` is always
 * among them, unless `!min` or all is left out with it.
 */
export function chooseFacts(parts: FactParts, subsets: readonly string[] = ['all']): Facts {
  const chosen = new Set<string>()
  const without = subsets.filter((name) => name.startsWith('!')).map((name) => name.slice(1))
  const wanted = subsets.filter((name) => !name.startsWith('!'))
  if (wanted.includes('all') || (wanted.length === 0 && !without.includes('all')))
    SUBSETS.forEach((name) => chosen.add(name))
  if (!without.includes('min')) chosen.add('min')
  for (const name of wanted) if (name !== 'all') chosen.add(PARTS[name] ?? 'min')
  for (const name of without) {
    const part = PARTS[name]
    if (part !== undefined && !wanted.includes(name)) chosen.delete(part)
  }
  const facts = SUBSETS.filter((name) => chosen.has(name)).map((name) => parts[name])
  return Object.assign({}, ...facts, { gather_subset: subsets, module_setup: true }) as Facts
}
