import { isUtf8 } from 'node:buffer'
import { KplayError } from '../errors.ts'

/** The bytes of a file as UTF-8 text. Throws BAD_YAML with the place of the first byte that is none. */
export function decode(bytes: Buffer, file: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const before = beforeMistake(bytes)
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  const value = bytes[Buffer.byteLength(before)] ?? 0
  const wide = bytes[0] === 0xff || bytes[0] === 0xfe
  throw new KplayError('BAD_YAML', `this is no UTF-8 text: the byte 0x${value.toString(16).padStart(2, '0')}`, {
    place: { file, line, column },
    hint: wide ? 'it looks like UTF-16: save it as UTF-8' : 'save the file as UTF-8',
  })
}

/** The text up to the first byte that cannot be decoded. */
function beforeMistake(bytes: Buffer): string {
  const replaced = bytes.toString('utf8')
  // A replacement character may also have been written: then its three bytes stand there.
  for (let at = replaced.indexOf('\uFFFD'); at >= 0; at = replaced.indexOf('\uFFFD', at + 1)) {
    const before = replaced.slice(0, at)
    const offset = Buffer.byteLength(before)
    if (!bytes.subarray(offset, offset + 3).equals(Buffer.from('\uFFFD'))) return before
  }
  return replaced
}
