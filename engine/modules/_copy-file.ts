import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import type { Step } from '../host/step.ts'
import type { Local, State, Wanted } from '../module/define.ts'
import { attributeSteps, attributesWanted } from './_attributes.ts'
import type { SourceEntry } from './_copy-source.ts'
import { sendStep, type CopyArgs } from './_copy-steps.ts'
import { makeAbove } from './_parents.ts'
import { checkPlace, placeSteps, probePlaced, SHOWN_BYTES, type PlacedNow } from './_placed.ts'
import { refusal } from './_refuse.ts'
import { sumsOf, type Sums } from './_sums.ts'

export interface FileArgs extends CopyArgs {
  readonly src: string | undefined
  readonly content: string | undefined
  readonly checksum: string | undefined
}
/** One file's copy: what is there, and (never wanted) where the bytes come from. */
export type FileNow = PlacedNow &
  Sums & {
    readonly checksum: string | null
    readonly source: string | null
    readonly sourceChecksum: string | null
  }

export async function probeCopy(
  args: FileArgs,
  name: string,
  source: SourceEntry | undefined,
  reader: Reader,
  local: Local,
): Promise<FileNow> {
  const placed = await probePlaced(args, name, reader, { digest: args.content === undefined })
  const sha1 = async (path: string | undefined): Promise<string | null> =>
    path === undefined || args.checksum === undefined ? null : ((await reader.digest(path, 'sha1')) ?? null)
  const checksum = await sha1(placed.kind === 'file' ? placed.place : undefined)
  return {
    ...placed,
    ...(await sumsOf(bytesOf(placed, args.remote_src ? undefined : source), local)),
    // What a dry run would have sent is not there to be hashed: it counts as right.
    checksum: checksum === 'unknown' ? (args.checksum ?? null) : checksum,
    source: source ? JSON.stringify(source) : null,
    sourceChecksum: await sha1(args.remote_src ? source?.from : undefined),
  }
}

/** Where the bytes of the file on the host are known: shown ones, or those of a source that it equals. */
function bytesOf({ content, digest }: PlacedNow, source: SourceEntry | undefined): Parameters<typeof sumsOf>[0] {
  if (content !== null) return { text: content }
  return source && digest === source.sha256 ? { file: source.from } : undefined
}

const sourceIn = (now: FileNow): SourceEntry | undefined =>
  now.source === null ? undefined : (JSON.parse(now.source) as SourceEntry)

export async function wantCopy(args: FileArgs, now: FileNow, local: Local): Promise<Wanted> {
  if (!args.force && now.kind !== 'absent') return {}
  const source = sourceIn(now)
  if (!source && args.content === undefined) return { kind: 'file' }
  await checkSource(args, now, source, local)
  const mode = args.mode === 'preserve' ? source?.mode : args.mode
  const attributes = attributesWanted({ ...args, mode }, now.kind === 'file' ? now.mode : undefined)
  const text = args.content ?? (source && !args.remote_src ? await shownText(source, local) : undefined)
  // Text against text reads better than digest against digest.
  const bytes =
    text !== undefined && (now.content !== null || now.kind !== 'file') ? { content: text } : { digest: source?.sha256 }
  return { kind: 'file', ...bytes, ...attributes, checksum: args.checksum }
}

/** What has another digest must not even be sent. */
async function checkSource(
  { src, content, checksum, remote_src }: FileArgs,
  now: FileNow,
  source: SourceEntry | undefined,
  local: Local,
): Promise<void> {
  if (checksum === undefined) return
  const found = remote_src
    ? now.sourceChecksum
    : await local.digest(content === undefined ? { file: source?.from ?? '' } : { text: content }, 'sha1')
  if (found === checksum.toLowerCase() || found === 'unknown') return
  throw new KplayError('CHECKSUM', `the sha1 of ${src ?? 'content'} is ${found}, not ${checksum}`)
}

async function shownText({ from, size }: SourceEntry, local: Local): Promise<string | undefined> {
  if (size > SHOWN_BYTES) return undefined
  const text = await local.readText(from)
  return Buffer.byteLength(text) === size && !text.includes('\0') && !text.includes('\uFFFD') ? text : undefined
}

export function copySteps(args: FileArgs, now: FileNow, want: State): readonly Step[] {
  const source = sourceIn(now)
  if (!source && args.content === undefined)
    throw refusal(`${args.src} is not there`, 'remote_src: true looks on the host itself')
  const content = want['content'] as string | undefined
  const attributes = { mode: word(want['mode']), owner: args.owner, group: args.group }
  const same = content === undefined ? now.digest === want['digest'] : now.content === content
  const make = args.dest.endsWith('/')
  if (!source || !args.remote_src) {
    const bytes = content ?? { file: source?.from ?? '', size: source?.size ?? 0, sha256: source?.sha256 ?? '' }
    return placeSteps(now, { ...args, ...attributes, content: bytes, make, same })
  }
  checkPlace(now, make)
  if (same && now.kind === 'file') return attributeSteps(now.place, now, attributes)
  const old = now.kind === 'file' ? { mode: now.mode ?? '0644', uid: now.uid ?? 0, gid: now.gid ?? 0 } : undefined
  return [...makeAbove(now), sendStep(args, now.place, source, attributes, old)]
}

const word = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
