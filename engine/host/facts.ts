import type { Plain } from '../value.ts'

/** Facts by Ansible's names without the `ansible_` prefix: os_family, distribution, memtotal_mb, default_ipv4 … */
export type Facts = Readonly<Record<string, Plain>>
