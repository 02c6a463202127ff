import { KplayError } from '../errors.ts'
import type { Algorithm, Reader } from '../host/reader.ts'
import { attributesNow, type AttributeArgs } from './_attributes.ts'
import type { Tool } from './_fetch-script.ts'
import { lookAbove } from './_parents.ts'
import { basename, join, withoutSlash } from './_path.ts'
import { isUnpredictable } from './_placed.ts'

export type DownloadNow = {
  readonly place: string
  readonly kind: string
  /** algorithm:hex, when there is a digest to compare. */
  readonly digest: string | null
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
  readonly uid: number | null
  readonly gid: number | null
  readonly size: number | null
  readonly missing: string
  readonly blocked: string | null
  /** What downloads on the host; null: nothing does. */
  readonly tool: Tool | null
}

/** The file's name in a URL; empty when it has none. */
export const nameIn = (url: string): string => {
  const name = basename(url.replace(/[?#].*$/s, '').replace(/^\w+:\/\/[^/]*/, ''))
  try {
    return decodeURIComponent(name).replaceAll('/', '_')
  } catch {
    return name
  }
}

export async function probeDownload(
  args: AttributeArgs & { readonly dest: string; readonly url: string; readonly via: 'target' | 'controller' },
  algorithm: Algorithm | undefined,
  reader: Reader,
): Promise<DownloadNow> {
  const inside = join(args.dest, nameIn(args.url))
  const first = args.dest.endsWith('/') ? inside : withoutSlash(args.dest)
  const tool = args.via === 'target' && /^https?:/i.test(args.url) ? toolOf(reader) : null
  const found = await look(first, args, algorithm, reader)
  const placed = found.kind === 'dir' && !args.dest.endsWith('/') ? await look(inside, args, algorithm, reader) : found
  return { ...placed, tool: await tool }
}

async function look(
  place: string,
  args: AttributeArgs,
  algorithm: Algorithm | undefined,
  reader: Reader,
): Promise<Omit<DownloadNow, 'tool'>> {
  const [entry, above, hex] = await Promise.all([
    reader.stat(place),
    lookAbove(place, reader),
    algorithm && reader.digest(place, algorithm).catch((error: unknown) => ({ error })),
  ])
  if (entry?.kind === 'file' && typeof hex === 'object') throw hex.error
  // A dry run that has the file as predicted cannot know every digest of it.
  if (entry?.kind === 'file' && hex === 'unknown')
    throw new KplayError('UNPREDICTABLE', `the ${algorithm} of ${place} is not known yet`)
  return {
    place,
    kind: entry?.kind ?? 'absent',
    digest: entry?.kind === 'file' && typeof hex === 'string' ? `${algorithm}:${hex}` : null,
    ...attributesNow(args, entry),
    uid: entry?.uid ?? null,
    gid: entry?.gid ?? null,
    size: entry?.size ?? null,
    ...above,
  }
}

/** curl, or GNU wget, or busybox's: it takes other options and does not verify certificates. */
export async function toolOf(reader: Reader): Promise<Tool | null> {
  try {
    const [curl, wget] = await Promise.all([reader.tool('curl'), reader.tool('wget')])
    if (curl !== undefined) return 'curl'
    if (wget === undefined) return null
    return basename((await reader.realpath(wget)) ?? '').startsWith('busybox') ? 'busybox' : 'wget'
  } catch (error) {
    // A package that an earlier task would install may bring one.
    if (isUnpredictable(error)) return 'curl'
    throw error
  }
}
