import { resolveMode } from '../host/mode.ts'
import type { Entry, Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { attributesNow, type AttributeArgs } from './_attributes.ts'
import { lookAbove, NOTHING_MISSING } from './_parents.ts'
import { basename, dirname, join, withoutSlash } from './_path.ts'

export const STATES = ['file', 'directory', 'link', 'hard', 'touch', 'absent'] as const
export type FileState = (typeof STATES)[number]

export interface FileArgs extends AttributeArgs {
  readonly path: string
  readonly state: FileState | undefined
  readonly src: string | undefined
  readonly recurse: boolean
  readonly follow: boolean
  readonly access_time: string | undefined
  readonly modification_time: string | undefined
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
  /** Folders above that are missing, one a line, topmost first. */
  readonly missing: string
  /** What is in the way of those folders. */
  readonly blocked: string | null
  /** Entries below that are not as wanted, one a line. */
  readonly below: string
  readonly accessed: string | null
  readonly modified: string | null
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
  const [found, led] = await Promise.all([reader.lstat(given), reader.stat(given)])
  const state = meantState(args, (args.follow ? (led ?? found) : found)?.kind ?? 'absent')
  // As in Ansible, a hard link meant for a folder goes into it under its source's name.
  const inside = state === 'hard' && led?.kind === 'dir' && args.src !== undefined
  const place = inside ? join(given, basename(args.src ?? '')) : given
  const [own, through] = inside ? await Promise.all([reader.lstat(place), reader.stat(place)]) : [found, led]

  const literal = state === 'link' || state === 'absent' || state === 'hard' || !args.follow
  const entry = literal ? own : (through ?? own)
  const aim = args.src === undefined ? own?.target : args.src
  const [source, above, children, below] = await Promise.all([
    aim === undefined || (state !== 'link' && state !== 'hard') ? undefined : reader.stat(join(dirname(place), aim)),
    state === 'absent' ? NOTHING_MISSING : lookAbove(place, reader),
    state === 'link' && own?.kind === 'dir' ? reader.children(place) : undefined,
    args.recurse && entry?.kind === 'dir' ? differingBelow(args, place, reader) : [],
  ])
  const attributed = state === 'link' && args.follow ? source : entry
  const [accessed, modified] = await Promise.all([
    isStamp(args.access_time) ? localTime(entry?.atime, reader) : null,
    isStamp(args.modification_time) ? localTime(entry?.mtime, reader) : null,
  ])
  return {
    place,
    kind: entry?.kind ?? 'absent',
    ...attributesNow(args, attributed),
    target: own?.target ?? null,
    same: sameFile(own, source),
    full: (children ?? []).length > 0,
    source: source?.kind ?? 'absent',
    ...above,
    below: shortened(below),
    accessed,
    modified,
    uid: attributed?.uid ?? null,
    gid: attributed?.gid ?? null,
    size: attributed?.size ?? null,
  }
}

export const isStamp = (time: string | undefined): time is string =>
  time !== undefined && time !== 'now' && time !== 'preserve'

/** Two predicted files have no inode yet: then the count of links tells a hard link from a stranger. */
const sameFile = (one: Entry | undefined, other: Entry | undefined): boolean =>
  one !== undefined && one.inode === other?.inode && one.device === other.device && (one.inode > 0 || one.links > 1)

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

/** A time as touch(1) takes it, by the host's own clock settings. */
async function localTime(seconds: number | undefined, reader: Reader): Promise<string | null> {
  if (seconds === undefined) return null
  return (await reader.ask(sh`date -d @${Math.floor(seconds)} +%Y%m%d%H%M.%S`)).stdout.trim()
}
