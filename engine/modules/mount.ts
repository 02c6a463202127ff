import { KplayError } from '../errors.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type Wanted } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { normalPath } from './_fstab.ts'
import { establish, remount, removeFolder, unmount, writeFstab } from './_mount-steps.ts'
import {
  isBind,
  isPath,
  isSwap,
  probeMount,
  wantedLine,
  wantedOpts,
  type MountArgs,
  type MountState,
} from './_mount-state.ts'

const MOUNTS = ['mounted', 'ephemeral']
const WRITES = ['mounted', 'present']

export const mount = defineModule({
  name: 'mount',
  summary: 'Mounts a file system, now and at boot, and sees that it has the options it should have.',
  notes:
    '| state | fstab | mounted now |\n|---|---|---|\n| mounted | written | mounted, or remounted when options in force differ |\n| present | written | left alone |\n| ephemeral | left alone | as with mounted |\n| unmounted | left alone | unmounted |\n| absent | line removed | unmounted; the mount point is removed when it is empty |\n| absent_from_fstab | line removed | left alone |\n| remounted | left alone | remounted, always |\n\nOf fstab only our line is touched, and of that only what differs; `UUID=`, `LABEL=` and paths of one device are the same, as are options in another order. systemd is told when fstab changed. Options are read back: a file system that takes an option and does not apply it (XFS and `logbsize`) is a failure. An option that the kernel never shows is not compared.\n\nNothing is ever unmounted to mount something else: another file system at the mount point is refused, and one that is busy fails and stays as it is.',
  args: {
    path: text({ aliases: ['name'], help: 'The mount point; of swap, `none`.' }),
    src: text({ optional: true, help: 'What is mounted: a device, an image, `UUID=…`, `LABEL=…`, a server’s folder.' }),
    fstype: text({ optional: true, help: 'The file system.' }),
    opts: text({ default: 'defaults', help: 'Mount options, with commas between them.' }),
    dump: text({ default: '0', help: 'The fifth field of fstab.' }),
    passno: text({ default: '0', help: 'The sixth field of fstab: the order of checks at boot.' }),
    state: choice(['mounted', 'present', 'unmounted', 'absent', 'absent_from_fstab', 'remounted', 'ephemeral'], {
      help: 'What is wanted, see above.',
    }),
    boot: flag({ default: true, help: 'Mount it at boot; when off, `noauto` is added.' }),
    fstab: path({ default: '/etc/fstab', help: 'The file to write.' }),
    backup: flag({ default: false, help: 'Keep a copy of the old fstab.' }),
    by_uuid: flag({
      default: false,
      help: 'Write the UUID that the device `src` has into fstab, whatever it is called.',
    }),
    opts_no_log: flag({ default: false, help: 'Show the options nowhere: they hold a secret.' }),
  },
  examples: [
    {
      title: 'A data disk, by its UUID',
      args: { path: '/data', src: '/dev/sdb', fstype: 'xfs', opts: 'noatime', state: 'mounted', by_uuid: true },
    },
    { title: 'Take it away again', args: { path: '/data', state: 'absent' } },
  ],

  rule(args) {
    const { src, fstype, state, by_uuid } = args
    const needsSource = WRITES.includes(state) || MOUNTS.includes(state)
    if (needsSource && (src === undefined || fstype === undefined)) return `state ${state} needs src and fstype`
    if (src === '' || fstype === '' || /^-/.test(src ?? '') || /[\s,-]/.test(fstype?.[0] ?? ''))
      return 'src or fstype is not one'
    if (isSwap(args))
      return MOUNTS.includes(state) || state === 'remounted'
        ? 'swap is not mounted: its state is present or absent'
        : undefined
    if (!args.path.startsWith('/')) return 'path must be absolute'
    if (/\/\.\.?(\/|$)/.test(args.path)) return 'path must not hold . or ..'
    if (by_uuid && !isPath(src)) return 'by_uuid needs the path of a device as src'
    if (/\s/.test(args.opts)) return 'opts hold no white space'
    return /^\d+$/.test(args.dump) && /^\d+$/.test(args.passno) ? undefined : 'dump and passno are numbers'
  },

  probe: probeMount,

  want(args, now) {
    const { state } = args
    const written = WRITES.includes(state) && { fstab: wantedLine(args, now.src) }
    const mounted = MOUNTS.includes(state) && { mounted: args.src ?? null, 'wrong options': '', folder: 'dir' }
    const gone = (state === 'unmounted' || state === 'absent') && { mounted: null }
    const unwritten = (state === 'absent' || state === 'absent_from_fstab') && { fstab: null }
    const swap = isSwap(args) ? { mounted: undefined } : {}
    return { ...written, ...mounted, ...gone, ...unwritten, ...swap }
  },

  must: ({ state }) => state === 'remounted',

  apply(args, now, want): Step[] {
    refuse(args, now, want)
    const live =
      args.state === 'remounted'
        ? [remount(args, now)]
        : want.mounted === null
          ? now.mounted === null
            ? []
            : unmount(now)
          : MOUNTS.includes(args.state)
            ? establish(args, now)
            : []
    const fstab = want.fstab !== undefined && want.fstab !== now.fstab ? writeFstab(args, now, want) : []
    // First what may fail: a disk that cannot be mounted must not keep the host from booting.
    const tidy =
      args.state === 'absent' && live.length + fstab.length > 0 && now.folder === 'dir' && !now.filled && !isSwap(args)
    return [...live, ...fstab, ...(tidy ? [removeFolder(now)] : [])]
  },

  warnings(args, now, want) {
    if (MOUNTS.includes(args.state) && now.mounted === null && now.filled)
      return [`${now.place} is not empty: what is in it will be hidden by the mount`]
    return args.state === 'absent' && now.filled && want.fstab !== now.fstab
      ? [`${now.place} is not empty: it stays`]
      : []
  },

  async evidence(args, reader) {
    const now = await probeMount(args, reader)
    return now.mounted === null
      ? undefined
      : `${now.mounted} on ${now.place}: ${now['wrong options'] || 'options as wanted'}`
  },

  result(args, now, _, ran) {
    const backup = ran.find((one) => one.backup !== undefined)?.backup
    return {
      name: normalPath(args.path),
      ...(args.src !== undefined && { src: now.src }),
      ...(args.fstype !== undefined && { fstype: args.fstype }),
      opts: args.opts_no_log ? '********' : wantedOpts(args),
      dump: args.dump,
      passno: args.passno,
      fstab: args.fstab,
      boot: args.boot,
      ...(backup !== undefined && { backup_file: backup }),
    }
  },
})

