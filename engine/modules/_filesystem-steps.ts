import { KplayError } from '../errors.ts'
import { joined, sh, type Command } from '../host/shell.ts'
import { splitWords } from '../host/split-words.ts'
import type { Effect, RunStep } from '../host/step.ts'
import { isExt, mkfsOf, type FilesystemArgs, type FilesystemState } from './_filesystem-state.ts'
import { readTuning, tunedSuperblock } from './_filesystem-tune.ts'

/** How each mkfs is told a label and a UUID. */
const WORDS: Readonly<Record<string, { label: string; uuid: string }>> = {
  xfs: { label: '-L', uuid: '-m uuid=' },
  vfat: { label: '-n', uuid: '-i ' },
}

/** Options that would have mkfs overwrite what it finds: we never do, so it need not. */
const FORCES: Readonly<Record<string, RegExp>> = {
  ext: /^-F+$/,
  xfs: /^-f$/,
  btrfs: /^(-f|--force)$/,
  swap: /^(-f|--force)$/,
}

export function mkfsSteps(args: FilesystemArgs, now: FilesystemState, device: string): RunStep[] {
  const { fstype = '', label, uuid } = args
  const option = WORDS[fstype] ?? { label: '-L', uuid: '-U ' }
  const forces = FORCES[isExt(fstype) ? 'ext' : fstype]
  const words = [
    ...splitWords(args.opts).filter((word) => !forces?.test(word)),
    ...(label === undefined ? [] : [option.label, label]),
    ...(uuid === undefined ? [] : `${option.uuid}${fstype === 'vfat' ? uuid.replace('-', '') : uuid}`.split(' ')),
  ]
  const blocks = Math.floor(now.size / 4096)
  const made: Effect = {
    effect: 'filesystem',
    device,
    fstype,
    label,
    uuid: uuid?.toLowerCase(),
    superblock: {
      ...(isExt(fstype) && { ...tunedSuperblock(blocks, {}), 'Maximum mount count': '-1', 'Check interval': '0' }),
      ...(isExt(fstype) && label !== undefined && { 'Filesystem volume name': label }),
      ...(fstype === 'xfs' && { blocks: String(blocks), bsize: '4096', ...(label !== undefined && { label }) }),
    },
  }
  const make: RunStep = {
    kind: 'run',
    label: `${[mkfsOf(fstype), ...words].join(' ')} ${device}`,
    // A last look, right before: somebody else may have been quicker.
    command: joined(
      [
        sh`if blkid -p -- ${device} 2>/dev/null | grep -q .; then echo ${`${device} bears a signature by now: it is not formatted`} >&2; exit 1; fi`,
        sh`${mkfsOf(fstype)} ${words} ${device}`,
      ],
      '\n',
    ),
    // An old mke2fs asks whether it may use a whole disk.
    stdin: 'y\n',
    effects: [made],
  }
  return args.tune === undefined ? [make] : [make, tuneStep(args, { ...now, blocks }, device)]
}

export function tuneStep(args: FilesystemArgs, now: FilesystemState, device: string): RunStep {
  const { fstype = '', tune } = args
  const superblock = tunedSuperblock(now.blocks, readTuning(tune))
  return {
    kind: 'run',
    command: sh`tune2fs ${splitWords(tune ?? '')} ${device}`,
    effects: [{ effect: 'filesystem', device, fstype, superblock, tuned: true }],
  }
}

export function labelStep(args: FilesystemArgs, now: FilesystemState, device: string): RunStep {
  const { fstype = '', label = '' } = args
  const key = isExt(fstype) ? 'Filesystem volume name' : 'label'
  return {
    kind: 'run',
    command: labelCommand(fstype, label, now, device),
    effects: [{ effect: 'filesystem', device, fstype, superblock: { [key]: label }, tuned: true }],
  }
}

function labelCommand(fstype: string, label: string, { mountpoint }: FilesystemState, device: string): Command {
  if (isExt(fstype)) return sh`tune2fs -L ${label} ${device}`
  if (fstype === 'xfs')
    return mountpoint === null
      ? sh`xfs_admin -L ${label === '' ? '--' : label} ${device}`
      : sh`xfs_io -c ${label === '' ? 'label -c' : `label -s ${label}`} ${mountpoint}`
  throw new KplayError('REFUSED', `the label of a ${fstype} file system that is there cannot be changed`, {
    hint: 'leave label out, or set it by hand',
  })
}

export function growStep(args: FilesystemArgs, { mountpoint, size: bytes }: FilesystemState, device: string): RunStep {
  const fstype: string = args.fstype ?? ''
  const blocks = String(Math.floor(bytes / 4096))
  const size = isExt(fstype) ? { 'Block count': blocks, 'Block size': '4096' } : { blocks, bsize: '4096' }
  if (!isExt(fstype) && (fstype !== 'xfs' || mountpoint === null))
    throw new KplayError(
      'REFUSED',
      `${fstype} on ${device} cannot be grown${fstype === 'xfs' ? ' while it is not mounted' : ''}`,
      {
        hint: fstype === 'xfs' ? 'mount it first' : 'ext2, ext3, ext4 and XFS can',
      },
    )
  return {
    kind: 'run',
    command: isExt(fstype) ? sh`resize2fs ${device}` : sh`xfs_growfs ${mountpoint ?? ''}`,
    effects: [{ effect: 'filesystem', device, fstype, superblock: size, tuned: true }],
  }
}
