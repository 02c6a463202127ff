import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isUnopened, parseSealed, seal, unseal } from '../../engine/vault/aes256.ts'

interface Row {
  readonly content: string
  readonly password: string
  readonly id: string | null
  readonly salt: string | null
  readonly vault: string
}
const rows = JSON.parse(readFileSync(new URL('vaults.json', import.meta.url), 'utf8')) as readonly Row[]

function open(vault: string, password: string): Buffer | string {
  const sealed = parseSealed(vault)
  const content = isUnopened(sealed) ? sealed : unseal(sealed, Buffer.from(password))
  return isUnopened(content) ? `${content.why}: ${content.detail}` : content
}

describe('what ansible-vault made', () => {
  test.each(rows)('$vault', ({ content, password, id, salt, vault }) => {
    expect(open(vault, password)).toEqual(Buffer.from(content, 'base64'))
    expect(open(vault, `${password}x`)).toBe('key: the HMAC differs')
    // The same salt gives the same text, to the byte.
    if (salt !== null) {
      const options = { id: id ?? undefined, salt: Buffer.from(salt) }
      expect(seal(Buffer.from(content, 'base64'), Buffer.from(password), options)).toBe(vault)
    }
  })
  test('some rows have a salt of their own', () => {
    expect(rows.filter(({ salt }) => salt !== null).length).toBeGreaterThanOrEqual(3)
  })
})

test('each vault has its own salt', () => {
  const [one, other] = [1, 2].map(() => seal(Buffer.from('x'), Buffer.from('p')))
  expect(one).not.toBe(other)
})

const password = 'secret'
const whole = seal(Buffer.from('hunter2'), Buffer.from(password), { salt: Buffer.alloc(32, 7) })
const hexOf = (text: string): string => Buffer.from(text).toString('hex')
const inner = (...parts: readonly string[]): string => `$ANSIBLE_VAULT;1.1;AES256\n${hexOf(parts.join('\n'))}\n`

test.each([
  ['indented', whole.replaceAll('\n', '\n    '), Buffer.from('hunter2')],
  ['with Windows line ends', whole.replaceAll('\n', '\r\n'), Buffer.from('hunter2')],
  ['folded into one line', whole.replaceAll('\n', ' ').trim(), /^cipher: AES256 /],
  ['of the old cipher', whole.replace('AES256', 'AES'), 'cipher: AES'],
  ['without a cipher', '$ANSIBLE_VAULT;1.1\n00', 'damaged: its first line is not $ANSIBLE_VAULT;1.1;AES256'],
  ['without content', '$ANSIBLE_VAULT;1.1;AES256\n', 'damaged: there is nothing below its first line'],
  ['that lost a digit', whole.replace(/\d\n$/, '\n'), 'damaged: it has an odd number of hexadecimal digits'],
  ['with a letter', whole.replace(/\d\n$/, 'z\n'), "damaged: 'z' is no hexadecimal digit"],
  ['cut short', inner('aa', 'bb'.repeat(32)), 'damaged: a part of it is missing'],
  ['with a short HMAC', inner('aa', 'bb', 'cc'.repeat(16)), 'damaged: a part of it is missing'],
  ['with half a block', inner('aa', 'bb'.repeat(32), 'cc'), 'damaged: a part of it is missing'],
  ['with another content', inner('aa', 'bb'.repeat(32), 'cc'.repeat(16)), 'key: the HMAC differs'],
])('a vault %s', (_, text, expected) => {
  const found = open(text, password)
  if (expected instanceof RegExp) expect(found).toMatch(expected)
  else expect(found).toEqual(expected)
})
