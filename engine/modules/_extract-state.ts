import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { parseStamp, stampPathFor, writeStamp, type Stamp } from '../host/stamp.ts'
import type { Local } from '../module/define.ts'
import { toolOf } from './_download-state.ts'
import type { Tool } from './_fetch-script.ts'
import { atHome } from './_home.ts'
import { lookAbove } from './_parents.ts'
import { basename, join, withoutSlash } from './_path.ts'

export interface ExtractArgs {
  readonly src: string
  readonly dest: string
  readonly remote_src: boolean
  readonly strip: number
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly extra_opts: readonly string[]
  readonly creates: string | undefined
  readonly checksum: string | undefined
  readonly mode: string | undefined
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly verify: boolean
  readonly list_files: boolean
  readonly decrypt: boolean
}
export type Origin = 'controller' | 'host' | 'url'

export type ExtractNow = {
  /** Which archive the tree was made of, and how; null when no whole tree is known. */
  readonly extracted: string | null
  /** What is missing, of another kind or emptied, one a line. */
  readonly damage: string
  /** The same words for what the arguments ask for. */
  readonly asked: string
  readonly creates: string | null
  readonly origin: Origin
  /** The archive: its kind, or absent. On the controller: the file there, its size and digest. */
  readonly source: string
  readonly file: string | null
  /** Where the archive is on the host, when it is there. */
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** Of an archive on the host whose digest is remembered: what it is the digest of. */
  readonly archiveStamp: string | null
  /** What downloads on the host, for a URL. */
  readonly tool: Tool | null
  readonly destination: string
  readonly missing: string
  readonly blocked: string | null
  readonly stampPath: string
  /** Paths of the tree, one a line, when they are asked for. */
  readonly files: string | null
  /** The folder that all of the tree is in, relative to the destination; null when there is no such folder. */
  readonly folder: string | null
}

const isUrl = (src: string): boolean => /^(https?|file):\/\//i.test(src)
export const originOf = ({ src, remote_src }: Pick<ExtractArgs, 'src' | 'remote_src'>): Origin =>
  isUrl(src) ? 'url' : remote_src ? 'host' : 'controller'

/** The options that shape the tree; what is not asked for is left out. */
function shape({ strip, include, exclude, extra_opts, owner, group, mode }: ExtractArgs): string {
  const parts = { strip: strip === 0 ? undefined : strip, include, exclude, extra_opts, owner, group, mode }
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    .join('')
}

const words = (shape: string): readonly string[] => (shape === '' ? [] : [shape.replaceAll('/', ':')])

export async function probeExtract(args: ExtractArgs, reader: Reader, local: Local): Promise<ExtractNow> {
  const dest = withoutSlash(args.dest)
  const origin = originOf(args)
  const [source, tool, stampPath, creates, destination, above] = await Promise.all([
    sourceOf(args, origin, reader, local),
    origin === 'url' ? toolOf(reader) : null,
    // One stamp for each way to extract an archive of that name.
    stampPathFor(reader, [dest, ...words(shape(args)), basename(args.src)].join('/')),
    args.creates === undefined ? undefined : reader.stat(args.creates),
    reader.stat(dest),
    lookAbove(join(dest, 'x'), reader),
  ])
  const found = await reader.extraction(stampPath, dest)
  const { stamp, folder } = found ? understood(found.stamp) : NOTHING
  const asked = `${source.words}${shape(args)}`
  const whole = stamp && (await sameArchive(args, stamp, asked, source, reader))
  const changed = whole && args.verify ? await changedFiles(stampPath, dest, reader) : []
  return {
    extracted: stamp ? (whole ? asked : stamp.options) : null,
    damage: whole ? [...new Set([...(found?.damage ?? []), ...changed])].join('\n') : '',
    asked,
    creates: creates?.kind ?? 'absent',
    origin,
    source: source.kind,
    file: source.file,
    path: source.path,
    size: source.size,
    sha256: source.sha256,
    archiveStamp: source.archiveStamp,
    tool,
    destination: destination?.kind ?? 'absent',
    ...above,
    stampPath,
    files: args.list_files ? (stamp?.entries.map(({ path }) => path).join('\n') ?? '') : null,
    folder,
  }
}

