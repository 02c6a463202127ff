import type { Facts } from '../facts.ts'
import { parseMounts } from '../questions/kernel.ts'
import { pieces } from '../questions/question.ts'
import type { Source } from './source.ts'

/** Mounted file systems with their sizes, and block devices. */
export function storageFacts(source: Source, nonce: string): Facts {
  const uuids = uuidsIn(source)
  const byUuid = Object.fromEntries([...uuids].map(([name, uuid]) => [name, [uuid]]))
  return {
    device_links: { ids: {}, uuids: byUuid, labels: {}, masters: {} },
    mounts: mountFacts(source, nonce, uuids),
    devices: deviceFacts(source, uuids),
  }
}

/** `… 4dbe-… -> ../../sda1` of `ls -l /dev/disk/by-uuid`. */
const uuidsIn = (source: Source): ReadonlyMap<string, string> =>
  new Map(
    [...source.section('uuids').matchAll(/ (\S+) -> \S*\/(\S+)$/gm)].map(([, uuid = '', name = '']) => [name, uuid]),
  )

interface Sizes {
  readonly block: number
  readonly total: number
  readonly available: number
  readonly inodes: number
  readonly inodesFree: number
}

function mountFacts(source: Source, nonce: string, uuids: ReadonlyMap<string, string>): Facts[] {
  const sizes = new Map<string, Sizes>()
  for (const record of pieces(Buffer.from(source.section('sizes')), `${nonce}+\n`)) {
    const [, block, total, available, inodes, inodesFree, path = ''] =
      /^(\d+) (\d+) (\d+) (\d+) (\d+) ([^]*)$/.exec(record) ?? []
    const known = [block, total, available, inodes, inodesFree].map(Number)
    sizes.set(path, {
      block: known[0] ?? 0,
      total: known[1] ?? 0,
      available: known[2] ?? 0,
      inodes: known[3] ?? 0,
      inodesFree: known[4] ?? 0,
    })
  }
  return parseMounts(source.lines('/proc/self/mountinfo').join('\n'))
    .filter(({ source: device, fstype }) => (device.startsWith('/') || device.includes(':/')) && fstype !== 'none')
    .map(({ path, source: device, fstype, options, root }) => {
      const size = sizes.get(path)
      return {
        mount: path,
        device,
        fstype,
        options: [...options, ...(isBind(root, fstype) ? ['bind'] : [])].join(','),
        uuid: uuids.get(device.split('/').at(-1) ?? '') ?? 'N/A',
        ...(size ? sizeFacts(size) : {}),
      }
    })
}

/** A subtree is mounted; btrfs mounts its subvolumes that way, which is no bind mount. */
const isBind = (root: string, fstype: string): boolean => root !== '/' && fstype !== 'btrfs'

const sizeFacts = ({ block, total, available, inodes, inodesFree }: Sizes): Facts => ({
  size_total: block * total,
  size_available: block * available,
  block_size: block,
  block_total: total,
  block_available: available,
  block_used: total - available,
  inode_total: inodes,
  inode_available: inodesFree,
  inode_used: inodes - inodesFree,
})

function deviceFacts(source: Source, uuids: ReadonlyMap<string, string>): Facts {
  const members = new Set(source.section('members').split('\n'))
  const names = source.names('/sys/block/', '/size').filter((name) => !name.startsWith('ram'))
  return Object.fromEntries(names.sort().map((name) => [name, deviceFact(source, name, members, uuids)]))
}

function deviceFact(
  source: Source,
  name: string,
  members: ReadonlySet<string>,
  uuids: ReadonlyMap<string, string>,
): Facts {
  const text = (file: string) => source.text(`/sys/block/${name}/${file}`)
  const sectors = text('size') ?? '0'
  const sectorSize = text('queue/logical_block_size') ?? '512'
  const partitions = source.names(`/sys/block/${name}/`, '/partition').sort()
  const scheduler = text('queue/scheduler') ?? ''
  return {
    // A paravirtual disk counts too.
    virtual: members.has(`/sys/devices/virtual/block/${name}`) || /^x?vd/.test(name) ? 1 : 0,
    vendor: text('device/vendor') ?? null,
    model: text('device/model') ?? null,
    ...(text('device/serial') === undefined ? {} : { serial: text('device/serial') }),
    sas_address: null,
    sas_device_handle: null,
    removable: text('removable') ?? '0',
    rotational: text('queue/rotational') ?? '0',
    support_discard: text('queue/discard_granularity') ?? '0',
    scheduler_mode: /\[(.*)\]/.exec(scheduler)?.[1] ?? scheduler,
    sectors,
    sectorsize: sectorSize,
    size: humanSize(Number(sectors) * 512),
    holders: [...members]
      .filter((path) => path.startsWith(`/sys/block/${name}/holders/`))
      .map((path) => path.split('/').at(-1) ?? ''),
    host: '',
    links: linksOf(uuids.get(name)),
    partitions: Object.fromEntries(
      partitions.map((partition) => {
        const own = (file: string) => text(`${partition}/${file}`) ?? '0'
        const uuid = uuids.get(partition)
        return [
          partition,
          {
            start: own('start'),
            sectors: own('size'),
            sectorsize: Number(sectorSize),
            size: humanSize(Number(own('size')) * 512),
            uuid: uuid ?? null,
            holders: [],
            links: linksOf(uuid),
          },
        ]
      }),
    ),
  }
}

const linksOf = (uuid: string | undefined): Facts => ({
  ids: [],
  uuids: uuid === undefined ? [] : [uuid],
  labels: [],
  masters: [],
})

/** 4.00 GB, as Ansible counts: by 1024. */
export function humanSize(bytes: number): string {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`
}
