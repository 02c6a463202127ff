import { setAttributes, type Attributes } from '../host/actions.ts'
import { resolveMode } from '../host/mode.ts'
import type { Entry } from '../host/reader.ts'
import type { Step } from '../host/step.ts'
import { any, flag, mode, text } from '../schema/field.ts'

const NAME = /^[^\0\n:]+$/

/** Who may do what with a file: the arguments that all file modules share. */
export const attributeFields = {
  mode: mode({
    optional: true,
    help: "Permissions: octal ('0644') or symbolic (u=rw,go=r), the latter worked out from what the path has now.",
  }),
  owner: text({ optional: true, pattern: NAME, help: 'Owner, by name or number.' }),
  group: text({ optional: true, pattern: NAME, help: 'Group, by name or number.' }),
}

/** Arguments of Ansible's file modules that mean nothing here; they are taken so that its tasks run as they are. */
export const ansibleFields = {
  unsafe_writes: flag({ default: false, help: 'Taken from Ansible; every write here is whole or not at all.' }),
  seuser: text({ optional: true, help: 'Taken from Ansible; SELinux labels are left as they are, with a warning.' }),
  serole: text({ optional: true, help: 'Taken from Ansible, as seuser.' }),
  setype: text({ optional: true, help: 'Taken from Ansible, as seuser.' }),
  selevel: text({ optional: true, help: 'Taken from Ansible, as seuser.' }),
  attributes: any({
    optional: true,
    aliases: ['attr'],
    help: 'Taken from Ansible; chattr flags are left, with a warning.',
  }),
}
type AnsibleArgs = Partial<Readonly<Record<keyof typeof ansibleFields, unknown>>>

/** Says which of those arguments a task relies on in vain. */
export function unsupported(args: AnsibleArgs): string[] {
  const given = (['seuser', 'serole', 'setype', 'selevel', 'attributes'] as const).filter(
    (key) => args[key] !== undefined,
  )
  return given.length === 0 ? [] : [`${given.join(', ')}: not supported, left as it is on the host`]
}

export type AttributeArgs = Attributes
/** The part of a state that is about permissions. */
export type AttributeState = {
  readonly mode: string | null
  readonly owner: string | null
  readonly group: string | null
}

/** What a path has, in the words in which the arguments ask for it: an owner asked for by number is shown by number. */
export function attributesNow(args: AttributeArgs, entry: Entry | undefined): AttributeState {
  if (!entry) return { mode: null, owner: null, group: null }
  return {
    mode: entry.mode,
    owner: String(entry.uid) === args.owner ? args.owner : entry.owner,
    group: String(entry.gid) === args.group ? args.group : entry.group,
  }
}

/** What a path should have. `now`: its mode, when it is already of the wanted kind. */
export function attributesWanted(
  args: AttributeArgs,
  now: string | null | undefined,
  isDir = false,
): { mode?: string | undefined; owner?: string | undefined; group?: string | undefined } {
  return {
    mode: args.mode === undefined ? undefined : resolveMode(args.mode, now ?? undefined, isDir),
    owner: args.owner,
    group: args.group,
  }
}

/** A step for those that differ, if any does. */
export function attributeSteps(
  path: string,
  now: AttributeState,
  want: Attributes,
  { follow = true }: { readonly follow?: boolean } = {},
): readonly Step[] {
  const mode = want.mode === now.mode ? undefined : want.mode
  const owner = want.owner === now.owner ? undefined : want.owner
  const group = want.group === now.group ? undefined : want.group
  // chown clears set-id bits, so a mode with any of them is given again.
  const again = want.mode !== undefined && !want.mode.startsWith('0') && (owner ?? group) !== undefined
  if (mode === undefined && owner === undefined && group === undefined) return []
  return [setAttributes(path, { mode: again ? want.mode : mode, owner, group, follow })]
}
