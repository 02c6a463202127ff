import { KplayError } from '../errors.ts'
import type { Entry, Reader } from '../host/reader.ts'
import type { Content, Step } from '../host/step.ts'
import { attributesNow, attributeSteps, type AttributeArgs } from './_attributes.ts'
import { checkAbove, lookAbove, makeAbove } from './_parents.ts'
import { join, withoutSlash } from './_path.ts'
import { named, refusal } from './_refuse.ts'

/** Up to this size a file is also read, so that a change can be shown, where its digest would do. */
export const SHOWN_BYTES = 128 * 1024

/** A file that a module puts in place whole. */
export type PlacedNow = {
  /** Where it goes: below `dest` when that is a folder, behind a link when it is followed. */
  readonly place: string
  readonly kind: string
  /** Its text; null when it is not there, or known by its digest. */
  readonly content: string | null
  /** sha256 in hex, asked for only when it is needed. */
  readonly digest: string | null
  readonly missing: string
  readonly blocked: string | null
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
  readonly uid: number | null
  readonly gid: number | null
  readonly size: number | null
}

export interface PlacedArgs extends AttributeArgs {
  readonly dest: string
  readonly follow: boolean
}

export const isUnpredictable = (error: unknown): boolean =>
  error instanceof KplayError && error.code === 'UNPREDICTABLE'

/**
 * Looks at `dest`, or at `name` in it when it is a folder or meant as one. With `digest` a large or binary file is known
 * by that alone, without it the text is read whole, as `decode` reads it.
 */
export async function probePlaced(
  args: PlacedArgs,
  name: string,
  reader: Reader,
  { digest = false, decode = utf8 }: { readonly digest?: boolean; readonly decode?: Decode } = {},
): Promise<PlacedNow> {
  if (args.dest.endsWith('/') && name !== '') return look(join(args.dest, name), args, reader, digest, decode)
  const place = withoutSlash(args.dest)
  const found = await look(place, args, reader, digest, decode)
  const through = found.kind === 'link' ? (await reader.stat(place))?.kind : found.kind
  return through === 'dir' && name !== '' ? look(join(place, name), args, reader, digest, decode) : found
}

type Decode = (bytes: Buffer) => string
const utf8: Decode = (bytes) => bytes.toString('utf8')

async function look(
  place: string,
  args: PlacedArgs,
  reader: Reader,
  wantDigest: boolean,
  decode: Decode,
): Promise<PlacedNow> {
  const [own, real, above, bytes, digest] = await Promise.all([
    args.follow ? reader.stat(place) : reader.lstat(place),
    args.follow ? reader.realpath(place) : place,
    lookAbove(place, reader),
    settled(reader.readBytes(place, wantDigest ? SHOWN_BYTES : undefined)),
    wantDigest ? settled(reader.digest(place, 'sha256')) : undefined,
  ])
  const isFile = own?.kind === 'file'
  return {
    place: real ?? place,
    kind: own?.kind ?? 'absent',
    content: isFile ? textOf(bytes, own, wantDigest, decode) : null,
    digest: isFile && digest ? answer(digest) : null,
    ...above,
    ...attributesNow(args, own),
    uid: own?.uid ?? null,
    gid: own?.gid ?? null,
    size: own?.size ?? null,
  }
}

type Settled<T> = { readonly value: T | undefined } | { readonly error: unknown }
/** An answer that may be an error: whether it matters is known only when the other answers are there. */
const settled = <T>(asked: Promise<T | undefined>): Promise<Settled<T>> =>
  asked.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )

function answer<T>(found: Settled<T>): T | null {
  if ('error' in found) throw found.error
  return found.value ?? null
}

function textOf(found: Settled<Buffer>, entry: Entry, digestKnown: boolean, decode: Decode): string | null {
  // What only a dry run has there differs from anything wanted, unless its text is known.
  if ('error' in found && isUnpredictable(found.error)) return null
  if (digestKnown && entry.size > SHOWN_BYTES) return null
  const bytes = answer(found)
  return bytes && (digestKnown ? asText(bytes) : decode(bytes))
}

/** UTF-8 without NUL bytes, else null. */
export function asText(bytes: Buffer): string | null {
  const text = bytes.toString('utf8')
  return !text.includes('\0') && Buffer.from(text, 'utf8').equals(bytes) ? text : null
}

/** Throws REFUSED where no file can be put. `make`: folders above may be made. */
export function checkPlace({ place, kind, ...above }: PlacedNow, make: boolean): void {
  if (kind === 'dir') throw refusal(`${place} is a folder, not a file`, 'move it away, or name another path')
  if (kind !== 'file' && kind !== 'absent' && kind !== 'link' && kind !== 'unknown')
    throw refusal(`${place} is ${named(kind)}, not a file`)
  checkAbove(place, above, make)
}

interface Placing extends AttributeArgs {
  readonly content: Content
  readonly backup: boolean
  readonly validate: string | undefined
  /** Folders above may be made. */
  readonly make: boolean
  /** The content is right already. */
  readonly same: boolean
}

/** The steps that put content in place, or only set what differs besides. */
export function placeSteps(
  now: PlacedNow,
  { content, backup, validate, make, same, ...wanted }: Placing,
): readonly Step[] {
  checkPlace(now, make)
  const { mode, owner, group } = wanted
  if (same && now.kind === 'file') return attributeSteps(now.place, now, { mode, owner, group })
  return [
    ...makeAbove(now),
    { kind: 'write', path: now.place, content, mode, owner, group, backup: backup && now.kind === 'file', validate },
  ]
}
