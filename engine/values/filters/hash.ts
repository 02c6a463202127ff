import { createHash, getHashes } from 'node:crypto'
import { didYouMean } from '../../schema/parse.ts'
import { passwordHash } from '../crypt.ts'
import { failure } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'

function digest(algorithm: string, source: string): string {
  const name = algorithm
    .toLowerCase()
    .replace(/^sha3_/, 'sha3-')
    .replace(/^blake2b$/, 'blake2b512')
    .replace(/^blake2s$/, 'blake2s256')
  if (!getHashes().includes(name)) throw failure(`there is no hash ${algorithm}`, didYouMean(name, getHashes()))
  return createHash(name).update(source, 'utf8').digest('hex')
}

const decoder = (encoding: string): InstanceType<typeof TextDecoder> => {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw failure(`unknown encoding ${encoding}`)
  }
}

/** Text in an encoding. Beyond UTF-8 there are those of one byte a character. */
function encode(source: string, encoding: string): Buffer {
  const name = encoding.toLowerCase().replaceAll('_', '-')
  if (name === 'utf-8' || name === 'utf8') return Buffer.from(source, 'utf8')
  if (name === 'utf-16-le' || name === 'utf-16le') return Buffer.from(source, 'utf16le')
  if (name === 'latin-1' || name === 'latin1' || name === 'iso-8859-1') return Buffer.from(source, 'latin1')
  if (name === 'ascii' || name === 'us-ascii') return Buffer.from(source, 'ascii')
  throw failure(`unknown encoding ${encoding}`)
}

/** The name space in which Ansible makes its version 5 UUIDs. */
const ANSIBLE_NAMESPACE = '361E6D51-FAEC-444A-9079-341386DA8E2E'

/** RFC 9562, version 5: a name within a name space. */
function uuid(name: string, namespace: string): string {
  const space = namespace.replaceAll('-', '')
  if (!/^[\da-f]{32}$/i.test(space)) throw failure(`'${namespace}' is no UUID`)
  const bytes = createHash('sha1').update(Buffer.from(space, 'hex')).update(name, 'utf8').digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The digits of Base64 in a text, as Python's lenient reading takes them; their padding must be there. */
function base64Digits(source: string, urlSafe: boolean): string {
  const digits = source.replace(urlSafe ? /[^\w=-]/g : /[^A-Za-z0-9+/=]/g, '')
  const { length } = digits.replace(/=+$/, '')
  if (length % 4 === 1 || digits.length < Math.ceil(length / 4) * 4)
    throw failure('this is no Base64: its padding is incorrect', 'end it with = until its length is a multiple of 4')
  return digits
}

export const hashFilters: Operations = {
  hash: operation('hashtype', (call) => digest(call.string('hashtype', 'sha1'), text(call.input))),
  checksum: operation('', (call) => digest('sha1', text(call.input))),
  sha1: operation('', (call) => digest('sha1', text(call.input))),
  md5: operation('', (call) => digest('md5', text(call.input))),
  b64encode: operation('encoding urlsafe', (call) => {
    const plain = encode(text(call.input), call.string('encoding', 'utf-8')).toString('base64')
    return call.flag('urlsafe') ? plain.replaceAll('+', '-').replaceAll('/', '_') : plain
  }),
  b64decode: operation('encoding urlsafe', (call) => {
    const encoding = call.string('encoding', 'utf-8').replace(/^(utf)[-_]?16[-_]?le$/i, 'utf-16le')
    const digits = base64Digits(text(call.input), call.flag('urlsafe'))
    try {
      return decoder(encoding).decode(Buffer.from(digits, 'base64'))
    } catch (error) {
      if (error instanceof TypeError) throw failure(`the decoded bytes are no ${encoding} text`)
      throw error
    }
  }),
  to_uuid: operation('namespace', (call) => uuid(text(call.input), call.string('namespace', ANSIBLE_NAMESPACE))),
  password_hash: operation('hashtype salt salt_size rounds ident', (call) =>
    passwordHash(text(call.input), {
      type: call.string('hashtype', 'sha512'),
      salt: call.get('salt') === null ? undefined : text(call.get('salt')),
      saltSize: call.get('salt_size') === null ? undefined : call.int('salt_size'),
      rounds: call.get('rounds') === null ? undefined : call.int('rounds'),
    }),
  ),
}
