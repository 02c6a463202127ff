import { describe, expect, test } from 'vitest'
import type { KplayError } from '../../engine/errors.ts'
import { seal } from '../../engine/vault/aes256.ts'
import { Keyring, type KeyringOptions } from '../../engine/vault/keyring.ts'

const place = { file: 'v.yml', line: 3, column: 5 }
const vaultOf = (text: string | Buffer, password: string, id?: string): string =>
  seal(Buffer.from(text), Buffer.from(password), { id })
const ring = (passwords: Readonly<Record<string, string>>, options: KeyringOptions = {}): Keyring =>
  new Keyring(
    Object.entries(passwords).map(([id, password]) => ({ id, password: Buffer.from(password) })),
    options,
  )
const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    const { code, message, place: where } = error as KplayError
    return `${code} ${where?.file ?? ''}:${where?.line ?? ''}:${where?.column ?? ''} ${message}`
  }
  return 'opened'
}

describe('which password is tried', () => {
  test.each<[string, Readonly<Record<string, string>>, string | undefined, KeyringOptions, string]>([
    ['the only one', { default: 'p' }, undefined, {}, 'opened'],
    ['any of several', { a: 'x', b: 'p' }, undefined, {}, 'opened'],
    ['one of another label', { a: 'p' }, 'b', {}, 'opened'],
    ['of two with one label the second', { a: 'p', b: 'y' }, 'a', {}, 'opened'],
    ['only its own label', { a: 'x', b: 'p' }, 'b', { idMatch: true }, 'opened'],
    [
      'not one of another label',
      { a: 'p' },
      'b',
      { idMatch: true },
      'VAULT v.yml:3:5 there is no vault password of the id b',
    ],
    ['a default label of its own', { mine: 'p' }, undefined, { idMatch: true, defaultId: 'mine' }, 'opened'],
    ['none', {}, undefined, {}, 'VAULT v.yml:3:5 this is encrypted and there is no vault password'],
    ['all are wrong', { a: 'x', b: 'y' }, undefined, {}, 'VAULT v.yml:3:5 no vault password opens this: tried a, b'],
  ])('%s', (_, passwords, id, options, expected) => {
    expect(refusal(() => ring(passwords, options).open(vaultOf('text', 'p', id), place))).toBe(expected)
  })
})

test('it is known what a text was encrypted as', () => {
  const keyring = ring({ default: 'p' })
  const vault = vaultOf('hunter2', 'p')
  expect(keyring.sourceOf('hunter2')).toBe(undefined)
  expect(keyring.open(vault)).toBe('hunter2')
  expect(keyring.sourceOf('hunter2')).toBe(vault)
})

test('a value must be text', () => {
  expect(refusal(() => ring({ default: 'p' }).open(vaultOf(Buffer.from([0xff]), 'p'), place))).toBe(
    'VAULT v.yml:3:5 what is encrypted here is no UTF-8 text',
  )
})

test('a folded value is told how to write', () => {
  const folded = vaultOf('x', 'p').trim().replaceAll('\n', ' ')
  try {
    ring({ default: 'p' }).open(folded, place)
    expect.fail('it was opened')
  } catch (error) {
    expect((error as KplayError).hint).toBe('write !vault | so that line breaks are kept')
  }
})

describe('what must not be shown', () => {
  const masked = (text: string, teach: (keyring: Keyring) => void): string => {
    const keyring = ring({ default: 'p' })
    teach(keyring)
    return keyring.mask(text)
  }
  const value = (text: string) => (keyring: Keyring) => keyring.open(vaultOf(text, 'p'))

  test.each<[string, string, (keyring: Keyring) => void, string]>([
    ['nothing is known', 'hunter2', () => undefined, 'hunter2'],
    ['a value', 'a=hunter2;', value('hunter2'), 'a=********;'],
    ['a value with a line break', 'a=hunter2;', value('hunter2\n'), 'a=********;'],
    ['with marks of patterns', 'x a.b*c y axbbc', value('a.b*c'), 'x ******** y axbbc'],
    ['a line of a key', 'see MIIEvgIBADAN!', value('-----BEGIN-----\nMIIEvgIBADAN\n'), 'see ********!'],
    ['as base64', `k: ${Buffer.from('correct horse').toString('base64')}`, value('correct horse'), 'k: ********'],
    ['two characters only where they stand alone', 'ab cab', value('ab'), 'ab cab'],
    ['two characters', 'ab', value('ab'), '********'],
    ['nothing', 'x', value(''), 'x'],
    [
      'a longer one before a shorter',
      'secretive secret',
      (ring) => [value('secret')(ring), value('secretive')(ring)],
      '******** ********',
    ],
    [
      'a short text of an encrypted file',
      'kafka kafka1 db/kafka',
      (ring) => ring.conceal(['kafka']),
      '******** kafka1 db/********',
    ],
    ['a long one', 'xcorrect-horsex', (ring) => ring.conceal(['correct-horse']), 'x********x'],
    [
      'a copied file',
      'has line one here',
      (ring) => ring.openContent(vaultOf('line one\nline two\n', 'p'), '/f'),
      'has ******** here',
    ],
  ])('%s', (_, text, teach, expected) => {
    expect(masked(text, teach)).toBe(expected)
  })
})
