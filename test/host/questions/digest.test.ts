import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DigestMemory } from '../../../engine/host/digest-memory.ts'
import { makeReader } from '../../../engine/host/read.ts'
import type { KnownDigest } from '../../../engine/host/reader.ts'
import { localSession, oldShell, shells, type Shell } from '../../support/local-session.ts'
import { counting } from '../support/other-shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-digest-'))
const big = join(folder, "-b 'ig' $(id)")
const small = join(folder, 'small')
const text = 'x'.repeat(2 << 20)
const names = ['one', 'two\n', "-3 'x' $(id)*", 'same', 'link']
const others = names.map((name) => join(folder, name))
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

beforeAll(async () => {
  writeFileSync(big, text)
  writeFileSync(small, 'small')
  for (const path of others.slice(0, 3)) writeFileSync(path, text + path)
  linkSync(join(folder, 'one'), join(folder, 'same'))
  symlinkSync('one', join(folder, 'link'))
  // Younger files are not remembered.
  await sleep(4000)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

class Memory implements DigestMemory {
  readonly known = new Map<string, KnownDigest>()
  get = (path: string): KnownDigest | undefined => this.known.get(path)
  keep = (path: string, _algorithm: string, digest: KnownDigest): void => void this.known.set(path, digest)
}

describe.each(shells)('in $name', (shell) => {
  test('a big file is read once, and again when it is another one', async () => {
    const memory = new Memory()
    const digests = (): Promise<unknown> => {
      const reader = makeReader(localSession(shell), memory)
      return Promise.all([big, join(folder, 'none'), small].map((path) => reader.digest(path, 'sha256')))
    }
    expect(await digests()).toEqual([sha256(text), undefined, sha256('small')])
    // One that is missing makes it uncertain whose stamp is whose.
    expect([...memory.known]).toEqual([])

    const one = (): Promise<unknown> => makeReader(localSession(shell), memory).digest(big, 'sha256')
    expect(await one()).toBe(sha256(text))
    expect([...memory.known.keys()]).toEqual([big])
    const kept = memory.known.get(big)
    // That it is believed shows that it is not read.
    memory.known.set(big, { stamp: kept?.stamp ?? '', hex: 'a'.repeat(64) })
    expect(await one()).toBe('a'.repeat(64))
    expect(await digests()).toEqual(['a'.repeat(64), undefined, sha256('small')])

    truncateSync(big, text.length - 1)
    expect(await one()).toBe(sha256(text.slice(1)))
    writeFileSync(big, text)
    utimesSync(big, 1, 1)
    expect(await one()).toBe(sha256(text))
  })
})

test.each([
  ['in the same tick', '12.500000001', '12.500000001', false],
  ['a moment ago', '12.500000001', '12.515000001', false],
  ['some ticks ago', '12.500000001', '12.520100001', true],
  ['some ticks ago, in the second before', '11.999000000', '12.020000000', true],
  ['by a clock that counts seconds, one ago', '11.000000000', '12.500000001', false],
  ['by a clock that counts seconds, three ago', '09.000000000', '12.500000001', true],
  ['by a clock that tells no fractions, two ago', '10', '12', false],
  ['by a clock that tells no fractions, three ago', '09', '12', true],
])('a file that was changed %s', async (_, changed, now, expected) => {
  const line = (time: string): string =>
    `1 2 ${text.length} 1970-01-01 00:00:01.5 +0000 2026-11-23 18:06:${time} +0000 ${1795457100 + Math.floor(Number(time))}`
  const { shell } = counting('stat', `printf '%s\\n' '${line(changed)}' '${line(now)}'`)
  const memory = new Memory()
  expect(await makeReader(localSession(shell), memory).digest(small, 'sha256')).toBe(sha256('small'))
  expect([...memory.known.keys()]).toEqual(expected ? [small] : [])
})

describe.each([...shells, oldShell()])('remembered ones, in $name', (shell) => {
  const lie = (index: number) => String(index).repeat(64)
  const copy = (name: string) => join(folder, `${name} of ${shell.name}`)
  const truth = (index: number) => sha256(text + (others[index > 2 ? 0 : index] ?? ''))

  /** Files whose stamps are known, with wrong digests: that one is believed shows that it was not read. */
  async function remembered(): Promise<{
    memory: Memory
    ask(shell: Shell, paths?: readonly string[]): Promise<unknown>
  }> {
    const memory = new Memory()
    const ask = (asked: Shell, paths = others) => {
      const reader = makeReader(localSession(asked), memory)
      return Promise.allSettled(paths.map((path) => reader.digest(path, 'sha256'))).then((all) =>
        all.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
      )
    }
    expect(await ask(shell)).toEqual(others.map((_, index) => truth(index)))
    for (const [index, path] of others.entries()) {
      memory.known.set(path, { stamp: memory.known.get(path)?.stamp ?? '', hex: lie(index) })
    }
    return { memory, ask }
  }

  test('are each compared with their own stamp', async () => {
    const { memory, ask } = await remembered()
    expect(await ask(shell)).toEqual(others.map((_, index) => lie(index)))
    const [one = '', two = '', three = '', same = '', link = ''] = others
    const [none, dir] = [copy('none'), copy('dir')]
    mkdirSync(dir, { recursive: true })
    // What was remembered is gone, is a folder now, or is another file that is remembered as well.
    memory.known.set(none, { stamp: memory.known.get(two)?.stamp ?? '', hex: lie(7) })
    memory.known.set(dir, { stamp: memory.known.get(three)?.stamp ?? '', hex: lie(8) })
    memory.known.set(link, { stamp: memory.known.get(two)?.stamp ?? '', hex: lie(9) })
    const refused = `cannot look at ${dir}: it is not a regular file`
    expect(await ask(shell, [none, one, dir, small, two, link, three, same])).toEqual([
      undefined,
      lie(0),
      refused,
      sha256('small'),
      lie(1),
      truth(0),
      lie(2),
      lie(3),
    ])
  })

  test('are read again when stat has trouble', async () => {
    const { ask } = await remembered()
    const vanished = counting('stat', '/usr/bin/stat "$@" | tail -n +2; exit 1').shell
    expect(await ask({ ...shell, path: vanished.path })).toEqual(
      // A shell with tools of its own asks no other.
      others.map((_, index) => (shell.name === 'busybox' ? expect.anything() : truth(index)) as unknown),
    )
  })
})

test('one process tells the stamps of all', async () => {
  const { shell, started } = counting('stat')
  const memory = new Memory()
  const digests = () => {
    const reader = makeReader(localSession(shell), memory)
    return Promise.all(others.map((path) => reader.digest(path, 'sha256')))
  }
  const first = await digests()
  expect(memory.known.size).toBe(others.length)
  expect(started()).toBe(1)
  expect(await digests()).toEqual(first)
  expect(started()).toBe(1)
})
