import { KplayError } from '../errors.ts'

/** How text becomes the bytes of a file, and back. */
export interface Encoding {
  /** Throws BAD_ARGS for a character that the encoding does not have. */
  encode(text: string): string | Buffer
  decode(bytes: Buffer): string
}

export const UTF_8: Encoding = { encode: (text) => text, decode: (bytes) => bytes.toString('utf8') }
const UTF_16: Encoding = {
  encode: (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  decode: (bytes) => bytes.toString('utf16le').replace(/^\uFEFF/, ''),
}
const UTF_16_LE: Encoding = {
  encode: (text) => Buffer.from(text, 'utf16le'),
  decode: (bytes) => bytes.toString('utf16le'),
}

/** Encodings by a name as Python has it: UTF-8, UTF-16 and all that have one byte for each character. */
export function encodingNamed(name: string): Encoding | undefined {
  const plain = name.toLowerCase().replaceAll('_', '-')
  if (/^(utf-?8)?$/.test(plain)) return UTF_8
  if (/^utf-?16$/.test(plain)) return UTF_16
  if (/^utf-?16-?le$/.test(plain)) return UTF_16_LE
  // The web takes these two for windows-1252.
  if (/^(us-?)?ascii$/.test(plain)) return ofBytes(name, characters('latin1').slice(0, 128))
  if (/^(latin-?1|iso-?8859-1)$/.test(plain)) return ofBytes(name, characters('latin1'))
  const letters = characters(plain.replace(/^iso8859/, 'iso-8859'))
  return letters.length === 256 ? ofBytes(name, letters) : undefined
}

/** What each byte stands for; fewer than 256 where it takes several to say one. */
function characters(encoding: string): readonly string[] {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  if (encoding === 'latin1') return [...bytes.toString('latin1')]
  try {
    const decoder = new TextDecoder(encoding)
    // In one piece Node 20 takes windows-1252 for latin-1.
    return decoder.encoding === 'iso-2022-jp' ? [] : [...(decoder.decode(bytes, { stream: true }) + decoder.decode())]
  } catch {
    return []
  }
}

/** A byte that stands for nothing is kept as half of a surrogate pair, which no text has. */
const stray = (byte: number): string => String.fromCharCode(0xdc00 + byte)

function ofBytes(name: string, known: readonly string[]): Encoding {
  const letters = Array.from({ length: 256 }, (_, byte) => {
    const letter = known[byte]
    return letter === undefined || letter === '\uFFFD' ? stray(byte) : letter
  })
  const byteOf = new Map(letters.map((letter, byte) => [letter, byte]))
  return {
    encode: (text) =>
      Buffer.from(
        [...text].map((letter) => {
          const byte = byteOf.get(letter)
          if (byte !== undefined) return byte
          throw new KplayError('BAD_ARGS', `${name} has no character ${JSON.stringify(letter)}`, {
            hint: 'write it in another encoding, such as utf-8',
          })
        }),
      ),
    decode: (bytes) => [...bytes].map((byte) => letters[byte] ?? stray(byte)).join(''),
  }
}
