import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'

/** A key file as it lies on the disk. */
export type KeyFile =
  | { readonly kind: 'open'; readonly key: ParsedKey }
  /** `key` is its public half, where a file says so; `unlock` is undefined when the passphrase is wrong. */
  | {
      readonly kind: 'locked'
      readonly key: ParsedKey | undefined
      readonly unlock: (passphrase: string) => ParsedKey | undefined
    }
  /** A public key: its private half can only be in the agent. */
  | { readonly kind: 'public'; readonly key: ParsedKey }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly why: string }

/** Reads a private key in OpenSSH's, PEM's, PuTTY's or PKCS#8's format. Never throws: what is wrong is in the answer. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  let text: string
  try {
    const { mode, uid } = await stat(path)
    // As ssh does: a private key that others can read is not used.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.() && !path.endsWith('.pub')) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      return { kind: 'unusable', why: `others may read it (mode ${octal}): chmod 600 ${path}` }
    }
    text = await readFile(path, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? { kind: 'absent' }
      : { kind: 'unusable', why: `it cannot be read (${code ?? 'unknown'})` }
  }
  const pkcs8 = /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.exec(text)
  if (pkcs8?.[1]) return locked(path, text, (passphrase) => fromPkcs8(text, passphrase))
  const parsed = pkcs8 ? (fromPkcs8(text) ?? new Error('its algorithm is not supported')) : parse(text)
  if (!(parsed instanceof Error)) return { kind: parsed.isPrivateKey() ? 'open' : 'public', key: parsed }
  if (/encrypted|passphrase/i.test(parsed.message))
    return locked(path, text, (passphrase) => fine(parse(text, passphrase)))
  if (/sk-(ssh|ecdsa)/.test(Buffer.from(body(text), 'base64').toString('latin1'))) {
    return { kind: 'unusable', why: 'it lives in a security key: use ansible_connection=openssh' }
  }
  return { kind: 'unusable', why: parsed.message }
}

async function locked(
  path: string,
  text: string,
  unlock: (passphrase: string) => ParsedKey | undefined,
): Promise<KeyFile> {
  const beside = await readFile(`${path}.pub`, 'latin1').then(parse, () => undefined)
  return { kind: 'locked', key: fine(beside) ?? publicHalf(text), unlock }
}

/** ssh2's parser; a file with several keys counts by its first. */
function parse(text: string, passphrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('it holds no key')) : parsed
}

const fine = (parsed: ParsedKey | Error | undefined): ParsedKey | undefined =>
  parsed instanceof Error ? undefined : parsed

const body = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('-----'))
    .join('')

/** OpenSSH's format carries the public key in clear, even when the private one is encrypted (PROTOCOL.key). */
function publicHalf(text: string): ParsedKey | undefined {
  if (!text.includes('BEGIN OPENSSH PRIVATE KEY')) return undefined
  const bytes = Buffer.from(body(text), 'base64')
  let at = 'openssh-key-v1\0'.length
  const next = (): Buffer => {
    const start = at + 4
    at = start + bytes.readUInt32BE(at)
    return bytes.subarray(start, at)
  }
  try {
    next() // cipher
    next() // key derivation
    next() // its options
    at += 4 // number of keys
    const blob = next()
    return fine(parse(`${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')}`))
  } catch {
    return undefined
  }
}

/** PKCS#8 is what openssl writes; ssh2 does not read it, but the older formats of the same keys. */
function fromPkcs8(text: string, passphrase?: string): ParsedKey | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey(passphrase === undefined ? text : { key: text, passphrase })
  } catch {
    return undefined
  }
  const format = 'pem'
  if (key.asymmetricKeyType === 'rsa') return fine(parse(key.export({ type: 'pkcs1', format }).toString()))
  if (key.asymmetricKeyType === 'ec') return fine(parse(key.export({ type: 'sec1', format }).toString()))
  if (key.asymmetricKeyType === 'ed25519') return fine(parse(openSsh(key)))
  return undefined
}

/** An unencrypted ed25519 key in OpenSSH's format (PROTOCOL.key), the only one that ssh2 reads for it. */
function openSsh(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  const [open, secret] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const text = (value: string | Buffer): Buffer => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)])
  const name = text('ssh-ed25519')
  const check = number(0x6b706c79)
  const inner = Buffer.concat([check, check, name, text(open), text(Buffer.concat([secret, open])), text('')])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (inner.length % 8)) % 8))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    number(1),
    text(Buffer.concat([name, text(open)])),
    text(Buffer.concat([inner, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
}