function refuse(args: MountArgs, now: MountState, want: Wanted<MountState>): void {
  const no = (message: string, hint: string): never => {
    throw new KplayError('REFUSED', message, { hint })
  }
  const { state, src = '' } = args
  if (args.by_uuid && want.fstab !== undefined && now.uuid === null)
    no(
      `${src} has no UUID`,
      now.device === 'absent' ? 'there is no such device' : 'format it first, or leave by_uuid out',
    )
  if (MOUNTS.includes(state)) {
    if (now.mounted !== null && now.mounted !== src)
      no(`${now.mounted} is mounted at ${now.place}, not ${src}`, 'unmount it first, when nothing needs it')
    if (now.folder !== 'dir' && now.folder !== 'absent')
      no(`${now.place} is a ${now.folder}, not a folder`, 'move it away')
    if (now.mounted === null && isBind(args) && now.device === 'absent')
      no(`there is no ${src} to bind`, 'make the folder first; a relative path is none')
    if (now.mounted === null && args.fstype === 'none' && !isBind(args))
      no('fstype none is for what is bound: nothing else can be mounted so', 'give the file system, or opts: bind')
    if (now.mounted === null && !isBind(args)) refuseDevice(args, now, no)
  }
  if (state === 'remounted' && now.mounted === null)
    no(`nothing is mounted at ${now.place}`, 'mount it with state: mounted')
  if (want.mounted === null && now.mounted !== null && now.below !== '')
    no(`${now.place} cannot be unmounted: there are mounts below it`, `unmount these first: ${now.below}`)
}

function refuseDevice(
  { src = '', fstype = '' }: MountArgs,
  now: MountState,
  no: (message: string, hint: string) => never,
): void {
  if (now.device === 'none') return
  if (now.device === 'absent') no(`there is no device ${src}`, 'lsblk lists those there are')
  const holds = now['device holds']
  if (holds === null) no(`${src} has no file system`, 'the module `filesystem` makes one')
  if (fstype !== 'auto' && holds !== fstype && !(/^ext[234]$/.test(fstype) && /^ext[234]$/.test(holds ?? '')))
    no(`${src} holds ${holds ?? 'nothing'}, not ${fstype}`, 'correct fstype, or look whether it is the right device')
}
