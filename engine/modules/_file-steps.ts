import { makeHardLink, makeLink, removePath, setAttributes, type Attributes } from '../host/actions.ts'
import { sh } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { attributeSteps, type AttributeState } from './_attributes.ts'
import type { FileArgs, FileNow, FileState } from './_file-state.ts'
import { checkAbove, makeFolders } from './_parents.ts'
import { named, refusal } from './_refuse.ts'

type Args = FileArgs & { readonly force: boolean }
type Want = Attributes & { readonly target?: string | null | undefined }
const NOTHING: AttributeState = { mode: null, owner: null, group: null }

/** The steps for one state; refusals are Ansible's, in words that say what to do. */
export function fileSteps(state: FileState, args: Args, now: FileNow, want: Want): readonly Step[] {
  const { place } = now
  checkAbove(place, now, state === 'directory' || state === 'absent')
  if (state === 'absent' && now.mounted !== null)
    throw refusal(`${place} cannot go: something is mounted at ${now.mounted}`, 'unmount it first')
  if (state === 'absent') return [removePath(place, { recursive: true })]
  if (state === 'directory') return directorySteps(args, now, want)
  if (state === 'link') return linkSteps(args, now, want)
  if (state === 'hard') return hardLinkSteps(args, now, want)
  if (state === 'touch') return touchSteps(args, now, want)
  return plainSteps(args, now, want)
}

function directorySteps(args: Args, now: FileNow, want: Want): readonly Step[] {
  const { place, kind } = now
  const { mode, owner, group } = want
  if (kind !== 'dir' && kind !== 'absent' && kind !== 'unknown')
    throw refusal(`${place} is ${named(kind)}, not a folder`, 'move it away first')
  if (kind !== 'dir') {
    return [makeFolders(place, now, { mode, owner, group })]
  }
  if (now.below !== '') return [setAttributes(place, { mode: args.mode, owner, group, recurse: true })]
  return [...attributeSteps(place, now, want), ...timeSteps(args, now)]
}

function linkSteps({ src, follow, force }: Args, now: FileNow, want: Want): readonly Step[] {
  const { place, kind } = now
  if (typeof want.target !== 'string') throw refusal('src is required to make a link', 'say what it shall point to')
  const target = want.target
  if (kind !== 'link' && kind !== 'absent' && kind !== 'unknown') {
    if (!force) throw refusal(`${place} is ${named(kind)}, not a link`, 'move it away, or set force: true')
    if (now.full)
      throw refusal(`${place} is a folder with something in it`, 'not even force: true replaces it: move it away')
  }
  if (now.source === 'absent' && src !== undefined && !force)
    throw refusal(
      `${src}, which the link shall point to, is not there`,
      'set force: true to make the link all the same',
    )
  const steps: Step[] = []
  if (kind === 'dir') steps.push(removePath(place))
  if (kind !== 'link' || now.target !== target) steps.push(makeLink(place, target))
  if (!follow)
    return [
      ...steps,
      ...attributeSteps(place, kind === 'link' ? now : NOTHING, { owner: want.owner, group: want.group }, { follow }),
    ]
  return now.source === 'absent' ? steps : [...steps, ...attributeSteps(place, now, want)]
}

function hardLinkSteps({ src = '', force }: Args, now: FileNow, want: Want): readonly Step[] {
  const { place, kind } = now
  if (now.source === 'absent') throw refusal(`${src}, which shall get another name, is not there`)
  if (now.source === 'dir') throw refusal(`${src} is a folder, which cannot have a second name`)
  if (kind === 'dir') throw refusal(`${place} is a folder`, 'move it away first')
  if (now.same) return attributeSteps(place, now, want)
  if (kind !== 'absent' && !force) throw refusal(`${place} is another file already`, 'move it away, or set force: true')
  return [makeHardLink(place, now['source path'] ?? src), ...attributeSteps(place, NOTHING, want)]
}

function touchSteps(args: Args, now: FileNow, want: Want): readonly Step[] {
  const { mode, owner, group } = want
  if (now.kind === 'link' && args.follow)
    throw refusal(`${now.place} is a link to nothing`, 'make what it points to, or remove the link')
  if (now.kind === 'absent' || now.kind === 'unknown')
    return [{ kind: 'write', path: now.place, content: '', mode, owner, group }, ...timeSteps(args, now)]
  return [...attributeSteps(now.place, now, want, { follow: now.kind !== 'link' }), ...timeSteps(args, now)]
}

function plainSteps(args: Args, now: FileNow, want: Want): readonly Step[] {
  const { place, kind } = now
  if (kind === 'absent')
    throw refusal(
      `${place} is not there`,
      'state: file only changes what is there; use touch, copy or template to make it',
    )
  if (kind === 'dir' || kind === 'link') throw refusal(`${place} is ${named(kind)}, not a file`)
  return [...attributeSteps(place, now, want), ...timeSteps(args, now)]
}

/** `touch` sets both times to now unless it is told otherwise; everything else leaves them. */
function timeSteps(args: Args, now: FileNow): readonly Step[] {
  const standard = args.state === 'touch' ? 'now' : 'preserve'
  const { access_time: access = standard, modification_time: modification = standard } = args
  const fresh = now.kind === 'absent' || now.kind === 'unknown'
  return [
    ...oneTime(now, 'access', access, now.accessed, fresh),
    ...oneTime(now, 'modification', modification, now.modified, fresh),
  ]
}

function oneTime(
  { place: path, 'access asked': accessed, 'modification asked': modified }: FileNow,
  what: 'access' | 'modification',
  time: string,
  now: string | null,
  fresh: boolean,
): readonly Step[] {
  if (time === 'preserve' || time === now || (time === 'now' && fresh)) return []
  const words = [what === 'access' ? '-a' : '-m', ...(time === 'now' ? [] : ['-t', time])]
  const times = what === 'access' ? { atime: accessed ?? undefined } : { mtime: modified ?? undefined }
  return [
    {
      kind: 'run',
      label: `set the ${what} time of ${path}`,
      command: sh`touch -c ${words} -- ${path}`,
      effects: time === 'now' ? [] : [{ effect: 'attributes', path, follow: true, ...times }],
    },
  ]
}
