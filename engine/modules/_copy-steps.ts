import { sh } from '../host/shell.ts'
import type { Content, Step } from '../host/step.ts'
import type { AttributeArgs } from './_attributes.ts'
import type { SourceEntry } from './_copy-source.ts'
import { throughFreshFile, type Installing } from './_install.ts'

export interface CopyArgs extends AttributeArgs {
  readonly dest: string
  readonly remote_src: boolean
  readonly backup: boolean
  readonly force: boolean
  readonly follow: boolean
  readonly directory_mode: string | undefined
  readonly validate: string | undefined
}

/** Sends one file from the controller, or copies it on the host. `content`: its text, when that is known. */
export function sendStep(
  { remote_src, backup, validate }: CopyArgs,
  place: string,
  { from, size, sha256 }: SourceEntry,
  { mode, owner, group }: AttributeArgs,
  old: Installing['old'],
  content?: string,
): Step {
  const bytes: Content = content ?? { file: from, size, sha256 }
  if (!remote_src) return { kind: 'write', path: place, content: bytes, mode, owner, group, backup, validate }
  return {
    kind: 'run',
    label: `copy ${from} to ${place}`,
    command: throughFreshFile({ place, mode, owner, group, old, backup, validate }, sh`cat -- ${from} >"$new"`),
    effects: [{ effect: 'file', path: place, content: bytes, copied: from, mode, owner, group }],
  }
}
