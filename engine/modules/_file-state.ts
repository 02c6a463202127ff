import { resolveMode } from '../host/mode.ts'
import type { Entry, Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { attributesNow, type AttributeArgs } from './_attributes.ts'
import { early } from './_early.ts'
import { lookAbove, NOTHING_MISSING } from './_parents.ts'
import { basename, dirname, join, withoutSlash } from './_path.ts'
import { touchStamp } from './_times.ts'

export const STATES = ['file', 'directory', 'link', 'hard', 'touch', 'absent'] as const
export type FileState = (typeof STATES)[number]

export interface FileArgs extends AttributeArgs {
  readonly path: string
  readonly state: FileState | undefined
  readonly src: string | undefined
  readonly recurse: boolean
  readonly follow: boolean
  readonly access_time: string | undefined
  readonly access_time_format: string
  readonly modification_time: string | undefined
  readonly modification_time_format: string
}

/** What `file` sees. Only some of it is ever wanted; the rest is what `apply` must know to refuse. */
export type FileNow = {
  readonly place: string
  readonly kind: string
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
  readonly target: string | null
  /** It is the very file that `src` names. */
  readonly same: boolean
  /** A folder with something in it. */
  readonly full: boolean
  readonly source: string
  /** The file that a hard link is for, links followed: `ln` would make another name of a link. */
  readonly 'source path': string | null
  /** Folders above that are missing, one a line, topmost first. */
  readonly missing: string
  /** What is in the way of those folders. */
  readonly blocked: string | null
  /** Where something is mounted in a folder that shall go. */
  readonly mounted: string | null
  /** Entries below that are not as wanted, one a line. */
  readonly below: string
  readonly accessed: string | null
  readonly modified: string | null
  /** The times that are asked for, in seconds, by the host's own clock settings. */
  readonly 'access asked': number | null
  readonly 'modification asked': number | null
  readonly uid: number | null
  readonly gid: number | null
  readonly size: number | null
}

/** The state a task means: Ansible's default is what is there already. */
export function meantState({ state, recurse }: Pick<FileArgs, 'state' | 'recurse'>, kind: string): FileState {
  if (state) return state
  if (recurse || kind === 'dir') return 'directory'
  return kind === 'link' ? 'link' : 'file'
}

export async function probeFile(args: FileArgs, reader: Reader): Promise<FileNow> {
  const given = withoutSlash(args.path)
  const aimedFrom = (place: string, to: string): string => join(dirname(place), to)
  // Most likely all this is about the path as it is given.
  const asked = args.state === 'absent' ? NOTHING_MISSING : early(lookAbove(given, reader))
  if (args.src !== undefined && (args.state === 'link' || args.state === 'hard')) {
    void early(reader.stat(aimedFrom(given, args.src)))
    if (args.state === 'hard') void early(reader.realpath(aimedFrom(given, args.src)))
  }
  const [found, led] = await Promise.all([reader.lstat(given), reader.stat(given)])
  const state = meantState(args, (args.follow ? (led ?? found) : found)?.kind ?? 'absent')
  // As in Ansible, a hard link meant for a folder goes into it under its source's name.
  const inside = state === 'hard' && led?.kind === 'dir' && args.src !== undefined
  const place = inside ? join(given, basename(args.src ?? '')) : given
  const [own, through] = inside ? await Promise.all([reader.lstat(place), reader.stat(place)]) : [found, led]

  const literal = state === 'link' || state === 'absent' || state === 'hard' || !args.follow
  const entry = literal ? own : (through ?? own)
  const aim = args.src === undefined ? own?.target : args.src
  const aimed = aim === undefined || (state !== 'link' && state !== 'hard') ? undefined : aimedFrom(place, aim)
  const [source, sourcePath, above, children, mounted, below] = await Promise.all([
    aimed === undefined ? undefined : reader.stat(aimed),
    aimed === undefined || state !== 'hard' ? undefined : reader.realpath(aimed),
    inside ? lookAbove(place, reader) : asked,
    state === 'link' && own?.kind === 'dir' ? reader.children(place) : undefined,
    state === 'absent' && own?.kind === 'dir' ? mountedIn(place, reader) : undefined,
    args.recurse && entry?.kind === 'dir' ? differingBelow(args, place, reader) : [],
  ])
  const attributed = state === 'link' && args.follow ? source : entry
  const [access, modification] = await Promise.all([
    timeOf(args.access_time, args.access_time_format, entry?.atime, reader),
    timeOf(args.modification_time, args.modification_time_format, entry?.mtime, reader),
  ])
  return {
    place,
    kind: entry?.kind ?? 'absent',
    ...attributesNow(args, attributed),
    target: own?.target ?? null,
    same: sameFile(own, source),
    full: (children ?? []).length > 0,
    source: source?.kind ?? 'absent',
    'source path': sourcePath ?? null,
    ...above,
    mounted: mounted ?? null,
    below: shortened(below),
    accessed: access.now,
    modified: modification.now,
    'access asked': access.asked,
    'modification asked': modification.asked,
    uid: attributed?.uid ?? null,
    gid: attributed?.gid ?? null,
    size: attributed?.size ?? null,
  }
}

async function mountedIn(place: string, reader: Reader): Promise<string | undefined> {
  const [real = place, mounts] = await Promise.all([reader.realpath(place), reader.mounts()])
  return mounts.find(({ path }) => path === real || path.startsWith(`${real}/`))?.path
}

export const isStamp = (time: string | undefined): time is string =>
  time !== undefined && time !== 'now' && time !== 'preserve'

/** What a dry run knows nothing of has no inode. */
const sameFile = (one: Entry | undefined, other: Entry | undefined): boolean =>
  one !== undefined && one.inode === other?.inode && one.device === other.device && one.inode !== 0

/** One line for each entry below that has not what is wanted of it. Links are never followed and have no mode. */
async function differingBelow(args: AttributeArgs, place: string, reader: Reader): Promise<string[]> {
  const lines: string[] = []
  for (const [path, entry] of (await reader.tree(place)) ?? []) {
    const now = attributesNow(args, entry)
    const mode =
      entry.kind === 'link' || args.mode === undefined
        ? undefined
        : resolveMode(args.mode, entry.mode, entry.kind === 'dir')
    const differs = [
      mode !== undefined && mode !== now.mode && `mode ${now.mode}`,
      args.owner !== undefined && args.owner !== now.owner && `owner ${now.owner}`,
      args.group !== undefined && args.group !== now.group && `group ${now.group}`,
    ].filter((word) => word !== false)
    if (differs.length > 0) lines.push(`${path}: ${differs.join(', ')}`)
  }
  return lines
}

const SHOWN = 50
const shortened = (lines: readonly string[]): string =>
  [...lines.slice(0, SHOWN), ...(lines.length > SHOWN ? [`… and ${lines.length - SHOWN} more`] : [])].join('\n')

/** A time that there is and the one that is asked for, the former as touch(1) takes it: what an hour is, the host knows. */
async function timeOf(
  asked: string | undefined,
  format: string,
  seconds: number | undefined,
  reader: Reader,
): Promise<{ now: string | null; asked: number | null }> {
  const stamp = isStamp(asked) ? touchStamp(asked, format) : undefined
  if (stamp === undefined) return { now: null, asked: null }
  const [, day, hour, minute, second] = /^(.{8})(..)(..)\.(..)$/.exec(stamp) ?? []
  const date = (day ?? '').replace(/(....)(..)(..)/, '$1-$2-$3')
  const tell = (when: string, as: string): Promise<string> =>
    reader.ask(sh`date -d ${when} ${`+${as}`}`, { pure: true }).then(({ stdout }) => stdout.trim())
  const goal = Number(await tell(`${date} ${hour}:${minute}:${second}`, '%s'))
  if (seconds === undefined) return { now: null, asked: goal }
  const now = Math.floor(seconds) === goal ? stamp : await tell(`@${Math.floor(seconds)}`, '%Y%m%d%H%M.%S')
  return { now, asked: goal }
}
