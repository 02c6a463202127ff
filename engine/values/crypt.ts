import { createHash, randomInt } from 'node:crypto'
import { failure } from './operand.ts'
import { own } from './own.ts'

export interface PasswordOptions {
  readonly type: string
  readonly salt: string | undefined
  readonly saltSize: number | undefined
  readonly rounds: number | undefined
}

interface Scheme {
  readonly hash: 'sha512' | 'sha256'
  readonly prefix: string
  /** How many rounds when nobody says. */
  readonly rounds: number
  /** The order in which three bytes at a time become four characters. */
  readonly order: readonly (readonly [number, number, number])[]
  readonly tail: readonly number[]
}

/** The first triple, and those that follow from it by stepping each byte through the thirds of the digest. */
function triples(
  third: number,
  start: readonly [number, number, number],
  count: number,
  turn: -1 | 1,
): [number, number, number][] {
  const list: [number, number, number][] = []
  let current: [number, number, number] = [...start]
  for (let index = 0; index < count; index++) {
    list.push(current)
    const [one, two, three] = current.map((byte) => byte + 1) as [number, number, number]
    current = turn > 0 ? [two, three, one] : [three, one, two]
  }
  return list.map((triple) => triple.map((byte) => byte % (3 * third + 3)) as [number, number, number])
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  sha512: { hash: 'sha512', prefix: '$6$', rounds: 656_000, order: triples(21, [0, 21, 42], 21, 1), tail: [63] },
  sha256: { hash: 'sha256', prefix: '$5$', rounds: 535_000, order: triples(10, [0, 10, 20], 10, -1), tail: [31, 30] },
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** SHA-crypt as the C library has it (https://www.akkadia.org/drepper/SHA-crypt.txt). */
export function passwordHash(password: string, { type, salt, saltSize, rounds }: PasswordOptions): string {
  const scheme = own(SCHEMES, type.replace(/_crypt$/, ''))
  if (!scheme)
    throw failure(
      `password_hash: ${type} is not in the list of supported algorithms: ${Object.keys(SCHEMES).join(', ')}`,
    )
  const seasoning = salt ?? Array.from({ length: saltSize ?? 16 }, () => ALPHABET.charAt(randomInt(64))).join('')
  if (!/^[./0-9A-Za-z]{1,16}$/.test(seasoning)) throw failure('the salt has 1 to 16 letters, digits, dots or slashes')
  const count = rounds ?? scheme.rounds
  if (count < 1000 || count > 999_999_999) throw failure('rounds go from 1000 to 999999999')
  const shown = count === 5000 && rounds !== undefined ? '' : `rounds=${count}$`
  return `${scheme.prefix}${shown}${seasoning}$${shaCrypt(Buffer.from(password, 'utf8'), Buffer.from(seasoning), count, scheme)}`
}

function shaCrypt(key: Buffer, salt: Buffer, rounds: number, { hash, order, tail }: Scheme): string {
  const digest = (...parts: readonly Buffer[]): Buffer => {
    const state = createHash(hash)
    parts.forEach((part) => state.update(part))
    return state.digest()
  }
  const stretch = (block: Buffer, length: number): Buffer => Buffer.alloc(length, length > 0 ? block : 0)
  const second = digest(key, salt, key)
  const parts = [key, salt, stretch(second, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? second : key)
  let result = digest(...parts)
  const p = stretch(digest(...Array.from({ length: key.length }, () => key)), key.length)
  const s = stretch(digest(...Array.from({ length: 16 + (result[0] ?? 0) }, () => salt)), salt.length)
  for (let round = 0; round < rounds; round++) {
    const pieces = [round & 1 ? p : result]
    if (round % 3 !== 0) pieces.push(s)
    if (round % 7 !== 0) pieces.push(p)
    pieces.push(round & 1 ? result : p)
    result = digest(...pieces)
  }
  const byte = (index: number): number => result[index] ?? 0
  const encode = (value: number, length: number): string =>
    Array.from({ length }, (_, index) => ALPHABET.charAt((value >> (6 * index)) & 63)).join('')
  const body = order
    .map(([high, middle, low]) => encode((byte(high) << 16) | (byte(middle) << 8) | byte(low), 4))
    .join('')
  const [first = 0, last] = tail
  return body + (last === undefined ? encode(byte(first), 2) : encode((byte(first) << 8) | byte(last), 3))
}
