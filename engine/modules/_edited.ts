import type { Reader } from '../host/reader.ts'
import type { Step } from '../host/step.ts'
import type { Wanted } from '../module/define.ts'
import { flag, path, text } from '../schema/field.ts'
import {
  ansibleFields,
  attributeFields,
  attributesNow,
  attributeSteps,
  attributesWanted,
  type AttributeArgs,
} from './_attributes.ts'
import { early } from './_early.ts'
import { checkAbove, lookAbove, makeAbove } from './_parents.ts'
import { named, refusal } from './_refuse.ts'

/** Arguments of the modules that change a part of a text file. */
export const editFields = {
  path: path({
    aliases: ['dest', 'destfile', 'name'],
    help: 'The file. Where it is a link, the file behind it is changed.',
  }),
  create: flag({ default: false, help: 'Make the file, and folders above it, when it is not there.' }),
  backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
  validate: text({
    optional: true,
    help: 'A command that judges the new text before it is put in place; %s is the file with it.',
  }),
  ...attributeFields,
  ...ansibleFields,
}

export interface EditArgs extends AttributeArgs {
  readonly path: string
  readonly create: boolean
  readonly backup: boolean
  readonly validate: string | undefined
}
export type EditNow = {
  /** The file behind links. */
  readonly place: string
  readonly kind: string
  readonly content: string | null
  /** UTF-8, or a byte a character for a file that is no UTF-8: what is not touched stays as it is. */
  readonly encoding: 'utf8' | 'latin1'
  readonly missing: string
  readonly blocked: string | null
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
}

export async function probeEdited(args: EditArgs, reader: Reader): Promise<EditNow> {
  const text = early(reader.readBytes(args.path))
  const [own, entry, place, above] = await Promise.all([
    reader.lstat(args.path),
    reader.stat(args.path),
    reader.realpath(args.path),
    lookAbove(args.path, reader),
  ])
  const bytes = entry?.kind === 'file' ? await text : undefined
  const utf8 = bytes?.toString('utf8')
  const encoding = bytes === undefined || Buffer.from(utf8 ?? '', 'utf8').equals(bytes) ? 'utf8' : 'latin1'
  return {
    place: place ?? args.path,
    kind: entry?.kind ?? (own ? 'link' : 'absent'),
    content: encoding === 'utf8' ? (utf8 ?? null) : (bytes?.toString('latin1') ?? null),
    encoding,
    ...above,
    ...attributesNow(args, entry),
  }
}

/** A text from the arguments, in the characters in which the file is edited. */
export const asWritten = (text: string, { encoding }: EditNow): string =>
  encoding === 'utf8' ? text : Buffer.from(text, 'utf8').toString('latin1')

/** What an edit wants. `gone`: it only takes away, so a missing file is right as it is. */
export function wantEdited(args: EditArgs, now: EditNow, content: string, gone: boolean): Wanted<EditNow> {
  if (now.kind === 'absent' && gone) return {}
  return { kind: 'file', content, ...attributesWanted(args, now.mode) }
}

export function editSteps(args: EditArgs, now: EditNow, want: Wanted<EditNow>): readonly Step[] {
  const { place, kind } = now
  const attributes = { mode: want.mode ?? undefined, owner: want.owner ?? undefined, group: want.group ?? undefined }
  if (kind === 'link') throw refusal(`${place} is a link to nothing`, 'make what it points to, or remove the link')
  if (kind !== 'file' && kind !== 'absent' && kind !== 'unknown')
    throw refusal(`${place} is ${named(kind)}, not a file`)
  if (kind === 'absent' && !args.create) throw refusal(`${place} is not there`, 'set create: true to make it')
  if (now.content === want.content) return attributeSteps(place, now, attributes)
  checkAbove(place, now, args.create)
  return [
    ...makeAbove(now),
    {
      kind: 'write',
      path: place,
      content: now.encoding === 'utf8' ? (want.content ?? '') : Buffer.from(want.content ?? '', 'latin1'),
      backup: args.backup && kind === 'file',
      validate: args.validate,
      ...attributes,
    },
  ]
}
