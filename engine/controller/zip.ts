import type { FileHandle } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'
import type { ArchiveEntry } from '../host/reader.ts'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50

/** The entries of a zip by its central directory (APPNOTE.TXT 4.3). Throws an Error when the file is no zip. */
export async function readZip(file: FileHandle, size: number): Promise<ArchiveEntry[]> {
  const { count, start, length } = await findDirectory(file, size)
  if (length > 256 << 20) throw new Error('its directory is larger than 256 MiB')
  const directory = await bytesAt(file, start, length)
  const entries: ArchiveEntry[] = []
  for (let at = 0, index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL)
      throw new Error('its directory is damaged')
    const [names, extras, comments] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset))
    const nameEnd = at + 46 + (names ?? 0)
    const path = directory.subarray(at + 46, nameEnd).toString('utf8')
    entries.push(await entryOf(file, directory, at, path))
    at = nameEnd + (extras ?? 0) + (comments ?? 0)
  }
  return entries
}

async function entryOf(file: FileHandle, directory: Buffer, at: number, path: string): Promise<ArchiveEntry> {
  const unix = directory.readUInt8(at + 5) === 3
  const attributes = unix ? directory.readUInt32LE(at + 38) >>> 16 : 0
  const mode = unix && (attributes & 0o7777) !== 0 ? (attributes & 0o7777).toString(8).padStart(4, '0') : undefined
  const isLink = (attributes & 0o170000) === 0o120000
  if (path.endsWith('/')) return { path, kind: 'dir', empty: false, mode }
  if (isLink) return { path, kind: 'link', empty: false, target: await linkTarget(file, directory, at), mode }
  return { path, kind: 'file', empty: directory.readUInt32LE(at + 24) === 0, mode }
}

/** A link's target is its contents. */
async function linkTarget(file: FileHandle, directory: Buffer, at: number): Promise<string> {
  const method = directory.readUInt16LE(at + 10)
  const size = directory.readUInt32LE(at + 20)
  if (size > 1 << 16) throw new Error('the target of a link in it is longer than 64 KiB')
  const local = directory.readUInt32LE(at + 42)
  const header = await bytesAt(file, local, 30)
  const bytes = await bytesAt(file, local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), size)
  return (method === 8 ? inflateRawSync(bytes, { maxOutputLength: 1 << 16 }) : bytes).toString('utf8')
}

interface Directory {
  readonly count: number
  readonly start: number
  readonly length: number
}

async function findDirectory(file: FileHandle, size: number): Promise<Directory> {
  const tail = await bytesAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue
    const locator = at - 20
    if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
      const end = await bytesAt(file, Number(tail.readBigUInt64LE(locator + 8)), 56)
      if (end.readUInt32LE(0) !== END_64) throw new Error('its directory is damaged')
      const [count = 0, length = 0, start = 0] = [32, 40, 48].map((offset) => Number(end.readBigUInt64LE(offset)))
      return { count, start, length }
    }
    return { count: tail.readUInt16LE(at + 10), start: tail.readUInt32LE(at + 16), length: tail.readUInt32LE(at + 12) }
  }
  throw new Error('it is no zip archive')
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw new Error('it is cut short')
  return buffer
}
