import { crc32, gzipSync } from 'node:zlib'

export interface Entry {
  readonly name: string
  readonly content?: string
  /** Of a link: what it points to. */
  readonly target?: string
  readonly kind?: 'file' | 'hard link' | 'link' | 'character device' | 'folder'
  readonly mode?: number
}

const flags = { file: '0', 'hard link': '1', link: '2', 'character device': '3', folder: '5' }

/** A ustar archive (POSIX.1-1988) with entries that no tar would put there, owned by a user that no host has. */
export function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = '', target = '', kind = 'file', mode = 0o644 }) => {
    const body = Buffer.from(kind === 'file' ? content : '')
    const header = Buffer.alloc(512)
    const write = (text: string, at: number): void => void header.write(text, at)
    const octal = (value: number, at: number, length: number): void =>
      write(value.toString(8).padStart(length - 1, '0'), at)
    write(name, 0)
    octal(mode, 100, 8)
    octal(12345, 108, 8)
    octal(54321, 116, 8)
    octal(body.length, 124, 12)
    octal(1_500_000_000, 136, 12)
    write(' '.repeat(8), 148)
    write(flags[kind], 156)
    write(target, 157)
    write('ustar\x0000stranger', 257)
    write('strangers', 297)
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      148,
      7,
    )
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A zip archive whose files are stored as they are (APPNOTE 4.3). */
export function zipOf(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, content = '', kind = 'file', mode = 0o644 } of entries) {
    const [path, body] = [Buffer.from(name), Buffer.from(content)]
    // Version, flags (names are UTF-8), stored, time and date, digest, both sizes, length of the name, of nothing more.
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt32LE(0x4a210000, 6)
    common.writeUInt32LE(crc32(body), 10)
    common.writeUInt32LE(body.length, 14)
    common.writeUInt32LE(body.length, 18)
    common.writeUInt16LE(path.length, 22)
    locals.push(Buffer.from('PK\x03\x04'), common, path, body)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((((kind === 'folder' ? 0o40000 : 0o100000) | mode) << 16) >>> 0, 6)
    rest.writeUInt32LE(at, 10)
    central.push(Buffer.from('PK\x01\x02\x14\x03'), common, rest, path)
    at += 30 + path.length + body.length
  }
  const list = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, list, end])
}

const top: Entry = { name: 'app-1.0/', kind: 'folder', mode: 0o755 }
const app: readonly Entry[] = [
  top,
  { name: 'app-1.0/bin/', kind: 'folder', mode: 0o750 },
  { name: 'app-1.0/bin/run', content: '#!/bin/sh\necho it runs\n', mode: 0o755 },
  { name: 'app-1.0/conf/app.conf', content: 'name = value\n', mode: 0o640 },
  { name: "app-1.0/it's a $(touch pwned) *.txt", content: 'odd\n' },
  { name: 'app-1.0/-dash', content: 'dash\n' },
  { name: 'app-1.0/ünïcödé ☃', content: 'letters\n' },
  { name: 'app-1.0/empty' },
]
const links: readonly Entry[] = [
  { name: 'app-1.0/current', kind: 'link', target: 'bin' },
  { name: 'app-1.0/also-run', kind: 'hard link', target: 'app-1.0/bin/run' },
]
const good = { name: 'good', content: 'good\n' }

/** Name of the file → its bytes. */
export const archives: Readonly<Record<string, Buffer>> = {
  'app.tar': tarOf([...app, ...links]),
  'app.tgz': gzipSync(tarOf([...app, ...links])),
  'app.zip': zipOf(app),
  'next.tgz': gzipSync(tarOf([...app, ...links, { name: 'app-1.0/new', content: 'new\n' }])),
  'cut.tgz': gzipSync(tarOf([...app, ...links])).subarray(0, 300),
  'none.tgz': Buffer.from('<html>this is no archive</html>\n'),
  'dots.tar': tarOf([good, { name: '../escaped', content: 'out\n' }]),
  'deep-dots.tar': tarOf([good, { name: 'a/../../escaped', content: 'out\n' }]),
  'absolute.tar': tarOf([good, { name: '/srv/extract/escaped', content: 'out\n' }]),
  'through-link.tar': tarOf([
    good,
    { name: 'out', kind: 'link', target: '/srv/extract' },
    { name: 'out/escaped', content: 'out\n' },
  ]),
  'link-out.tar': tarOf([good, { name: 'out', kind: 'link', target: '../../../etc/passwd' }]),
  'hard-link-out.tar': tarOf([good, { name: 'out', kind: 'hard link', target: '/etc/passwd' }]),
  'device.tar': tarOf([good, { name: 'device', kind: 'character device' }]),
  'set-id.tar': tarOf([good, { name: 'set-id', content: 'x', mode: 0o4755 }]),
  'dots.zip': zipOf([good, { name: '../escaped', content: 'out\n' }]),
}
