import type { Reader } from '../host/reader.ts'
import type { State, Wanted } from '../module/define.ts'
import { askedOf, isAbsent, updates, type Asked, type PackageArgs } from './_package-args.ts'

const OTHERS = ['dnf', 'yum', 'zypper', 'apk', 'pacman', 'opkg']

export const installed = (name: string): string => `package ${name}`
export const version = (name: string): string => `version ${name}`
export const candidate = (name: string): string => `candidate ${name}`

/** A version that fits what was asked for reads as that, so that the two can be compared. */
function shownVersion({ version: wanted }: Asked, found: string | undefined): string | null {
  if (found === undefined) return null
  return wanted !== undefined && fits(wanted, found) ? wanted : found
}
function fits(wanted: string, found: string): boolean {
  const pattern = wanted.split('*').map((part) => part.replace(/[.+]/g, String.raw`\$&`))
  return new RegExp(`^${pattern.join('.*')}$`).test(found)
}

export async function probePackages(args: PackageArgs, reader: Reader): Promise<State> {
  const asked = askedOf(args)
  const apt = await reader.tool('apt-get')
  // Where there is apt, nobody need know what a predicted package may bring.
  const other = apt === undefined ? await reader.tool(...OTHERS) : undefined
  const dpkg = apt ?? (await reader.tool('dpkg-query'))
  const manager = apt === undefined ? (other?.replace(/.*\//, '') ?? 'none') : 'apt'
  // A tool by the name of rpm proves nothing: busybox has one.
  const known = dpkg !== undefined || ['dnf', 'yum', 'zypper'].includes(manager)
  const found = known ? await Promise.all(asked.map(({ name }) => reader.package(name))) : []
  const open = asked.filter((_, at) => (args.state === 'latest' || !found[at]) && !isAbsent(args))
  const candidates = apt === undefined ? [] : await Promise.all(open.map(({ name }) => reader.candidate(name)))
  const state: Record<string, string | boolean | null> = {
    manager,
    'lists are old': apt !== undefined && updates(args) && (await areOld(args, reader)),
  }
  for (const [at, one] of asked.entries()) {
    state[installed(one.name)] = found[at] ? 'installed' : 'absent'
    state[version(one.name)] = shownVersion(one, found[at]?.version)
  }
  for (const [at, { name }] of open.entries()) state[candidate(name)] = candidates[at] ?? null
  return state
}

/** As Ansible does it: by the stamp that a timer of Debian’s leaves, else by the folder of the lists. */
async function areOld({ cache_valid_time }: PackageArgs, reader: Reader): Promise<boolean> {
  if (cache_valid_time === 0) return true
  const [stamp, lists, stat, uptime] = await Promise.all([
    reader.stat('/var/lib/apt/periodic/update-success-stamp'),
    reader.stat('/var/lib/apt/lists'),
    reader.readText('/proc/stat'),
    reader.readText('/proc/uptime'),
  ])
  const boot = Number(/^btime (\d+)$/m.exec(stat ?? '')?.[1] ?? NaN)
  const now = boot + Number.parseFloat(uptime ?? '')
  const fetched = Math.max(stamp?.mtime ?? 0, lists?.mtime ?? 0)
  return !(now - fetched < cache_valid_time)
}

export function wantedPackages(args: PackageArgs, now: State): Wanted {
  const want: Record<string, string> = {}
  for (const { name, version: asked } of askedOf(args)) {
    if (isAbsent(args)) {
      want[installed(name)] = 'absent'
      continue
    }
    if (args.only_upgrade && now[installed(name)] === 'absent') continue
    want[installed(name)] = 'installed'
    const newest = now[candidate(name)]
    if (asked !== undefined) want[version(name)] = asked
    // With lists that are fetched first, nobody knows yet which is the newest.
    else if (args.state === 'latest' && typeof newest === 'string' && !fetchesFirst(args, now))
      want[version(name)] = newest
  }
  return want
}

/** `latest` with old lists: only after they were fetched is it known whether there is something newer. */
export const fetchesFirst = (args: PackageArgs, now: State): boolean =>
  args.state === 'latest' && now['lists are old'] === true
