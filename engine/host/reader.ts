import type { Command } from './shell.ts'

export type Kind = 'file' | 'dir' | 'link' | 'fifo' | 'socket' | 'char' | 'block'

/** What lstat says. `unknown` occurs only in check mode: a path that only a predicted extraction could have made. */
export interface Entry {
  readonly kind: Kind | 'unknown'
  /** Four octal digits, such as 0644. */
  readonly mode: string
  readonly uid: number
  readonly gid: number
  /** Names, or the number as text when nobody bears it. */
  readonly owner: string
  readonly group: string
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly atime: number
  readonly ctime: number
  readonly inode: number
  readonly device: number
  readonly links: number
  /** Where a link points, as it is written; undefined for anything else. */
  readonly target?: string | undefined
}

/** Hex digits of each kind of digest. */
export const DIGEST_DIGITS = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const
export type Algorithm = keyof typeof DIGEST_DIGITS

/** The digest of a file, and the stamp it had: its device, inode, size and times. */
export interface KnownDigest {
  readonly stamp: string
  readonly hex: string
}

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** Supplementary groups by name, sorted. */
  readonly groups: readonly string[]
  /** The hash in shadow; undefined where we may not read it. */
  readonly password?: string | undefined
  /** Days since 1970 at which the account expires; undefined when never or unreadable. */
  readonly expires?: number | undefined
}

export interface GroupEntry {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export type ServiceManager = 'systemd' | 'sysv' | 'none'

export interface Unit {
  readonly manager: ServiceManager
  /** not-found also when the manager is `none`. */
  readonly load: 'loaded' | 'not-found' | 'masked' | 'error'
  /** systemd's ActiveState; of SysV: active, inactive, failed (dead but pid file exists) or unknown. */
  readonly active: string
  readonly sub: string
  /** systemd's UnitFileState (enabled, disabled, static, masked, generated …); of SysV enabled or disabled. */
  readonly enabled: string
  readonly mainPid: number
  /** How often systemd restarted it by itself. */
  readonly restarts: number
  /** The unit file is newer than what systemd has loaded. */
  readonly needsReload: boolean
  /** systemd's Result and ExecMainStatus, for messages. */
  readonly result: string
  readonly exitStatus: number
  /** systemd's Type of a service: one that is `oneshot` is done, not dead, when it is inactive. */
  readonly type?: string | undefined
}

/** One line of /proc/self/mountinfo. */
export interface MountEntry {
  readonly path: string
  readonly source: string
  readonly fstype: string
  /** Per-mount and super-block options together, in the kernel's order, each once. */
  readonly options: readonly string[]
  readonly device: string
  /** The subtree that is mounted: / unless a bind mount. */
  readonly root: string
}

export interface BlockDevice {
  /** Links resolved: /dev/disk/by-id/x → /dev/sdb. */
  readonly path: string
  readonly kind: 'block' | 'file'
  readonly size: number
  /** What blkid's low-level probe found; undefined: no signature at all. */
  readonly fstype?: string | undefined
  readonly partitionTable?: string | undefined
  readonly uuid?: string | undefined
  readonly label?: string | undefined
  /** Kernel users of the device: partitions, dm, md … */
  readonly holders: readonly string[]
  readonly mountpoints: readonly string[]
  readonly rotational?: boolean | undefined
}

export interface Package {
  readonly name: string
  readonly version: string
}

export interface KernelValue {
  /** White space folded to single spaces. */
  readonly value: string
  readonly writable: boolean
}

/** An archive entry, as `extract` writes it into its stamp. */
export interface ArchiveEntry {
  readonly path: string
  readonly kind: 'file' | 'dir' | 'link'
  readonly empty: boolean
  readonly target?: string | undefined
  readonly mode?: string | undefined
}

export interface Extraction {
  /** The stamp's own text (its header says which archive and options made the tree). */
  readonly stamp: string
  /** Entries that are missing, of another kind or emptied; a bounded list. */
  readonly damage: readonly string[]
}

export interface CommandResult {
  /** null: ended by a signal, or no exit status came. Never a success. */
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** Bytes left out of the middle of stdout and stderr; both are bounded on the controller. */
  readonly dropped?: { readonly stdout: number; readonly stderr: number } | undefined
  readonly timedOut?: boolean | undefined
  /** Milliseconds. */
  readonly elapsed?: number | undefined
}

export interface AskOptions {
  readonly chdir?: string | undefined
  readonly stdin?: string | Buffer | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Seconds. */
  readonly timeout?: number | undefined
  /** Runs beside other steps where one is under way. */
  readonly aside?: boolean | undefined
  /** The answer rests on nothing that a task could change, so a dry run may ask too. */
  readonly pure?: boolean | undefined
}

export interface DialOptions {
  /** What is sent once connected: text, or bytes as they are. */
  readonly send?: string | Buffer | undefined
  /** Seconds for all of it: connecting, sending, reading. */
  readonly timeout: number
  /** Read until the other side closes, the time is over, or a mebibyte has come. */
  readonly read?: boolean | undefined
  /** What is sent changes nothing there, as far as anybody can tell. */
  readonly harmless?: boolean | undefined
}

export interface Dialled {
  readonly connected: boolean
  /** What came back, as UTF-8 text and as it is. Where the host has only curl, bytes 255 may be missing. */
  readonly data: string
  readonly bytes: Buffer
  /** The time was over before the other side closed; some kinds of nc do not tell. */
  readonly late: boolean
  /** Why not, when not connected. */
  readonly error?: string | undefined
}

/**
 * A host as a probe sees it: there is no way to change anything from here. Questions asked in the same turn of the
 * event loop travel together. `undefined` always means absent; not being able to look is an error (CANNOT_LOOK).
 */
export interface Reader {
  /** The path itself, a link not followed. */
  lstat(path: string): Promise<Entry | undefined>
  /** Links followed. A dangling link is absent. */
  stat(path: string): Promise<Entry | undefined>
  /** The canonical path, links resolved; undefined where nothing is. */
  realpath(path: string): Promise<string | undefined>
  /** UTF-8 text of a regular file, links followed; refuses more than `limit` bytes (default 16 MiB). */
  readText(path: string, limit?: number): Promise<string | undefined>
  readBytes(path: string, limit?: number): Promise<Buffer | undefined>
  digest(path: string, algorithm: Algorithm): Promise<string | undefined>
  /** What is remembered of a big file's digest; asks nothing. It is that of a file which has the very stamp. */
  knownDigest?(path: string, algorithm: Algorithm): KnownDigest | undefined
  /** Names in a folder, sorted, without . and .. */
  children(path: string): Promise<readonly string[] | undefined>
  /** Every entry below a folder, paths relative to it, links not followed, sorted. At most `limit` (100,000). */
  tree(path: string, limit?: number): Promise<ReadonlyMap<string, Entry> | undefined>
  /** Paths a shell pattern matches, sorted. */
  glob(pattern: string): Promise<readonly string[]>
  /** The first of these programs that is in PATH, as a path. */
  tool(...names: string[]): Promise<string | undefined>

