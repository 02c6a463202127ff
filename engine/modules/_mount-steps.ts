import { daemonReload, makeDir } from '../host/actions.ts'
import { sh } from '../host/shell.ts'
import type { RunStep, Step } from '../host/step.ts'
import type { Wanted } from '../module/define.ts'
import { editFstab, sameOptions } from './_fstab.ts'
import { expectedOptions, mountOptions } from './_mount-options.ts'
import { isBind, matching, wantedFields, wantedOpts, type MountArgs, type MountState } from './_mount-state.ts'

/** Mounts it where it is not mounted, remounts it where it has other options. */
export function establish(args: MountArgs, now: MountState): RunStep[] {
  if (now.mounted !== null) return now['wrong options'] === '' ? [] : [remount(args, now)]
  const { fstype = 'auto' } = args
  const opts = wantedOpts(args)
  const options = mountOptions(opts)
  const words = [...(isBind(args) ? [] : ['-t', fstype]), ...(options.length > 0 ? ['-o', options.join(',')] : [])]
  const { place, source } = now
  return [
    ...(now.folder === 'dir' ? [] : [makeDir(place)]),
    hidden(args, {
      kind: 'run',
      command: sh`mount ${words} -- ${source} ${place}`,
      effects: [{ effect: 'mount', path: place, source, fstype, options: expectedOptions(opts, fstype) }],
    }),
  ]
}

export function remount(args: MountArgs, now: MountState): RunStep {
  const own = args.state === 'remounted' && args.opts === 'defaults'
  const options = ['remount', ...(own ? [] : now['remount with'].split(','))].join(',')
  return hidden(args, {
    kind: 'run',
    command: sh`mount -o ${options} -- ${now.place}`,
    effects: own
      ? []
      : [
          {
            effect: 'mount',
            path: now.place,
            source: now.source || (now.mounted ?? ''),
            fstype: now.fstype,
            options: now.expected.split(','),
            remount: true,
          },
        ],
  })
}

/** Never by force, never lazily: what is busy stays. */
export const unmount = ({ place, depth }: MountState): RunStep[] =>
  Array.from({ length: depth }, () => ({
    kind: 'run',
    command: sh`umount -- ${place}`,
    effects: [{ effect: 'unmount', path: place }],
  }))

export const removeFolder = ({ place }: MountState): RunStep => ({
  kind: 'run',
  label: `remove the folder ${place} when it is empty`,
  command: sh`rmdir -- ${place} 2>/dev/null || [ -d ${place} ]`,
  effects: [{ effect: 'remove', path: place }],
})

export function writeFstab(args: MountArgs, now: MountState, want: Wanted<MountState>): Step[] {
  const text = now.text ?? ''
  const [keep, ...drop] = matching(args, now.place, text)
  const wanted = wantedFields(args, now['src in fstab'])
  const content =
    want.fstab === null
      ? editFstab(text, { drop: keep ? [keep, ...drop] : [] })
      : editFstab(text, {
          keep,
          drop,
          fields: {
            ...wanted,
            ...(keep && { path: keep.path, ...(sameOptions(keep.opts, wanted.opts) && { opts: keep.opts }) }),
          },
        })
  const told = now.systemd && args.fstab === '/etc/fstab' ? [daemonReload()] : []
  return [
    {
      kind: 'write',
      path: now.file,
      content,
      backup: args.backup,
      ...(now.text === null && { mode: '0644' }),
      ...(args.opts_no_log && { secrets: [args.opts] }),
    },
    ...told,
  ]
}

const hidden = ({ opts, opts_no_log }: MountArgs, step: RunStep): RunStep =>
  opts_no_log ? { ...step, secrets: [opts] } : step
