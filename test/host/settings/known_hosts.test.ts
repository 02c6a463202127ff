import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { fingerprint, judge, KnownHosts, keyType } from '../../../engine/host/settings/known_hosts.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'kplay-known-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A public key in the wire format. */
function makeKey(): Buffer {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const text = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return Buffer.concat([text(Buffer.from('ssh-ed25519')), text(Buffer.from(x, 'base64url'))])
}
const [one, two] = [makeKey(), makeKey()]
const line = (hosts: string, key = one): string => `${hosts} ssh-ed25519 ${key.toString('base64')}\n`

let count = 0
function write(text: string): string {
  const file = join(folder, `known_hosts-${(count += 1)}`)
  writeFileSync(file, text)
  return file
}
const verdict = async (text: string, host = 'web1', port = 22, key = one) =>
  judge(await new KnownHosts().find([write(text)], host, port), key)

describe('known_hosts', () => {
  test.each([
    ['nothing', '', 'unknown'],
    ['this key', line('web1'), 'known'],
    ['this key, comments, blanks and a torn line', `# web1\n\n  \nweb1 ssh-ed25519\n${line('web1')}`, 'known'],
    ['another key', line('web1', two), 'changed'],
    ['another key and this one', line('web1', two) + line('web1'), 'known'],
    ['a key of another type', `web1 ssh-rsa ${two.toString('base64')}\n`, 'changed'],
    ['this key, revoked', line('web1') + line('@revoked *'), 'revoked'],
    ['another key, revoked', line('web1') + line('@revoked *', two), 'known'],
    ['only a certificate authority', line('@cert-authority *'), 'unknown'],
    ['a marker nobody knows', line('@strange web1'), 'unknown'],
    ['a list of names', line('db1,web1,10.0.0.1'), 'known'],
    ['a pattern', line('web?'), 'known'],
    ['a pattern with an exception', line('web*,!web1'), 'unknown'],
    ['capital letters', line('WEB1'), 'known'],
    ['a dot that is a dot', line('w.b1'), 'unknown'],
    ['the host on another port', line('[web1]:2222'), 'unknown'],
  ] as const)('with %s', async (_, text, expected) => {
    expect(await verdict(text)).toBe(expected)
  })

  test('a port other than 22 has names of its own', async () => {
    expect(await verdict(line('[web1]:2222'), 'web1', 2222)).toBe('known')
    expect(await verdict(line('web1'), 'web1', 2222)).toBe('unknown')
  })

  test('finds what ssh-keygen -F finds', { timeout: 60_000 }, async () => {
    const part = fc.constantFrom(
      'web1',
      'web2',
      'db',
      '10.0.0.1',
      'a.example',
      '*',
      '?',
      'web?',
      '*.example',
      '[web1]:2222',
      '[*]:2222',
    )
    const pattern = fc.array(fc.tuple(fc.constantFrom('', '!'), part), { minLength: 1, maxLength: 3 })
    const hosts = fc.sample(pattern, 60).map((parts) => parts.map((pair) => pair.join('')).join(','))
    const file = write(hosts.map((names) => line(names)).join(''))
    const hashed = write(readFileSync(file, 'utf8').replace(/^.*[*?!].*\n/gm, ''))
    await run('ssh-keygen', ['-q', '-H', '-f', hashed])
    for (const [host, port] of [
      ['web1', 22],
      ['web2', 22],
      ['db', 22],
      ['a.example', 22],
      ['web1', 2222],
      ['10.0.0.1', 22],
    ] as const) {
      for (const path of [file, hashed]) {
        const name = port === 22 ? host : `[${host}]:${port}`
        const { stdout } = await run('ssh-keygen', ['-F', name, '-f', path]).catch(() => ({ stdout: '' }))
        const lines = [...stdout.matchAll(/found: line (\d+)/g)].map((found) => Number(found[1]))
        const found = await new KnownHosts().find([path], host, port)
        expect(
          found.map((known) => known.line),
          `${name} in ${path}`,
        ).toEqual(lines)
      }
    }
  })

  test('writes a new key once, whoever asks, plain or hashed', async () => {
    for (const hashed of [false, true]) {
      const file = join(folder, `new-${hashed}/known_hosts`)
      const store = new KnownHosts()
      const adding = Array.from({ length: 20 }, (_, at) =>
        store.add(file, `host${at % 10}`, at % 2 ? 22 : 2222, one, hashed),
      )
      await Promise.all(adding)
      expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(10)
      expect(readFileSync(file, 'utf8').includes('host1')).toBe(!hashed)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(judge(await new KnownHosts().find([file], 'host1', 22), one)).toBe('known')
      await run('ssh-keygen', ['-F', '[host2]:2222', '-f', file])
    }
    const torn = write(line('db').trimEnd())
    await new KnownHosts().add(torn, 'web1', 22, one, false)
    expect(readFileSync(torn, 'utf8')).toBe(line('db') + line('web1'))
  })

  test('names a key as ssh-keygen does', async () => {
    const file = write(line('web1'))
    const { stdout } = await run('ssh-keygen', ['-l', '-f', file])
    expect(stdout).toContain(fingerprint(one))
    expect(keyType(one)).toBe('ssh-ed25519')
  })
})
