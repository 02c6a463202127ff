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

/** Latin-1 as Python has it: the decoder of the web takes it for windows-1252. */
const LATIN_1 = /^(?:latin[-_]?1|iso[-_]?8859[-_]1)$/i

/** The bytes as text of an encoding that a playbook names; UTF-8 where none is. Throws BAD_ARGS for an unknown one. */
export function decodeAs(bytes: Buffer, encoding = 'utf-8'): string {
  if (/^utf[-_]?8$/i.test(encoding)) return bytes.toString('utf8')
  if (LATIN_1.test(encoding)) return bytes.toString('latin1')
  try {
    const decoder = new TextDecoder(encoding.replaceAll('_', '-'))
    // In one piece Node 20 takes windows-1252 for latin-1.
    return decoder.decode(bytes, { stream: true }) + decoder.decode()
  } catch (cause) {
    throw new KplayError('BAD_ARGS', `there is no encoding ${encoding}`, { hint: 'try utf-8 or latin-1', cause })
  }
}
