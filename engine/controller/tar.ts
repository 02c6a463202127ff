import type { ArchiveEntry } from '../host/reader.ts'

const BLOCK = 512

/**
 * Reads the entries of a tar stream as it comes, contents passed over: ustar, GNU long names and pax headers (POSIX
 * pax(1), "ustar Interchange Format" and "pax Extended Header").
 */
export class TarReader {
  readonly entries: ArchiveEntry[] = []
  /** Hard links: like the file they point to, which may come later only in broken archives. */
  readonly #empty = new Map<string, boolean>()
  #rest = Buffer.alloc(0)
  /** Bytes of contents and padding still to be passed over. */
  #skip = 0
  /** A header's own contents being gathered: a long name or pax records. */
  #gathering: { readonly type: string; size: number; readonly parts: Buffer[] } | undefined
  #longName: string | undefined
  #longTarget: string | undefined
  #pax = new Map<string, string>()
  #ended = false

  /** Throws an Error when the data is no tar. */
  write(chunk: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    while (data.length > 0 && !this.#ended) {
      if (this.#gathering) data = this.#gather(data)
      else if (this.#skip > 0) {
        const passed = Math.min(this.#skip, data.length)
        this.#skip -= passed
        data = data.subarray(passed)
      } else {
        if (data.length < BLOCK) break
        this.#header(data.subarray(0, BLOCK))
        data = data.subarray(BLOCK)
      }
    }
    this.#rest = this.#ended ? Buffer.alloc(0) : Buffer.from(data)
  }

  /** Throws an Error when the archive stops in the middle of an entry. */
  end(): void {
    if (!this.#ended && (this.#skip > 0 || this.#gathering || this.#rest.length > 0))
      throw new Error('it ends in the middle of an entry')
    if (this.entries.length === 0 && !this.#ended) throw new Error('it is no tar archive')
  }

  #gather(data: Buffer): Buffer {
    const gathering = this.#gathering
    if (!gathering) return data
    const part = data.subarray(0, gathering.size)
    gathering.parts.push(Buffer.from(part))
    gathering.size -= part.length
    if (gathering.size === 0) {
      this.#gathering = undefined
      const whole = Buffer.concat(gathering.parts)
      this.#skip = padding(whole.length)
      if (gathering.type === 'L') this.#longName = cString(whole)
      else if (gathering.type === 'K') this.#longTarget = cString(whole)
      else this.#pax = paxRecords(whole)
    }
    return data.subarray(part.length)
  }

  #header(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.#ended = true
      return
    }
    if (!checksumMatches(block)) throw new Error('it is no tar archive, or damaged')
    const type = String.fromCharCode(block[156] ?? 0)
    const pax = this.#pax
    const size = Number(pax.get('size') ?? number(block.subarray(124, 136)))
    if (type === 'L' || type === 'K' || type === 'x') {
      if (size > 1 << 20) throw new Error('a name in it is longer than 1 MiB')
      this.#gathering = { type, size, parts: [] }
      return
    }
    this.#skip = type === '1' || type === '2' || type === '5' ? 0 : size + padding(size)
    if (type === 'g') return
    this.#add(block, type, size, pax)
    this.#pax = new Map()
    this.#longName = undefined
    this.#longTarget = undefined
  }

  #add(block: Buffer, type: string, size: number, pax: ReadonlyMap<string, string>): void {
    const prefix = block.subarray(257, 262).toString() === 'ustar' ? cString(block.subarray(345, 500)) : ''
    const short = cString(block.subarray(0, 100))
    const path = pax.get('path') ?? this.#longName ?? (prefix ? `${prefix}/${short}` : short)
    const target = pax.get('linkpath') ?? this.#longTarget ?? cString(block.subarray(157, 257))
    const mode = (number(block.subarray(100, 108)) & 0o7777).toString(8).padStart(4, '0')
    if (type === '3' || type === '4' || type === '6') throw new Error(`${path} is a device or a pipe`)
    if (type === '5' || (type !== '2' && path.endsWith('/')))
      this.entries.push({ path, kind: 'dir', empty: false, mode })
    else if (type === '2') this.entries.push({ path, kind: 'link', empty: false, target, mode })
    else {
      const empty = type === '1' ? (this.#empty.get(target) ?? false) : size === 0
      this.#empty.set(path, empty)
      this.entries.push({ path, kind: 'file', empty, mode })
    }
  }
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8')
}

/** Octal digits, or GNU's base-256 for what does not fit. */
function number(bytes: Buffer): number {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
  return parseInt(cString(bytes).trim() || '0', 8)
}

function checksumMatches(block: Buffer): boolean {
  const expected = number(block.subarray(148, 156))
  let sum = 0
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  return sum === expected
}

/** `LENGTH KEY=VALUE\n`, one after the other; the length counts the whole record in bytes. */
function paxRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const length = parseInt(bytes.subarray(at, space).toString(), 10)
    if (space < 0 || !(length > 0)) break
    const record = bytes.subarray(space + 1, at + length - 1).toString('utf8')
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}