  sysctl(key: string): Promise<KernelValue | undefined>
  serviceManager(): Promise<ServiceManager>
  /** Whether systemd has read all unit files as they are now; of those it has not loaded none counts. */
  unitFilesRead(): Promise<boolean>
  unit(name: string): Promise<Unit>
  account(name: string): Promise<Account | undefined>
  group(name: string): Promise<GroupEntry | undefined>
  /** Installed version by dpkg (rpm later); undefined: not installed. */
  package(name: string): Promise<Package | undefined>
  /** The version apt would install; undefined: unknown to apt. */
  candidate(name: string): Promise<string | undefined>
  mounts(): Promise<readonly MountEntry[]>
  blockDevice(path: string): Promise<BlockDevice | undefined>
  /** `key: value` lines of tune2fs -l or dumpe2fs -h / xfs_info as key=value, also for a mounted device. */
  superblock(device: string): Promise<ReadonlyMap<string, string> | undefined>
  /** Compares a tree with the stamp `extract` left for it, in one script on the host. undefined: no stamp. */
  extraction(stampPath: string, destination: string): Promise<Extraction | undefined>
  /** Whether a process lives and what it is: pid from /proc. */
  process(pid: number): Promise<{ readonly command: string; readonly startTime: number } | undefined>
  /** Sockets that listen on the host (tcp and tcp6 of /proc/net): port and local address. */
  listening(): Promise<readonly { readonly address: string; readonly port: number; readonly inode: number }[]>
  /** Last lines of a text file or of a unit's journal. */
  tail(path: string, lines: number): Promise<string | undefined>
  journal(unit: string, lines: number): Promise<string | undefined>

  // What follows leaves the closed vocabulary about the machine's own state.
  /** The same for whoever asks ahead of time, and needs no answer yet. */
  readonly ahead?: Reader | undefined
  /** Opens a TCP connection from the host, sends text or bytes, reads what comes until the end or the timeout. */
  dial(address: string, port: number, options: DialOptions): Promise<Dialled>
  /** Runs a command of which the author promises that it changes nothing. */
  ask(command: Command, options?: AskOptions): Promise<CommandResult>
}
