import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bounded, Cutter, makeNonce } from '../../engine/host/frames.ts'
import { Turnstile } from '../../engine/host/turnstile.ts'

/** Cuts bytes at these places, as a network might. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1))), bytes.length].sort((a, b) => a - b)
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
}

describe('a cutter', () => {
  test('finds the same bytes between its lines, however the stream was cut', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      // What looks like the beginning of a line that is awaited.
      fc.constantFrom('\n', '\n\n', '\nNONCE', '\nNONCE0', 'NONCE1-\n', '\nNON\nNONC').map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (pieces, places) => {
          const nonces = pieces.map((_, at) => `${makeNonce()}${at}`)
          const stream = Buffer.concat(pieces.flatMap((bytes, at) => [bytes, Buffer.from(`\n${nonces[at]}-${at}\n`)]))
          const cutter = new Cutter()
          const found: Buffer[] = []
          const rests: string[] = []
          for (const nonce of nonces) {
            const kept = new Bounded(1000)
            cutter.await({
              start: nonce,
              bytes: (chunk) => kept.add(Buffer.from(chunk)),
              seen(rest) {
                rests.push(rest)
                found.push(kept.take())
              },
            })
          }
          for (const chunk of cut(stream, places)) cutter.push(chunk)
          expect(found.map((bytes) => bytes.toString('latin1'))).toEqual(
            pieces.map((bytes) => bytes.toString('latin1')),
          )
          expect(rests).toEqual(pieces.map((_, at) => `-${at}`))
          cutter.push(Buffer.from('noise'))
          expect(cutter.noise).toBe('noise')
        },
      ),
    )
  })

  test('keeps no more than a little of what belongs to nothing', () => {
    const cutter = new Cutter()
    cutter.await({ start: 'never', seen: () => expect.fail() })
    for (let count = 0; count < 100; count++) cutter.push(Buffer.alloc(65536, 120))
    cutter.push(Buffer.from('the end'))
    expect(cutter.noise.length).toBeLessThan(5000)
    expect(cutter.noise.endsWith('the end')).toBe(true)
  })
})

test('a bounded answer counts what it does not keep', () => {
  const bounded = new Bounded(5)
  for (const text of ['abc', 'def', 'ghi']) bounded.add(Buffer.from(text))
  expect(bounded).toMatchObject({ total: 9, overflown: true })
  expect(bounded.take().toString()).toBe('abcde')
})

test('a turnstile lets many together, and nobody behind one that goes alone, all in turn', async () => {
  const turnstile = new Turnstile()
  const seen: string[] = []
  const pass = async (name: string, alone: boolean) => {
    const leave = await turnstile.enter(alone)
    seen.push(`${name} in`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    seen.push(`${name} out`)
    leave()
    leave()
  }
  await Promise.all([pass('a', false), pass('b', false), pass('C', true), pass('d', false), pass('E', true)])
  expect(seen).toEqual(['a in', 'b in', 'C in', 'a out', 'b out', 'C out', 'd in', 'E in', 'd out', 'E out'])
})
