import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseStamp, stampPathFor, stateFolder, writeStamp } from '../../engine/host/stamp.ts'
import type { Entry, Reader } from '../../engine/host/reader.ts'

const reader = (uid: number, environ: string): Pick<Reader, 'stat' | 'readText'> => ({
  stat: async () => ({ uid }) as Entry,
  readText: async () => environ,
})

it('reads back what it wrote', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '/', ' ', '\\', '\t', '\n', '\r', 'é', "'", 'n'), maxLength: 12 })
  const entry = fc.record({
    path: text.map((path) => `x${path}y`),
    kind: fc.constantFrom('dir', 'link', 'file'),
    empty: fc.boolean(),
  })
  fc.assert(
    fc.property(text, fc.uniqueArray(entry, { selector: ({ path }) => path }), (options, entries) => {
      const stamp = {
        archive: 'sha256:01b3',
        options,
        entries: entries.map((one) => ({ ...one, empty: one.kind === 'file' && one.empty })),
      }
      expect(parseStamp(writeStamp(stamp))).toEqual(stamp)
    }),
  )
})

it('is one line per entry, in words a shell can read', () => {
  const entries = [
    { path: './bin/', kind: 'dir', empty: false },
    { path: 'a\tb', kind: 'file', empty: false },
    { path: 'void', kind: 'file', empty: true },
    { path: 'void', kind: 'file', empty: true },
    { path: 'jdk', kind: 'link', empty: false },
  ] as const
  expect(writeStamp({ archive: 'sha256:01', options: 'strip=1', entries })).toBe(
    'kplay-extract 1\narchive sha256:01\noptions strip=1\nd\tbin\nf\ta\\tb\ne\tvoid\nl\tjdk\n',
  )
})

it('takes nothing for a stamp that is not a whole one', () => {
  const whole = 'kplay-extract 1\narchive sha256:01\noptions \nf\tx\n'
  expect(parseStamp(whole)).toMatchObject({ entries: [{ path: 'x' }] })
  for (const text of [
    '',
    'kplay-extract 2\n',
    whole.slice(0, -1),
    whole.replace('f\t', 'q\t'),
    whole.replace('archive', ''),
  ]) {
    expect(parseStamp(text)).toBeUndefined()
  }
})

it('refuses entries outside the destination', () => {
  for (const path of ['', '/etc/passwd', '../x', 'a/../../x', './']) {
    const write = () => writeStamp({ archive: '', options: '', entries: [{ path, kind: 'file', empty: false }] })
    expect(write).toThrow(expect.objectContaining({ code: 'REFUSED' }) as Error)
  }
})

it('lies in the one folder that is ours', async () => {
  expect(await stateFolder(reader(0, 'HOME=/root\0'))).toBe('/var/lib/kplay')
  expect(await stateFolder(reader(1000, 'A=b\0HOME=/home/op/\0'))).toBe('/home/op/.local/state/kplay')
  expect(await stateFolder(reader(0, 'KPLAY_STATE=/srv/state/\0HOME=/root\0'))).toBe('/srv/state')
  await expect(stateFolder(reader(1000, ''))).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  const path = await stampPathFor(reader(0, ''), '/opt/ä b/')
  expect(path).toMatch(/^\/var\/lib\/kplay\/extracted\/__b-[0-9a-f]{16}$/)
  expect(await stampPathFor(reader(0, ''), '/opt//./ä b')).toBe(path)
})
