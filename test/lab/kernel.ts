import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kernelFile } from './places.ts'

/**
 * What hosts share with the outer machine: these values belong to the kernel, so a host that sets `vm.swappiness` sets
 * it for everybody. They are noted at `up` and given back at `down`.
 */
const areas = ['vm', 'fs', 'kernel']

/** Values that change by themselves, or that do something when written. */
const volatile =
  /\/(compact_memory|drop_caches|stat_refresh|ns_last_pid|hostname|domainname|random|dentry-state|file-nr|inode-nr|inode-state|aio-nr|pty\/nr|sched_domain|keys|binfmt_misc|cap_last_cap|perf_event_|tainted|usermodehelper|seccomp|hung_task_detect_count)/

const top = '/proc/sys'

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function values(): Record<string, string> {
  const found: Record<string, string> = {}
  for (const area of areas) {
    for (const entry of readdirSync(join(top, area), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || volatile.test(path)) continue
      const value = read(path)
      if (value !== undefined) found[path] = value
    }
  }
  return found
}

/** Notes the outer machine's values, unless this lab is up and did so before. */
export function noteKernelValues(): void {
  if (!existsSync(kernelFile)) writeFileSync(kernelFile, JSON.stringify(values(), null, 1))
}

const instances = join(top, 'fs/inotify/max_user_instances')

/** A host's systemd and udev take about ten of these, and all hosts share the 128 that root has: too few for 15 hosts. */
export function raiseLimits(): void {
  if (Number(read(instances)) < 2048) writeFileSync(instances, '2048\n')
}

/** Gives back the values that hosts have changed since `up`. Only what differs is written. */
export function restoreKernelValues(): void {
  const text = read(kernelFile)
  if (text === undefined) return
  const before = JSON.parse(text) as Record<string, string>
  const now = values()
  for (const [path, value] of Object.entries(before)) {
    if (now[path] === undefined || now[path] === value) continue
    try {
      writeFileSync(path, `${value}\n`)
    } catch {
      // Read-only values, and the zero of a pair such as dirty_bytes and dirty_ratio, whose other half sets it.
    }
  }
}