interface Understood {
  readonly stamp: Stamp | undefined
  /** The one folder that all of it lies in. */
  readonly folder: string | null
}

const NOTHING: Understood = { stamp: undefined, folder: null }

/** Stamps that were read last: many hosts have the same ones. */
const known = new Map<string, Understood>()
const MOST = 16

function understood(text: string): Understood {
  const before = known.get(text)
  if (before) return before
  const stamp = parseStamp(text)
  const found = stamp ? { stamp, folder: topFolder(stamp) } : NOTHING
  const [oldest] = known.keys()
  if (known.size === MOST && oldest !== undefined) known.delete(oldest)
  known.set(text, found)
  return found
}

function topFolder({ entries }: Stamp): string | null {
  const [first = ''] = entries.map(({ path }) => path.replace(/\/.*$/s, ''))
  const all = entries.every(({ path, kind }) => (path === first && kind === 'dir') || path.startsWith(`${first}/`))
  return first !== '' && all ? first : null
}

interface SourceNow {
  readonly kind: string
  readonly path: string
  readonly file: string | null
  readonly size: number
  readonly sha256: string
  readonly archiveStamp: string | null
  /** Which archive this is, in words that cost no reading of it. */
  readonly words: string
}

async function sourceOf(
  { src, checksum, decrypt }: ExtractArgs,
  origin: Origin,
  reader: Reader,
  local: Local,
): Promise<SourceNow> {
  const unread = { file: null, path: '', size: 0, sha256: '', archiveStamp: null }
  if (origin === 'url') return { ...unread, kind: 'file', words: `url=${src} checksum=${checksum ?? 'none'}` }
  if (origin === 'controller') {
    const found = await local.find('files', src)
    const { file, size, sha256 } = await local.file(decrypt ? await local.decrypted(found) : found)
    return { ...unread, kind: 'file', file, size, sha256, words: `archive=${basename(src)} sha256=${sha256}` }
  }
  const path = await atHome(src, reader)
  const entry = await reader.stat(path)
  const { kind = 'absent', size = 0, mtime = 0, inode = 0 } = entry ?? {}
  // What only a dry run has there has no inode of the host's: its digest is known without reading it.
  const predicted = kind === 'file' && inode <= 0
  const known = predicted ? undefined : reader.knownDigest?.(path, 'sha256')
  const sha256 = predicted ? ((await reader.digest(path, 'sha256')) ?? '') : (known?.hex ?? '')
  const words = `archive=${path} size=${size} mtime=${mtime}`
  return { ...unread, path, sha256, archiveStamp: known?.stamp ?? null, kind, size, words }
}

/**
 * Whether the tree was made of this archive in this way. An archive on the host is known by size and time; when only
 * the time is another its digest decides, and when it is gone the tree speaks for itself.
 */
async function sameArchive(
  args: ExtractArgs,
  stamp: Stamp,
  asked: string,
  source: SourceNow,
  reader: Reader,
): Promise<boolean> {
  if (stamp.options === asked) return true
  if (originOf(args) !== 'host') return false
  const past = / size=(-?\d+) mtime=(-?[\d.]+)/.exec(stamp.options)
  const now = ` size=${source.size} mtime=${/ mtime=(-?[\d.]+)/.exec(asked)?.[1] ?? ''}`
  if (!past || stamp.options.replace(past[0], now) !== asked) return false
  if (source.kind === 'absent') return true
  return Number(past[1]) === source.size && stamp.archive === `sha256:${await reader.digest(source.path, 'sha256')}`
}

/** Files whose content is not what it was; asked only with `verify`. */
async function changedFiles(stampPath: string, dest: string, reader: Reader): Promise<readonly string[]> {
  const sums = `${stampPath}.sums`
  if (!(await reader.stat(sums))) return ['(no digests were kept)']
  const { stdout } = await reader.ask(
    sh`cd -- ${dest} && LC_ALL=C sha256sum -c -- ${sums} 2>/dev/null | sed -n 's/: FAILED.*$//p'`,
  )
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^\.\//, '')]))
}

/** The stamp's own spelling of its line of options. */
export const stampOptions = (options: string): string =>
  (writeStamp({ archive: '', options, entries: [] }).split('\n')[2] ?? '').slice('options '.length)
