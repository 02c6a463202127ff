import type {
  Account,
  ArchiveEntry,
  BlockDevice,
  CommandResult,
  GroupEntry,
  KernelValue,
  MountEntry,
  ServiceManager,
  Unit,
} from '../../engine/host/reader.ts'
import type { Plain } from '../../engine/value.ts'
import { FakeFiles, type CannedFile } from './fake-files.ts'

/** What a case says about its host; everything may be left out. */
export interface Canned {
  readonly user?: string
  readonly home?: string
  readonly files?: Readonly<Record<string, CannedFile>>
  /** Programs that are not there; every other one is /usr/bin/NAME. */
  readonly missing?: readonly string[]
  readonly sysctls?: Readonly<Record<string, string | Partial<KernelValue>>>
  readonly manager?: ServiceManager
  readonly units?: Readonly<Record<string, Partial<Unit>>>
  readonly accounts?: Readonly<Record<string, Partial<Account>>>
  readonly groups?: Readonly<Record<string, Partial<GroupEntry>>>
  /** Installed versions. */
  readonly packages?: Readonly<Record<string, string>>
  /** Versions apt would install. */
  readonly candidates?: Readonly<Record<string, string>>
  readonly mounts?: readonly (Partial<MountEntry> & Pick<MountEntry, 'path' | 'source' | 'fstype'>)[]
  readonly devices?: Readonly<Record<string, Partial<BlockDevice>>>
  readonly superblocks?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly extractions?: Readonly<Record<string, { readonly stamp: string; readonly damage?: readonly string[] }>>
  readonly processes?: Readonly<Record<number, { readonly command: string; readonly startTime?: number }>>
  readonly listening?: readonly { readonly address?: string; readonly port: number }[]
  readonly journals?: Readonly<Record<string, string>>
  /** What a question answers: keyed by its text, or by /a pattern/ of it. Text stands for stdout and code 0. */
  readonly answers?: Readonly<Record<string, string | Partial<CommandResult>>>
  /** What a step's command answers, in the same way; code 0 and no output where nothing fits. */
  readonly ran?: Readonly<Record<string, string | Partial<CommandResult>>>
  /** What `host:port` says; under `host:port text` what it answers to that text. It may be a ZooKeeper. */
  readonly dials?: Readonly<
    Record<string, string | { readonly error: string } | { readonly zookeeper: Readonly<Record<string, Plain>> }>
  >
  /** Paths at which looking fails, and why. */
  readonly closed?: Readonly<Record<string, string>>
}

/** All that a fake host remembers; steps change it through their effects. */
export interface Machine {
  readonly user: string
  readonly home: string
  readonly canned: Canned
  readonly files: FakeFiles
  readonly sysctls: Map<string, KernelValue>
  readonly manager: ServiceManager
  readonly units: Map<string, Unit>
  readonly accounts: Map<string, Account>
  readonly groups: Map<string, GroupEntry>
  readonly packages: Map<string, string>
  mounts: MountEntry[]
  readonly devices: Map<string, BlockDevice>
  readonly superblocks: Map<string, Map<string, string>>
  readonly extractions: Map<
    string,
    { stamp: string; entries: readonly ArchiveEntry[] | 'unknown'; damage: readonly string[] }
  >
}

export function machineFrom(canned: Canned, controller: (file: string) => Buffer | undefined): Machine {
  const user = canned.user ?? 'root'
  const home = canned.home ?? (user === 'root' ? '/root' : `/home/${user}`)
  const accounts = new Map([['root', account('root', { uid: 0, gid: 0, home: '/root', groups: [] })]])
  for (const [name, spec] of Object.entries({ [user]: {}, ...canned.accounts }))
    if (!accounts.has(name) || canned.accounts?.[name])
      accounts.set(name, account(name, { uid: 1000 + accounts.size, gid: 1000 + accounts.size, ...spec }))
  const groups = new Map<string, GroupEntry>()
  for (const { name, gid } of accounts.values())
    if (![...groups.values()].some((group) => group.gid === gid)) groups.set(name, { name, gid, members: [] })
  for (const [name, spec] of Object.entries(canned.groups ?? {}))
    groups.set(name, { name, gid: 2000 + groups.size, members: [], ...groups.get(name), ...spec })

  const homeOf = (name: string): string | undefined => (name === '' ? home : accounts.get(name)?.home)
  const files = new FakeFiles(homeOf, controller)
  for (const [path, file] of Object.entries(canned.files ?? {})) files.can(path, file)

  const manager = canned.manager ?? 'systemd'
  return {
    user,
    home,
    canned,
    files,
    manager,
    sysctls: map(canned.sysctls, (value) =>
      typeof value === 'string' ? { value, writable: true } : { value: '', writable: true, ...value },
    ),
    units: map(canned.units, (unit) => ({ ...stopped(manager), load: 'loaded', ...unit })),
    accounts,
    groups,
    packages: map(canned.packages, (version) => version),
    mounts: (canned.mounts ?? []).map((mount) => ({ options: ['rw', 'relatime'], device: '8:1', root: '/', ...mount })),
    devices: map(canned.devices, (device, path) => ({
      path,
      kind: 'block',
      size: 1 << 30,
      holders: [],
      mountpoints: [],
      ...device,
    })),
    superblocks: map(canned.superblocks, (values) => new Map(Object.entries(values))),
    extractions: map(canned.extractions, ({ stamp, damage = [] }) => ({ stamp, damage, entries: 'unknown' as const })),
  }
}

export const stopped = (manager: ServiceManager): Unit => ({
  manager,
  load: 'not-found',
  active: 'inactive',
  sub: 'dead',
  enabled: 'disabled',
  mainPid: 0,
  restarts: 0,
  needsReload: false,
  result: 'success',
  exitStatus: 0,
})

export const account = (name: string, spec: Partial<Account>): Account => ({
  name,
  uid: 1000,
  gid: 1000,
  comment: '',
  home: `/home/${name}`,
  shell: '/bin/sh',
  groups: [],
  ...spec,
})

function map<From, To>(
  record: Readonly<Record<string, From>> | undefined,
  to: (value: From, key: string) => To,
): Map<string, To> {
  return new Map(Object.entries(record ?? {}).map(([key, value]) => [key, to(value, key)]))
}
