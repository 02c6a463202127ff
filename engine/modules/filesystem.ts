import { KplayError } from '../errors.ts'
import { sh } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type Wanted } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import {
  FILESYSTEMS,
  isExt,
  mkfsOf,
  probeFilesystem,
  type FilesystemArgs,
  type FilesystemState,
} from './_filesystem-state.ts'
import { growStep, labelStep, mkfsSteps, tuneStep } from './_filesystem-steps.ts'
import { readTuning } from './_filesystem-tune.ts'

const PACKAGES: Readonly<Record<string, string>> = {
  ext2: 'e2fsprogs',
  ext3: 'e2fsprogs',
  ext4: 'e2fsprogs',
  xfs: 'xfsprogs',
  btrfs: 'btrfs-progs',
  swap: 'util-linux',
  vfat: 'dosfstools',
}
export const filesystem = defineModule({
  name: 'filesystem',
  summary: 'Makes a file system on an empty device, labels, tunes and grows it.',
  notes:
    'A device that bears any signature (a file system, a partition table, LVM, RAID, LUKS), is mounted, or is used by another device is never formatted, not even with `force`: whoever means it wipes it by hand first, with `wipefs`. Nothing is ever wiped either: `state: absent` is refused unless there is nothing.\n\n`tune` takes the words of tune2fs of which the super block tells (`-m -r -i -c -e`); they are compared with it, also while the file system is mounted.',
  args: {
    dev: path({ aliases: ['device'], help: 'The device, or an image file.' }),
    fstype: choice(FILESYSTEMS, { optional: true, aliases: ['type'], help: 'Which file system.' }),
    opts: text({
      default: '',
      help: 'Further words for mkfs, when it makes one. Those that would force it are left out.',
    }),
    label: text({ optional: true, help: 'Its label.' }),
    uuid: text({ optional: true, help: 'Its UUID, when it is made.' }),
    tune: text({ optional: true, help: 'Of ext2, ext3 and ext4: settings, as tune2fs takes them.' }),
    resizefs: flag({ default: false, help: 'Grow it when the device is larger.' }),
    force: flag({
      default: false,
      help: 'Taken for the sake of existing tasks; it forces nothing, see above.',
    }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether there is one.' }),
  },
  examples: [
    {
      title: 'A data disk without reserved blocks and checks',
      args: { dev: '/dev/sdb', fstype: 'ext4', tune: '-m 0 -i 0 -c -1' },
    },
    { title: 'XFS with a label', args: { dev: '/dev/sdb', fstype: 'xfs', label: 'data' } },
  ],

  rule({ state, fstype, tune, uuid, label }) {
    if (state === 'present' && fstype === undefined) return 'fstype is required'
    if (tune !== undefined && !isExt(fstype)) return 'tune is for ext2, ext3 and ext4'
    readTuning(tune)
    if (uuid !== undefined && !/^[0-9A-Fa-f-]+$/.test(uuid)) return `"${uuid}" is no UUID`
    if (label !== undefined && !/^[\w.:+@/-]*$/.test(label))
      return 'a label consists of letters, digits and . : + @ / - _'
    const longest = fstype === 'xfs' ? 12 : fstype === 'vfat' ? 11 : isExt(fstype) ? 16 : 255
    return label !== undefined && new TextEncoder().encode(label).length > longest
      ? `a label of ${fstype ?? ''} has at most ${longest} bytes`
      : undefined
  },

  probe: probeFilesystem,

  want(args: FilesystemArgs): Wanted<FilesystemState> {
    if (args.state === 'absent') return { fstype: null }
    return {
      fstype: args.fstype ?? null,
      ...(args.label !== undefined && { label: args.label }),
      ...(args.uuid !== undefined && { uuid: args.uuid.toLowerCase() }),
      ...readTuning(args.tune),
      ...(args.resizefs && { 'fills the device': true }),
    }
  },

  apply(args: FilesystemArgs, now, want): Step[] {
    const device = refuse(args, now, want)
    if (now.fstype === null) return mkfsSteps(args, now, device)
    const tunes = Object.keys(readTuning(args.tune)).some((key) => want[key] !== now[key])
    const grows = args.resizefs && !now['fills the device']
    const grown = grows ? { ...now, blocks: Math.floor(now.size / 4096) } : now
    return [
      ...(want.label !== undefined && want.label !== now.label ? [labelStep(args, now, device)] : []),
      ...(grows ? [growStep(args, now, device)] : []),
      ...(tunes ? [tuneStep(args, grown, device)] : []),
    ]
  },

  warnings: ({ force }) => (force ? ['force forces nothing: a device that bears a signature is never formatted'] : []),

  result: (args: FilesystemArgs, _, after) => ({
    dev: args.dev,
    fstype: after.fstype,
    uuid: after.uuid,
    label: after.label,
  }),
})

/** The device, when it may be worked on. */
function refuse(args: FilesystemArgs, now: FilesystemState, want: Wanted<FilesystemState>): string {
  const no = (message: string, hint: string): never => {
    throw new KplayError('REFUSED', message, { hint })
  }
  const { dev, fstype = '' } = args
  if (now.device === null) return no(`there is no device ${dev}`, 'lsblk lists those there are')
  const wipe = `if nothing on it is needed, wipe it by hand: ${sh`wipefs -a ${now.device}`.text}`
  if (args.state === 'absent') return no(`${dev} holds ${now.fstype ?? 'something'}: it is never wiped`, wipe)
  if (now.fstype === null) {
    if (now['in use'] !== '') return no(`${dev} is never formatted: ${now['in use']}`, wipe)
    if (!now['has mkfs'])
      return no(
        `the host has no ${mkfsOf(fstype)}`,
        `install it first: the package is ${PACKAGES[fstype] ?? ''} on Debian`,
      )
    return now.device
  }
  if (now.fstype !== fstype) return no(`${dev} holds ${now.fstype}, not ${fstype}: it is never formatted`, wipe)
  if (typeof want.uuid === 'string' && want.uuid !== now.uuid)
    return no(
      `${dev} has the UUID ${now.uuid ?? '(none)'}`,
      'the UUID of a file system is given when it is made; leave it out',
    )
  return now.device
}
