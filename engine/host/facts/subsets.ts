import { KplayError } from '../../errors.ts'
import type { Facts } from '../facts.ts'

/** Facts by what they are about. `min` are those that nobody can do without. */
export const SUBSETS = ['min', 'hardware', 'network', 'virtual'] as const
export type FactParts = Readonly<Record<(typeof SUBSETS)[number], Facts>>

/** What Ansible's names of subsets mean here. */
const BEYOND: Readonly<Record<string, (typeof SUBSETS)[number]>> = {
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
  virtualization_tech_guest: 'virtual',
  virtualization_tech_host: 'virtual',
}

/** Parts of `min`, or what nobody finds here. */
const LEAST =
  `apparmor architecture caps chroot cmdline date_time distribution distribution_major_version distribution_release
distribution_version dns effective_group_ids effective_user_id env facter fibre_channel_wwn fips is_chroot iscsi
kernel kernel_version loadavg local lsb machine machine_id nvme ohai os_family pkg_mgr platform python
python_version real_user_id selinux service_mgr ssh_host_key_dsa_public ssh_host_key_ecdsa_public
ssh_host_key_ed25519_public ssh_host_key_rsa_public ssh_host_pub_keys ssh_pub_keys system system_capabilities
system_capabilities_enforced systemd user user_dir user_gecos user_gid user_id user_shell user_uid`.split(/\s+/)

const PARTS: ReadonlyMap<string, (typeof SUBSETS)[number]> = new Map([
  ...LEAST.map((name) => [name, 'min'] as const),
  ...Object.entries(BEYOND),
])

/**
 * The facts that `gather_subset` asks for: all, less those after `!`; names without it choose instead. `min` is always
 * among them, unless `!min` or all is left out with it. Throws BAD_ARGS for a subset that there is not; to leave one
 * out does no harm.
 */
export function chooseFacts(parts: FactParts, subsets: readonly string[] = ['all']): Facts {
  const chosen = new Set<string>()
  const without = subsets.filter((name) => name.startsWith('!')).map((name) => name.slice(1))
  const wanted = subsets.filter((name) => !name.startsWith('!'))
  if (wanted.includes('all') || (wanted.length === 0 && !without.includes('all')))
    SUBSETS.forEach((name) => chosen.add(name))
  if (!without.includes('min')) chosen.add('min')
  for (const name of wanted) if (name !== 'all') chosen.add(partNamed(name))
  for (const name of without) {
    const part = PARTS.get(name)
    if (part !== undefined && part !== 'min' && !wanted.includes(name)) chosen.delete(part)
  }
  const facts = SUBSETS.filter((name) => chosen.has(name)).map((name) => parts[name])
  return Object.assign({}, ...facts, { gather_subset: subsets, module_setup: true }) as Facts
}

function partNamed(name: string): (typeof SUBSETS)[number] {
  const part = name === 'min' ? name : PARTS.get(name)
  if (part !== undefined) return part
  const allowed = ['all', 'min', ...[...PARTS.keys()].sort()].join(', ')
  throw new KplayError('BAD_ARGS', `Bad subset '${name}' given to Ansible. gather_subset options allowed: ${allowed}`)
}
