import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseEnvelope, printEnvelope } from './envelope.ts'

/**
 * The cipher AES256 of Ansible's vault: PBKDF2-HMAC-SHA256 of the password gives a key for AES-256-CTR, one for the
 * HMAC-SHA256 of what is encrypted, and the counter. The payload is hex of three lines of hex: salt, HMAC, content.
 */
const CIPHER = 'AES256'
const ROUNDS = 10_000
const KEY = 32
const BLOCK = 16
const SALT = 32

/** Why a vault cannot be opened. `key`: the password is wrong, or the content was changed: these cannot be told apart. */
export type Unopened = { readonly why: 'cipher' | 'damaged' | 'key'; readonly detail: string }

export interface Sealed {
  readonly id: string | undefined
  readonly salt: Buffer
  readonly hmac: Buffer
  readonly content: Buffer
}

export interface SealOptions {
  readonly id?: string | undefined
  readonly salt?: Buffer | undefined
}

interface Keys {
  readonly cipher: Buffer
  readonly hmac: Buffer
  readonly counter: Buffer
}

/** Content and password → the text of a vault. */
export function seal(content: Buffer, password: Buffer, { id, salt = randomBytes(SALT) }: SealOptions = {}): string {
  const keys = keysOf(password, salt)
  // PKCS#7: Ansible pads although counter mode needs none.
  const missing = BLOCK - (content.length % BLOCK)
  const padded = Buffer.concat([content, Buffer.alloc(missing, missing)])
  const encrypted = createCipheriv('aes-256-ctr', keys.cipher, keys.counter).update(padded)
  const hmac = createHmac('sha256', keys.hmac).update(encrypted).digest()
  const inner = [salt, hmac, encrypted].map((part) => part.toString('hex')).join('\n')
  return printEnvelope({ cipher: CIPHER, id, payload: Buffer.from(inner, 'latin1').toString('hex') })
}

/** The text of a vault, taken apart. No password is needed for that. */
export function parseSealed(text: string): Sealed | Unopened {
  const envelope = parseEnvelope(text)
  if (!envelope) return damaged('its first line is not $ANSIBLE_VAULT;1.1;AES256')
  const { cipher, id, payload } = envelope
  if (cipher !== CIPHER) return { why: 'cipher', detail: cipher }
  const inner = unhex(payload)
  if (!inner) return damaged(hexComplaint(payload))
  const parts = inner.toString('latin1').split('\n')
  const [salt, hmac, content] = parts.map(unhex)
  if (parts.length !== 3 || !salt || hmac?.length !== 32 || !content || content.length % BLOCK !== 0)
    return damaged('a part of it is missing')
  return { id, salt, hmac, content }
}

/** The content, when the password is the right one. */
export function unseal({ salt, hmac, content }: Sealed, password: Buffer): Buffer | Unopened {
  const keys = keysOf(password, salt)
  const found = createHmac('sha256', keys.hmac).update(content).digest()
  if (!timingSafeEqual(found, hmac)) return { why: 'key', detail: 'the HMAC differs' }
  const padded = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter).update(content)
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > BLOCK) return damaged('its padding is wrong')
  return padded.subarray(0, padded.length - padding)
}

export const isUnopened = (value: Sealed | Buffer | Unopened): value is Unopened => 'why' in value

const damaged = (detail: string): Unopened => ({ why: 'damaged', detail })

/** Of salts met lately: one password is tried on many values, and 10,000 rounds take milliseconds. */
const known = new Map<string, Keys>()
const MOST_KNOWN = 500

function keysOf(password: Buffer, salt: Buffer): Keys {
  const name = `${password.toString('hex')}:${salt.toString('hex')}`
  const found = known.get(name)
  if (found) return found
  const derived = pbkdf2Sync(password, salt, ROUNDS, 2 * KEY + BLOCK, 'sha256')
  const keys = {
    cipher: derived.subarray(0, KEY),
    hmac: derived.subarray(KEY, 2 * KEY),
    counter: derived.subarray(2 * KEY),
  }
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(name, keys)
  return keys
}

const unhex = (digits: string): Buffer | undefined =>
  digits !== '' && digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits) ? Buffer.from(digits, 'hex') : undefined

function hexComplaint(payload: string): string {
  if (payload === '') return 'there is nothing below its first line'
  const bad = /[^0-9a-fA-F]/.exec(payload)?.[0]
  return bad === undefined ? 'it has an odd number of hexadecimal digits' : `'${bad}' is no hexadecimal digit`
}
