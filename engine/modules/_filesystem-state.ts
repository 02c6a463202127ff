import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import { readTuning, tuningOf } from './_filesystem-tune.ts'

export const FILESYSTEMS = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'swap', 'vfat'] as const

export interface FilesystemArgs {
  readonly dev: string
  readonly fstype: (typeof FILESYSTEMS)[number] | undefined
  readonly opts: string
  readonly label: string | undefined
  readonly uuid: string | undefined
  readonly tune: string | undefined
  readonly resizefs: boolean
  readonly force: boolean
  readonly state: 'present' | 'absent'
}

export interface FilesystemState {
  readonly [key: string]: string | number | boolean | null
  readonly fstype: string | null
  readonly label: string | null
  readonly uuid: string | null
  readonly 'fills the device': boolean
  /** The device, links resolved; null when it is not there. */
  readonly device: string | null
  readonly size: number
  readonly blocks: number
  /** What else keeps us from writing to it, for people; empty when nothing does. */
  readonly 'in use': string
  readonly mountpoint: string | null
  readonly 'has mkfs': boolean
}

/** Less is not worth growing, and more than a file system leaves unused at its end. */
const SLACK = 16 * 1024 * 1024

export const mkfsOf = (fstype: string): string => (fstype === 'swap' ? 'mkswap' : `mkfs.${fstype}`)
export const isExt = (fstype: string | null | undefined): boolean => /^ext[234]$/.test(fstype ?? '')

export async function probeFilesystem(args: FilesystemArgs, reader: Reader): Promise<FilesystemState> {
  const device = await reader.blockDevice(args.dev)
  const about = (device && (await reader.superblock(device.path))) ?? new Map<string, string>()
  const blocks = Number(about.get('Block count') ?? about.get('blocks') ?? about.get('dblocks') ?? 0)
  const bytes = blocks * Number(about.get('Block size') ?? about.get('bsize') ?? about.get('blocksize') ?? 4096)
  const used = [
    ...(device?.partitionTable === undefined ? [] : [`it has a partition table (${device.partitionTable})`]),
    ...(device?.holders.length ? [`it is used by ${device.holders.join(', ')}`] : []),
    ...(device?.mountpoints.length ? [`it is mounted at ${device.mountpoints.join(', ')}`] : []),
  ]
  const makes = device !== undefined && device.fstype === undefined && args.fstype !== undefined
  return {
    fstype: device?.fstype ?? null,
    label: labelOf(about) ?? device?.label ?? null,
    uuid: device?.uuid ?? null,
    ...tuningOf(about, readTuning(args.tune)),
    'fills the device': device === undefined || blocks === 0 || device.size - bytes < SLACK,
    device: device?.path ?? null,
    size: device?.size ?? 0,
    blocks,
    'in use': used.join(', '),
    mountpoint: device?.mountpoints[0] ?? null,
    'has mkfs': !makes || (await hasMkfs(args.fstype, reader)),
  }
}

function labelOf(about: ReadonlyMap<string, string>): string | undefined {
  const label = about.get('Filesystem volume name') ?? about.get('label')
  return label === '<none>' || label === '' ? undefined : label
}

async function hasMkfs(fstype = '', reader: Reader): Promise<boolean> {
  try {
    return (await reader.tool(mkfsOf(fstype))) !== undefined
  } catch (error) {
    // In check mode: an earlier task would install something, and so maybe this.
    if (error instanceof KplayError && error.code === 'UNPREDICTABLE') return true
    throw error
  }
}
