import { KplayError } from '../errors.ts'
import type { BlockDevice, MountEntry, Reader } from '../host/reader.ts'
import { normalPath, readFstab, sameOptions, splitOptions, type FstabEntry, type FstabFields } from './_fstab.ts'
import { compareOptions } from './_mount-options.ts'

export interface MountArgs {
  readonly path: string
  readonly src: string | undefined
  readonly fstype: string | undefined
  readonly opts: string
  readonly dump: string
  readonly passno: string
  readonly state: 'mounted' | 'present' | 'unmounted' | 'absent' | 'absent_from_fstab' | 'remounted' | 'ephemeral'
  readonly boot: boolean
  readonly fstab: string
  readonly by_uuid: boolean
  readonly backup: boolean
  readonly opts_no_log: boolean
}

/** Written instead of a UUID that only a later format will make: nothing but a dry run ever sees it. */
const NOT_YET = 'known-when-formatted'

export interface MountState {
  readonly [key: string]: string | number | boolean | null
  /** Our line, or lines, of fstab; what means the same as what is wanted is spelt as it is wanted. */
  readonly fstab: string | null
  /** What is mounted there, on top. */
  readonly mounted: string | null
  readonly 'wrong options': string
  readonly folder: string
  readonly 'remount with': string
  readonly expected: string
  /** Links resolved. */
  readonly place: string
  readonly fstype: string
  /** How many file systems are mounted there, one over the other. */
  readonly depth: number
  readonly below: string
  readonly source: string
  readonly device: 'none' | 'absent' | 'there'
  readonly 'device holds': string | null
  readonly uuid: string | null
  /** How the source is to be spelt in fstab, and how it is there when that means the same. */
  readonly src: string
  readonly 'src in fstab': string
  readonly text: string | null
  readonly file: string
  readonly filled: boolean
  readonly systemd: boolean
}

export const isSwap = ({ fstype }: { readonly fstype: string | undefined }): boolean => fstype === 'swap'
export const isBind = ({ opts }: { readonly opts: string }): boolean =>
  splitOptions(opts).some((option) => option === 'bind' || option === 'rbind')

export function wantedOpts({ opts, boot }: MountArgs): string {
  const words = splitOptions(opts)
  return boot || words.includes('noauto') ? words.join(',') || 'defaults' : [...words, 'noauto'].join(',')
}

/** The line as people read it. */
export const shownLine = ({ src, path, fstype, opts, dump, passno }: FstabFields): string =>
  [src, path, fstype, opts, dump, passno].join(' ')

export const wantedFields = (args: MountArgs, src: string): FstabFields => ({
  src,
  path: normalPath(args.path),
  fstype: args.fstype ?? 'auto',
  opts: wantedOpts(args),
  dump: args.dump,
  passno: args.passno,
})

/** Options may hold a secret. */
const HIDDEN = '********'
export const wantedLine = (args: MountArgs, src: string): string =>
  shownLine({ ...wantedFields(args, src), ...(args.opts_no_log && { opts: HIDDEN }) })

export async function probeMount(args: MountArgs, reader: Reader): Promise<MountState> {
  const path = normalPath(args.path)
  const [text, file, mounts, real, entry, manager] = await Promise.all([
    reader.readText(args.fstab),
    reader.realpath(args.fstab),
    reader.mounts(),
    isSwap(args) ? undefined : reader.realpath(path),
    isSwap(args) ? undefined : reader.stat(path),
    reader.serviceManager(),
  ])
  const place = real ?? path
  const there = mounts.filter((mount) => mount.path === place)
  const live = there.at(-1)
  const entries = matching(args, place, text ?? '')
  const devices = new Devices(reader, mounts)
  // What is bound is a folder: only mounts can tell where it lies.
  const ours = isBind(args) ? undefined : args.src
  await devices.look(ours, [live?.source, ...entries.map(({ src }) => src)])
  if (isBind(args) && args.src !== undefined) await devices.bind(args.src)
  const bound = isBind(args) && args.src?.startsWith('/') ? await reader.stat(args.src) : undefined
  const device = devices.of(args.src)
  const src = args.by_uuid ? uuidOf(device, args.src ?? '') : (args.src ?? '')
  const options = live && compareOptions(wantedOpts(args), live)
  const lines = entries.map((line) => asWanted(args, src, line, devices))
  const below = mounts.filter((mount) => mount.path.startsWith(`${place === '/' ? '' : place}/`))
  return {
    fstab:
      entries.length === 0 ? null : entries.map((line) => shownLine(asWanted(args, src, line, devices))).join('; '),
    mounted: live ? (isOurs(args, live, devices) ? (args.src ?? live.source) : live.source) : null,
    'wrong options': options?.wrong && args.opts_no_log ? HIDDEN : (options?.wrong ?? ''),
    folder: entry?.kind ?? 'absent',
    'remount with': options?.remount.join(',') ?? '',
    expected: options?.expected.join(',') ?? '',
    place,
    fstype: live?.fstype ?? args.fstype ?? '',
    depth: there.length,
    below: below.map((mount) => mount.path).join(', '),
    source: device?.path ?? args.src ?? '',
    device: isBind(args) ? (bound ? 'there' : 'absent') : isPath(args.src) ? (device ? 'there' : 'absent') : 'none',
    'device holds': device?.fstype ?? null,
    uuid: device?.uuid ?? null,
    src,
    'src in fstab': lines[0]?.src === src ? (entries[0]?.src ?? src) : src,
    text: text ?? null,
    file: file ?? args.fstab,
    filled: live === undefined && entry?.kind === 'dir' && ((await reader.children(path)) ?? []).length > 0,
    systemd: manager === 'systemd',
  }
}

