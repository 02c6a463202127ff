/** What stands on a device, as far as somebody who must not overwrite it has to know. */
export interface Signature {
  readonly fstype?: string | undefined
  readonly partitionTable?: string | undefined
  readonly uuid?: string | undefined
  readonly label?: string | undefined
}

/** `blkid -p -o udev`: KEY=value lines; those that end in _ENC keep odd bytes as \xHH. */
export function signatureOfBlkid(text: string): Signature {
  const fields = new Map(
    text.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  )
  const decoded = (name: string) => {
    const value = fields.get(`${name}_ENC`) ?? fields.get(name)
    return value === undefined || value === '' ? undefined : unescapeUdev(value)
  }
  return {
    fstype: fields.get('ID_FS_TYPE'),
    partitionTable: fields.get('ID_PART_TABLE_TYPE'),
    uuid: decoded('ID_FS_UUID'),
    label: decoded('ID_FS_LABEL'),
  }
}

const unescapeUdev = (text: string): string => {
  const bytes = Buffer.from(
    text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  // What was not escaped is UTF-8 already: blkid escapes only bytes that are not.
  return /[^\u0000-\u00ff]/.test(text) ? text : bytes.toString('utf8')
}

/** The first bytes of a device that have to be read for `signatureOfBytes`. */
export const SIGNATURE_BYTES = 68 * 1024

/** Offset, bytes and name of what can be known by a magic number, the most telling first. */
const MAGICS: readonly (readonly [number, string, string])[] = [
  [512, 'LABELONE', 'LVM2_member'],
  [4096, '\xfc\x4e\x2b\xa9', 'linux_raid_member'],
  [0, '\xfc\x4e\x2b\xa9', 'linux_raid_member'],
  [0, 'LUKS\xba\xbe', 'crypto_LUKS'],
  [0, 'XFSB', 'xfs'],
  [0x10040, '_BHRfS_M', 'btrfs'],
  [4086, 'SWAPSPACE2', 'swap'],
  [0, 'hsqs', 'squashfs'],
  [3, 'NTFS    ', 'ntfs'],
  [82, 'FAT32', 'vfat'],
  [54, 'FAT', 'vfat'],
  [0x8001, 'CD001', 'iso9660'],
  [1080, '\x53\xef', 'ext'],
]

/** The same from a device's first bytes, where there is no blkid: bytes that mean nothing to us are `unknown`, not nothing. */
export function signatureOfBytes(bytes: Buffer): Signature {
  const at = (offset: number, length: number) => bytes.toString('latin1', offset, offset + length)
  const partitionTable = at(512, 8) === 'EFI PART' ? 'gpt' : undefined
  const magic = MAGICS.find(([offset, text]) => at(offset, text.length) === text)?.[2]
  if (magic === 'ext') return { ...extSignature(bytes), partitionTable }
  if (magic === 'xfs') return { fstype: 'xfs', uuid: uuidAt(bytes, 32), label: textAt(bytes, 108, 12), partitionTable }
  if (magic !== undefined) return { fstype: magic, partitionTable }
  if (partitionTable !== undefined) return { partitionTable }
  if (at(510, 2) === '\x55\xaa') return { partitionTable: 'dos' }
  return bytes.some((byte) => byte !== 0) ? { fstype: 'unknown' } : {}
}

/** ext2 has no journal, ext3 no extents (the super block's feature words, linux/fs/ext4/ext4.h). */
function extSignature(bytes: Buffer): Signature {
  const journal = (bytes.readUInt32LE(1024 + 0x5c) & 0x4) !== 0
  const newer = (bytes.readUInt32LE(1024 + 0x60) & ~0x16) !== 0 || (bytes.readUInt32LE(1024 + 0x64) & ~0x7) !== 0
  const fstype = newer ? 'ext4' : journal ? 'ext3' : 'ext2'
  return { fstype, uuid: uuidAt(bytes, 1024 + 0x68), label: textAt(bytes, 1024 + 0x78, 16) }
}

function uuidAt(bytes: Buffer, offset: number): string {
  const hex = bytes.toString('hex', offset, offset + 16)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const textAt = (bytes: Buffer, offset: number, length: number): string | undefined =>
  bytes.toString('utf8', offset, offset + length).split('\0')[0] || undefined
