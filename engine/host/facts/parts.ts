import { sh } from '../shell.ts'
import type { Facts } from '../facts.ts'
import { distributionFacts } from './distribution.ts'
import { hardwareFacts } from './hardware.ts'
import { localFacts } from './local.ts'
import { networkFacts } from './network.ts'
import { pythonFacts } from './python.ts'
import type { Asked } from './script.ts'
import type { Source } from './source.ts'
import { storageFacts } from './storage.ts'
import type { SUBSETS } from './subsets.ts'
import { managerFacts, systemFacts } from './system.ts'
import { virtualizationFacts } from './virtualization.ts'

/** Facts that come from the same files and answers of a host. */
export interface Part extends Asked {
  readonly subset: (typeof SUBSETS)[number]
  /** Which facts they are, at least: one that no part names can be of any. */
  readonly names: RegExp
  facts(source: Source, told: Told): Facts
}

export interface Told {
  readonly nonce: string
  readonly environment?: Readonly<Record<string, string>> | undefined
}

// What several parts need is read once.
const STATUS = sh`/proc/self/status`
const PROCESSORS = sh`/proc/cpuinfo`
const FIRMWARE = sh`/sys/devices/virtual/dmi/id/*`

const system: Part = {
  subset: 'min',
  names:
    /^(?:system|kernel(?:_version)?|machine(?:_id)?|architecture|userspace_\w+|nodename|hostname|fqdn|domain|(?:real_|effective_)?(?:user|group)_\w+|date_time|env|(?:proc_)?cmdline|lsb|ssh_host_key_\w+|uptime_seconds|loadavg)$/,
  files: [
    sh`/proc/sys/kernel/ostype /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /proc/sys/kernel/version \
/proc/uptime /proc/loadavg /proc/cmdline /etc/lsb-release /etc/hosts /etc/machine-id \
/var/lib/dbus/machine-id /etc/ssh/ssh_host_*_key.pub`,
    STATUS,
  ],
  sections: ['machine', 'date', 'environ', 'account', 'fqdn'],
  facts: (source, { environment }) => systemFacts(source, environment),
}

const managers: Part = {
  subset: 'min',
  names: /^(?:pkg_mgr|service_mgr|is_chroot|selinux(?:_python_present)?|apparmor|fips)$/,
  files: [
    sh`/proc/1/comm /proc/1/stat /proc/sys/crypto/fips_enabled /etc/selinux/config /sys/fs/selinux/enforce \
/sys/fs/selinux/policyvers /selinux/enforce /selinux/policyvers`,
  ],
  sections: ['there', 'chroot'],
  facts: managerFacts,
}

const distribution: Part = {
  subset: 'min',
  names: /^(?:distribution(?:_\w+)?|os_family)$/,
  files: [
    sh`/etc/os-release /usr/lib/os-release /etc/redhat-release /etc/centos-release /etc/oracle-release \
/etc/system-release /etc/debian_version /etc/alpine-release /etc/SuSE-release`,
  ],
  sections: [],
  facts: distributionFacts,
}

const python: Part = {
  subset: 'min',
  names: /^python(?:_version)?$/,
  files: [],
  sections: ['python'],
  facts: pythonFacts,
}

const local: Part = {
  subset: 'min',
  names: /^local$/,
  files: [],
  sections: ['local', 'programs'],
  facts: (source, { nonce }) => localFacts(source, nonce),
}

const hardware: Part = {
  subset: 'hardware',
  names:
    /^(?:processor(?:_\w+)?|mem(?:total|free)_mb|swap(?:total|free)_mb|memory_mb|(?:bios|board|chassis|product)_\w+|system_vendor|form_factor)$/,
  files: [sh`/proc/meminfo`, PROCESSORS, STATUS, FIRMWARE],
  sections: [],
  facts: hardwareFacts,
}

const storage: Part = {
  subset: 'hardware',
  names: /^(?:mounts|devices|device_links)$/,
  files: [
    sh`/proc/self/mountinfo /sys/block/*/size /sys/block/*/removable /sys/block/*/queue/rotational \
/sys/block/*/queue/scheduler /sys/block/*/queue/discard_granularity /sys/block/*/queue/logical_block_size \
/sys/block/*/device/model /sys/block/*/device/vendor /sys/block/*/device/serial /sys/block/*/*/partition \
/sys/block/*/*/size /sys/block/*/*/start`,
  ],
  sections: ['members', 'uuids', 'sizes'],
  facts: (source, { nonce }) => storageFacts(source, nonce),
}

const network: Part = {
  subset: 'network',
  names: /^(?:interfaces|all_ipv[46]_addresses|default_ipv[46]|dns)$/,
  files: [
    sh`/proc/net/route /proc/net/ipv6_route /etc/resolv.conf /sys/class/net/*/address /sys/class/net/*/mtu \
/sys/class/net/*/operstate /sys/class/net/*/type /sys/class/net/*/flags /sys/class/net/*/speed \
/sys/class/net/*/bridge/bridge_id /sys/class/net/*/bridge/stp_state /sys/class/net/*/bonding/slaves \
/sys/class/net/*/bonding/mode /sys/class/net/*/bonding/miimon /sys/class/net/*/bonding/lacp_rate`,
  ],
  sections: ['addresses', 'route', 'modules', 'members'],
  facts: networkFacts,
}

const virtualization: Part = {
  subset: 'virtual',
  names: /^virtualization_\w+$/,
  files: [
    sh`/proc/1/cgroup /proc/modules /proc/xen/capabilities \
/run/systemd/container`,
    PROCESSORS,
    FIRMWARE,
  ],
  sections: ['there', 'container'],
  facts: virtualizationFacts,
}

/** In the order in which their facts are put together. */
const PARTS: readonly Part[] = [
  system,
  managers,
  distribution,
  python,
  local,
  hardware,
  storage,
  network,
  virtualization,
]

/** What has to be asked so that these facts are known; undefined: any may be read. */
export function partsFor(read: ReadonlySet<string> | undefined): readonly Part[] {
  if (read === undefined) return PARTS
  const wanted = new Set<Part>()
  for (const name of read) {
    const part = PARTS.find(({ names }) => names.test(name))
    if (!part) return PARTS
    wanted.add(part)
  }
  return PARTS.filter((part) => wanted.has(part))
}
