import { initOf } from './boot.ts'
import { host } from './host.ts'
import { readTree } from './tree.ts'
import type { Tree } from './tree.ts'

/** What a run may change on a host, to be compared with another time or another host. */
export interface Snapshot {
  readonly files: Tree
  /** Unit or init script → such as `enabled active`. */
  readonly units: Map<string, string>
  /** Kernel setting → value. */
  readonly sysctls: Map<string, string>
}

export interface SnapshotOptions {
  /** More paths that do not count, with all below them. */
  readonly ignore?: readonly string[]
}

/** What changes by itself, and the login's own traces. */
const ignored = [
  ...['/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp', '/var/log', '/var/cache', '/etc/.pwd.lock'],
  ...['/var/lib/systemd', '/var/lib/lastlog', '/var/lib/wtmpdb', '/var/lib/sudo', '/var/lib/urandom', '/var/spool'],
]

/** What changes by itself, or with the labs that this machine has. */
const restless =
  /^(user\.max_inotify_instances|fs\.(inotify\.max_user_instances|dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota)|kernel\.(random|ns_last_pid|pty\.nr|tainted|perf_event_max_sample_rate|sched_domain|keys)|net\..*(nf_conntrack_count|route\.flush)|vm\.(stat_refresh|drop_caches))/

/**
 * Reads a running host's files (with the disks it has mounted), units and kernel values.
 * @throws Error when the host is off
 */
export async function snapshot(name: string, { ignore = [] }: SnapshotOptions = {}): Promise<Snapshot> {
  const init = initOf(name)
  if (!init) throw new Error(`${name} is off`)
  const skip = new Set([...ignored, ...ignore])
  const [files, units, sysctls] = await Promise.all([
    readTree(`/proc/${init.pid}/root`, (path) => skip.has(path)),
    readUnits(name),
    readSysctls(name),
  ])
  return { files, units, sysctls }
}

const unitScript = `if [ -d /run/systemd/system ]; then
  systemctl list-unit-files --type=service,mount,timer,socket --no-legend --plain | awk '{ print $1, $2 }'
  systemctl list-units --all --type=service,mount,timer,socket --no-legend --plain | awk '{ print $1, $2 "/" $3 }'
else
  for script in /etc/init.d/*; do
    [ -x "$script" ] || continue
    links=$(cd /etc && ls -d rc[2-5].d/S[0-9][0-9]"\${script##*/}" 2>/dev/null | cut -c3 | tr -d '\\n')
    printf '%s runlevels:%s\\n' "\${script##*/}" "$links"
  done
fi`

async function readUnits(name: string): Promise<Map<string, string>> {
  const units = new Map<string, string>()
  for (const line of (await host(name).exec(unitScript)).stdout.split('\n')) {
    const [unit, state] = line.split(' ')
    // Instances made by a login, a device or a mount of the moment.
    if (!unit || !state || /^(user@|user-runtime-dir@|session-|run-|ssh@|sshd@|modprobe@)/.test(unit)) continue
    units.set(unit, [units.get(unit), state].filter(Boolean).join(' '))
  }
  return units
}

async function readSysctls(name: string): Promise<Map<string, string>> {
  const lines = (await host(name).exec('sysctl -a 2>/dev/null')).stdout.split('\n')
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, key, value] = /^(\S+) = ?(.*)$/.exec(line) ?? []
      return key === undefined || value === undefined || restless.test(key) ? [] : [[key, value.split(/\s+/).join(' ')]]
    }),
  )
}

/** @returns one line for each difference, such as `file /etc/motd: mode 0644 -> 0600`; none when they are alike */
export function compareSnapshots(before: Snapshot, after: Snapshot): string[] {
  const describe = (tree: Tree): Map<string, string> =>
    new Map([...tree].map(([path, entry]) => [path, Object.entries(entry).flat().join(' ')]))
  return [
    ...compareMaps('file', describe(before.files), describe(after.files)),
    ...compareMaps('unit', before.units, after.units),
    ...compareMaps('sysctl', before.sysctls, after.sysctls),
  ]
}

function compareMaps(what: string, before: Map<string, string>, after: Map<string, string>): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  return keys
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => `${what} ${key}: ${before.get(key) ?? 'absent'} -> ${after.get(key) ?? 'absent'}`)
}