/** Lines about this mount point; swap has none, so there it is the source that counts. */
export function matching(args: MountArgs, place: string, text: string): readonly FstabEntry[] {
  const path = normalPath(args.path)
  return readFstab(text).filter((entry) => {
    if (isSwap(args)) return entry.fstype === 'swap' && entry.src === args.src
    const other = normalPath(entry.path)
    return other === path || other === place
  })
}

/** What a line says, spelt as it is wanted wherever that means the same. */
export function asWanted(args: MountArgs, src: string, line: FstabFields, devices: Devices): FstabFields {
  const wanted = { ...wantedFields(args, src), ...(args.opts_no_log && { opts: HIDDEN }) }
  const sameOpts = sameOptions(line.opts, wantedOpts(args))
  const same = args.by_uuid ? line.src === src : devices.same(line.src, src)
  return {
    ...line,
    src: same ? src : line.src,
    path: wanted.path,
    opts: sameOpts ? wanted.opts : args.opts_no_log ? `other ${HIDDEN}` : line.opts,
  }
}

const uuidOf = (device: BlockDevice | undefined, src: string): string =>
  device?.uuid === undefined ? src : `UUID=${device.uuid === 'unknown' ? NOT_YET : device.uuid}`

/** Whether what is mounted is what was asked for. */
function isOurs(args: MountArgs, live: MountEntry, devices: Devices): boolean {
  if (args.src === undefined || devices.same(live.source, args.src)) return true
  if (isBind(args)) return devices.isBound(live)
  // Names of file systems without a device are made up: what counts is which kind it is.
  return !/[/:=]/.test(args.src) && live.fstype === args.fstype
}

/** Sources of mounts under all their names: paths, links, UUID=, LABEL=, image files. */
export class Devices {
  readonly #reader: Reader
  readonly #mounts: readonly MountEntry[]
  readonly #known = new Map<string, BlockDevice>()
  /** Loop device → its image. */
  readonly #images = new Map<string, string>()
  /** Of a bind mount: device and root of what is bound. */
  #bound: { readonly device: string; readonly root: string } | undefined

  constructor(reader: Reader, mounts: readonly MountEntry[]) {
    this.#reader = reader
    this.#mounts = mounts
  }

  async look(ours: string | undefined, others: readonly (string | undefined)[]): Promise<void> {
    const paths = [...new Set([ours, ...others].flatMap((src) => pathsOf(src)))]
    const found = await Promise.all(
      paths.map(async (path) => {
        const device = this.#reader.blockDevice(path)
        // What others mounted or wrote into fstab may be anything; a folder, say. Then it is not ours.
        return path === ours ? device : device.catch(absentWhenStrange)
      }),
    )
    for (const [at, device] of found.entries()) if (device) this.#known.set(paths[at] ?? '', device)
    const loops = [...this.#known.values()].flatMap(({ path }) => /^\/dev\/(loop\d+)$/.exec(path)?.[1] ?? [])
    const backing = await Promise.all(
      loops.map((name) => this.#reader.readText(`/sys/block/${name}/loop/backing_file`)),
    )
    for (const [at, name] of loops.entries()) this.#images.set(`/dev/${name}`, (backing[at] ?? '').trim())
  }

  async bind(path: string): Promise<void> {
    const real = await this.#reader.realpath(path)
    this.#bound = real === undefined ? undefined : rootOf(real, this.#mounts)
  }

  of(src: string | undefined): BlockDevice | undefined {
    if (src === undefined) return undefined
    const [, tag, value] = /^(UUID|LABEL)="?(.*?)"?$/.exec(src) ?? []
    if (tag === undefined) return this.#known.get(src) ?? [...this.#known.values()].find(({ path }) => path === src)
    const key = tag === 'UUID' ? 'uuid' : 'label'
    return [...this.#known.values()].find((device) => device[key]?.toLowerCase() === value?.toLowerCase())
  }

  same(one: string, other: string): boolean {
    if (one === other) return true
    const [first, second] = [this.of(one), this.of(other)]
    if (!first || !second) return false
    return first.path === second.path || this.#isImage(first, second) || this.#isImage(second, first)
  }

  isBound({ device, root }: MountEntry): boolean {
    return this.#bound?.device === device && this.#bound.root === root
  }

  #isImage(loop: BlockDevice, file: BlockDevice): boolean {
    return file.kind === 'file' && this.#images.get(loop.path) === file.path
  }
}

/** A path, not a Windows share such as //server/share. */
export const isPath = (src: string | undefined): src is string => /^\/(?!\/)/.test(src ?? '')

function absentWhenStrange(error: unknown): undefined {
  if (!(error instanceof KplayError) || error.code !== 'CANNOT_LOOK') throw error
}

function pathsOf(src: string | undefined): readonly string[] {
  if (isPath(src)) return [src]
  const [, tag = '', value = ''] = /^(UUID|LABEL)="?([\w.-]+)"?$/.exec(src ?? '') ?? []
  return tag === '' ? [] : [`/dev/disk/by-${tag.toLowerCase()}/${value}`]
}

/** Where in which file system a path lies, as mountinfo would show a bind mount of it. */
function rootOf(path: string, mounts: readonly MountEntry[]): { device: string; root: string } | undefined {
  const inside = (mount: MountEntry): boolean =>
    mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`)
  const longest = Math.max(...mounts.filter(inside).map((mount) => mount.path.length))
  const mount = mounts.findLast((one) => inside(one) && one.path.length === longest)
  if (!mount) return undefined
  const rest = mount.path === '/' ? path : path.slice(mount.path.length)
  return { device: mount.device, root: normalPath(`${mount.root}/${rest}`) }
}
