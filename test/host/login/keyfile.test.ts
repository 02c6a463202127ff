import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ParsedKey } from 'ssh2'
import { readKeyFile } from '../../../engine/host/login/keyfile.ts'
import { Keys } from '../../../engine/host/login/keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

function keygen(name: string, ...words: string[]): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-f', file, ...words])
  return file
}
function write(name: string, text: string | Buffer, mode = 0o600): string {
  const file = join(folder, name)
  writeFileSync(file, text, { mode })
  return file
}
function signs(key: ParsedKey | undefined): boolean {
  const data = randomBytes(100)
  const signature = key?.sign(data) as Buffer | Error | undefined
  return key !== undefined && Buffer.isBuffer(signature) && key.verify(data, signature)
}

const pkcs8 = { format: 'pem', type: 'pkcs8' } as const
const locked = { ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'words' } as const
const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey,
  ed25519: generateKeyPairSync('ed25519').privateKey,
}

describe('key files', () => {
  test.each([
    ['ed25519', () => keygen('a', '-t', 'ed25519', '-N', '')],
    ['rsa', () => keygen('b', '-t', 'rsa', '-b', '2048', '-N', '')],
    ['rsa in PEM', () => keygen('c', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '')],
    ['ecdsa', () => keygen('d', '-t', 'ecdsa', '-N', '')],
    ['rsa in PKCS#8', () => write('e', pairs.rsa.export(pkcs8))],
    ['ec in PKCS#8', () => write('f', pairs.ec.export(pkcs8))],
    ['ed25519 in PKCS#8', () => write('g', pairs.ed25519.export(pkcs8))],
  ])('%s', async (_, make) => {
    const file = await readKeyFile(make())
    expect(file.kind).toBe('open')
    expect(file.kind === 'open' && signs(file.key)).toBe(true)
  })

  test.each([
    ['ed25519', () => keygen('h', '-t', 'ed25519', '-a', '2', '-N', 'words'), true],
    ['ed25519 without its .pub', () => bare(keygen('i', '-t', 'ed25519', '-a', '2', '-N', 'words')), true],
    ['rsa in PEM', () => keygen('j', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'words'), true],
    [
      'rsa in PEM without its .pub',
      () => bare(keygen('k', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'words')),
      false,
    ],
    ['rsa in PKCS#8', () => write('l', pairs.rsa.export(locked)), false],
    ['ed25519 in PKCS#8', () => write('m', pairs.ed25519.export(locked)), false],
  ])('encrypted: %s', async (_, make, tellsPublicHalf) => {
    const file = await readKeyFile(make())
    if (file.kind !== 'locked') return expect.fail(file.kind)
    expect(file.key !== undefined).toBe(tellsPublicHalf)
    expect(file.unlock('wrong')).toBeUndefined()
    const key = file.unlock('words')
    expect(signs(key)).toBe(true)
    if (file.key) expect(file.key.getPublicSSH().equals(key?.getPublicSSH() ?? Buffer.of())).toBe(true)
  })

  const bare = (file: string): string => {
    rmSync(`${file}.pub`)
    return file
  }

  test('what is no key says why', async () => {
    expect(await readKeyFile(join(folder, 'nowhere'))).toEqual({ kind: 'absent' })
    expect(await readKeyFile(write('n', 'hello'))).toMatchObject({ kind: 'unusable' })
    expect(await readKeyFile(folder)).toMatchObject({ kind: 'unusable' })
    const open = keygen('o', '-t', 'ed25519', '-N', '')
    expect(await readKeyFile(`${open}.pub`)).toMatchObject({ kind: 'public' })
    chmodSync(open, 0o644)
    expect(await readKeyFile(open)).toMatchObject({ kind: 'unusable', why: expect.stringContaining('0644') as string })
    for (const cut of [20, 60, 200]) {
      const part = readFileSync(open).subarray(0, cut)
      expect(await readKeyFile(write(`p${cut}`, part))).toMatchObject({ kind: 'unusable' })
    }
  })
})

describe('keys of a run', () => {
  test('a passphrase is asked for once for all, again when it was wrong, and not before it is needed', async () => {
    const file = keygen('q', '-t', 'ed25519', '-a', '2', '-N', 'words')
    const answers = ['wrong', 'words']
    const asked: string[] = []
    const keys = new Keys(async (prompt) => {
      asked.push(prompt)
      return answers.shift()
    })
    const { identity } = await keys.file(file)
    expect(asked).toEqual([])
    const data = randomBytes(10)
    const signatures = await Promise.all(identity ? [1, 2, 3].map(() => identity.sign(data, undefined)) : [])
    expect(signatures.map((signature) => identity?.key.verify(data, signature))).toEqual([true, true, true])
    expect(asked).toHaveLength(2)
    expect(asked[0]).toContain(file)
  })

  test('without a terminal it stays locked', async () => {
    const keys = new Keys(async () => undefined)
    const { identity } = await keys.file(keygen('r', '-t', 'ed25519', '-a', '2', '-N', 'words'))
    await expect(identity?.sign(Buffer.of(1), undefined)).rejects.toThrow('stays locked')
  })
})
