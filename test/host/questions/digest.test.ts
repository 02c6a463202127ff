import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DigestMemory, KnownDigest } from '../../../engine/host/digest-memory.ts'
import { makeReader } from '../../../engine/host/read.ts'
import { localSession, shells } from '../../support/local-session.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-digest-'))
const big = join(folder, "-b 'ig' $(id)")
const small = join(folder, 'small')
const text = 'x'.repeat(2 << 20)
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

beforeAll(async () => {
  writeFileSync(big, text)
  writeFileSync(small, 'small')
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
    // What was changed just now is not remembered.
    expect(memory.known.get(big)?.hex).toBe('a'.repeat(64))
    await sleep(4000)
  })
})
