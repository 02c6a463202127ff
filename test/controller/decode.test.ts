import { expect, test } from 'vitest'
import { decode, decodeAs } from '../../engine/controller/decode.ts'
import type { KplayError } from '../../engine/errors.ts'

const refusal = (bytes: Buffer): string => {
  try {
    return decode(bytes, 'f.yml')
  } catch (error) {
    const { place, message, hint } = error as KplayError
    return `${place?.line}:${place?.column} ${message} (${hint})`
  }
}

test.each([
  ['UTF-8', Buffer.from('a: grüße\n'), 'a: grüße\n'],
  [
    'latin 1',
    Buffer.from('a: b\nc: gr\xfc\xdfe\n', 'latin1'),
    '2:6 this is no UTF-8 text: the byte 0xfc (save the file as UTF-8)',
  ],
  [
    'a replacement character before it',
    Buffer.concat([Buffer.from('\uFFFDa'), Buffer.from([0xff])]),
    '1:3 this is no UTF-8 text: the byte 0xff (save the file as UTF-8)',
  ],
  [
    'UTF-16',
    Buffer.from('\uFEFFa: b', 'utf16le'),
    '1:1 this is no UTF-8 text: the byte 0xff (it looks like UTF-16: save it as UTF-8)',
  ],
  [
    'a character cut in half',
    Buffer.from('ü').subarray(0, 1),
    '1:1 this is no UTF-8 text: the byte 0xc3 (save the file as UTF-8)',
  ],
])('%s', (_, bytes, expected) => {
  expect(refusal(bytes)).toBe(expected)
})

test.each([
  ['utf-8', Buffer.from('été €'), 'été €'],
  ['latin-1', Buffer.from([0xe9, 0x80]), 'é\x80'],
  ['iso8859-15', Buffer.from([0xe9, 0xa4]), 'é€'],
  ['windows-1252', Buffer.from([0xe9, 0x80]), 'é€'],
  ['utf_16', Buffer.from('\uFEFFé', 'utf16le'), 'é'],
])('bytes as %s', (encoding, bytes, want) => expect(decodeAs(bytes, encoding)).toBe(want))

test('an encoding that nobody knows', () =>
  expect(() => decodeAs(Buffer.from('a'), 'klingon')).toThrow('there is no encoding klingon'))
