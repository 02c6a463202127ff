import type { MountEntry } from '../host/reader.ts'
import { splitOptions } from './_fstab.ts'

/** Options for those who read fstab, and for mount(8) itself; the rest is for the kernel. */
const FOR_READERS = /^(defaults|auto|noauto|nofail|_netdev|users?|nousers?|owner|group|x-.*|X-.*|comment=.*|pri=.*|sw)$/
const FOR_MOUNT = /^(loop(=.*)?|offset=.*|sizelimit=.*|u?helper=.*)$/

/** What a user may do who is allowed to mount it. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  user: ['noexec', 'nosuid', 'nodev'],
  users: ['noexec', 'nosuid', 'nodev'],
  owner: ['nosuid', 'nodev'],
  group: ['nosuid', 'nodev'],
}
const spelledOut = (opts: string): readonly string[] =>
  splitOptions(opts).flatMap((option) => [...(IMPLIED[option] ?? []), option])

/** What `mount -o` gets. */
export const mountOptions = (opts: string): readonly string[] =>
  spelledOut(opts).filter((option) => !FOR_READERS.test(option))

/** Flags that every mount has, one way or the other; the second word is the way it is without being told. */
const FLAGS: readonly (readonly [string, string])[] = [
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['noexec', 'exec'],
  ['sync', 'async'],
  ['dirsync', 'nodirsync'],
  ['nodiratime', 'diratime'],
]
const ATIME = ['noatime', 'relatime', 'strictatime']
const FLAG_WORDS = new Set([
  ...FLAGS.flat(),
  ...ATIME,
  'rw',
  'ro',
  'atime',
  'norelatime',
  'nostrictatime',
  'bind',
  'rbind',
])

/** Options that the kernel shows whenever they are in force, by file system: only of these is absence a fact. */
const SHOWN: Readonly<Record<string, RegExp>> = {
  ext: /^(discard|nobarrier|barrier=0|data=(journal|writeback)|commit=(?!5$|0$)\d+|nodelalloc|stripe=\d+|lazytime)$/,
  xfs: /^(logbufs=.*|logbsize=.*|allocsize=.*|discard|inode32|inode64|wsync|norecovery|nouuid|largeio|swalloc|noalign|filestreams|lazytime)$/,
  tmpfs: /^(size=\d+[kmgt]?|nr_inodes=\d+[kmgt]?|mode=(?!0?1777$)\d+|[ug]id=(?!0$)\d+)$/i,
}
const SAME: Readonly<Record<string, string>> = { 'barrier=0': 'nobarrier' }
/** These negotiate their own with a server. */
const REMOTE = /^(nfs|cifs|smb|ceph|9p|fuse|gluster|lustre|afs)/

const family = (fstype: string): string => (/^ext[234]$/.test(fstype) ? 'ext' : fstype)

export interface Options {
  /** What is in force instead of what was asked for, for people; empty when all is well. */
  readonly wrong: string
  /** For `mount -o remount`: the flags in full, and of the file system's own options those that differ. */
  readonly remount: readonly string[]
  /** What the kernel will show when it takes them. */
  readonly expected: readonly string[]
}

type Live = Pick<MountEntry, 'options' | 'fstype'>

/** Compares what was asked for with what the kernel shows. What it would not show is no business of ours. */
export function compareOptions(opts: string, live: Live): Options {
  const asked = spelledOut(opts)
  const bind = asked.includes('bind') || asked.includes('rbind')
  const pairs = [...flagPairs(asked, live, bind), ...ownPairs(asked, live)]
  const differing = pairs.filter(({ now, want }) => now !== want)
  const flags = pairs.filter(({ want }) => FLAG_WORDS.has(want)).map(({ want }) => want)
  const own = differing.filter(({ want }) => !FLAG_WORDS.has(want)).map(({ want }) => want)
  const replaced = new Set(differing.map(({ now }) => now))
  return {
    wrong: differing.map(({ now, want }) => `${now} (not ${want})`).join(', '),
    remount: [...(bind ? ['bind'] : []), ...flags, ...own],
    expected: [...new Set([...live.options.filter((option) => !replaced.has(option)), ...flags, ...own])],
  }
}

/** What the kernel will show of a mount that is still to be made. */
export const expectedOptions = (opts: string, fstype: string): readonly string[] =>
  compareOptions(opts, { options: mountOptions(opts).filter((option) => !FOR_MOUNT.test(option)), fstype }).expected

interface Pair {
  readonly now: string
  readonly want: string
}

function flagPairs(asked: readonly string[], { options, fstype }: Live, bind: boolean): Pair[] {
  const last = (words: readonly string[]): string | undefined => asked.findLast((option) => words.includes(option))
  const pairs: Pair[] = []
  const access = last(['ro', 'rw'])
  const now = options.includes('ro') ? 'ro' : 'rw'
  const readOnly = /^(iso9660|squashfs|erofs|cramfs|romfs)$/.test(fstype)
  pairs.push({ now, want: access ?? (bind || readOnly ? now : 'rw') })

  const time = last([...ATIME, 'atime', 'norelatime', 'nostrictatime'])
  const timeNow = ATIME.find((word) => options.includes(word)) ?? 'strictatime'
  const wish = time === undefined ? (bind ? timeNow : 'relatime') : ATIME.includes(time) ? time : 'relatime'
  // A read-only file system, and some that are no real ones, keep no access times at all.
  if (time !== undefined || !readOnly) pairs.push({ now: timeNow, want: wish })

  for (const [on, off] of FLAGS) {
    const isOn = options.includes(on)
    const word = last([on, off])
    if (word !== undefined || (isOn && !bind)) pairs.push({ now: isOn ? on : off, want: word ?? off })
  }
  return pairs
}

function ownPairs(asked: readonly string[], { options, fstype }: Live): Pair[] {
  if (REMOTE.test(fstype)) return []
  const shown = SHOWN[family(fstype)]
  return asked.flatMap((option) => {
    if (FLAG_WORDS.has(option) || FOR_READERS.test(option) || FOR_MOUNT.test(option)) return []
    const [key = '', value] = option.split('=', 2)
    const same = options.includes(option) || options.includes(SAME[option] ?? option)
    if (same) return [{ now: option, want: option }]
    const found = value === undefined ? undefined : options.find((other) => other.startsWith(`${key}=`))
    if (found !== undefined) return [{ now: equalValues(option, found) ? option : found, want: option }]
    return shown?.test(option) ? [{ now: `no ${key}`, want: option }] : []
  })
}

/** `256k` is 262144, and the mode 0755 is 755. Shares of memory (50%) the kernel turns into sizes: nobody can compare them. */
function equalValues(wanted: string, found: string): boolean {
  const [key, value = ''] = wanted.split('=', 2)
  const other = found.split('=', 2)[1] ?? ''
  if (value.endsWith('%')) return true
  if (key === 'mode') return parseInt(value, 8) === parseInt(other, 8)
  const [one, two] = [bytes(value), bytes(other)]
  return one !== undefined && one === two
}

function bytes(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([kmgt]?)$/i.exec(value) ?? []
  const power = unit === '' ? 0 : 'kmgt'.indexOf(unit.toLowerCase()) + 1
  return digits === undefined ? undefined : Number(digits) * 1024 ** power
}
