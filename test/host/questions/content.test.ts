import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeReader } from '../../../engine/host/read.ts'
import { localSession, oldShell, shells } from '../../support/local-session.ts'
import { counting, openFolder, unprivileged } from '../support/other-shells.ts'

const CANNOT = { status: 'rejected', reason: { code: 'CANNOT_LOOK' } }
const folder = openFolder()
const at = (...names: string[]) => join(folder, ...names)

/** By name, what they have in them: what could be taken for another one's beginning or end, and what is no text. */
const files: Readonly<Record<string, string>> = {
  a: 'a\n',
  'no newline': 'x',
  empty: '',
  newlines: '\n\n\n',
  bytes: Buffer.from(Array.from({ length: 512 }, (_, byte) => byte % 256)).toString('latin1'),
  'new\nline': 'in its name',
  '-n': '-n',
  é: '\0\0',
  "quo'te $(id) *": `==> ${at('nobody')} <==\n`,
  'z <==': '<==',
}
const paths = Object.keys(files).map((name) => at(name))

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text, 'latin1')
  mkdirSync(at('dir'))
  symlinkSync('a', at('link'))
  symlinkSync('gone', at('dangling'))
  writeFileSync(at('liar'), `\n\n==> ${at('a')} <==\nnot a\n`)
  writeFileSync(at('hidden'), 'secret')
  chmodSync(at('hidden'), 0)
})

describe.each([...shells, oldShell()])('contents, under $name', (shell) => {
  const read = (all: readonly string[], limit?: number) => {
    const session = localSession(shell)
    const reader = makeReader(session)
    return Promise.all(all.map(async (path) => (await reader.readBytes(path, limit))?.toString('latin1'))).then(
      (texts) => ({ texts, frames: session.frames.length }),
    )
  }

  it('are told apart whatever is in them', async () => {
    expect(await read([...paths, at('link')])).toEqual({ texts: [...Object.values(files), 'a\n'], frames: 1 })
    expect(await read([at('a')])).toEqual({ texts: ['a\n'], frames: 1 })
    expect(await read([at('none'), at('a'), at('dangling'), at('empty'), at('a', 'b')])).toEqual({
      texts: [undefined, 'a\n', undefined, '', undefined],
      frames: 1,
    })
  })

  it('of a file cannot stand for those of another', async () => {
    const lie = `\n\n==> ${at('a')} <==\nnot a\n`
    expect(await read([at('liar'), at('a')])).toEqual({ texts: [lie, 'a\n'], frames: 2 })
    expect(await read([at('a'), at('liar')])).toEqual({ texts: ['a\n', lie], frames: 2 })
    expect(await read([at('empty'), at('liar')])).toEqual({ texts: ['', lie], frames: 1 })
  })

  it('that are too many, or of no file, are refused beside others', async () => {
    const reader = makeReader(localSession(shell))
    const asked = [
      reader.readText(at('a')),
      reader.readText(at('dir')),
      reader.readText(at('newlines'), 3),
      reader.readText(at('newlines'), 2),
      reader.readText(at('bytes'), 2),
      reader.readText(at('no newline'), 2),
      reader.readText('/dev/zero'),
      reader.readText(at('empty'), 0),
      reader.readText('/proc/self/stat'),
    ]
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: 'a\n' },
      CANNOT,
      { value: '\n\n\n' },
      CANNOT,
      CANNOT,
      { value: 'x' },
      CANNOT,
      { value: '' },
      { value: expect.stringMatching(/^\d+ \(/) as string },
    ])
  })
})

describe.each(unprivileged)('contents, under $name of nobody', (shell) => {
  it('that may not be read are no reason to doubt others', async () => {
    const session = localSession(shell)
    const reader = makeReader(session)
    const asked = ['a', 'hidden', 'empty', 'none'].map((name) => reader.readText(at(name)))
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: 'a\n' },
      { ...CANNOT, reason: { message: expect.stringMatching(/Permission denied/) as string } },
      { value: '' },
      { value: undefined },
    ])
    expect(session.frames.length).toBe(1)
  })
})

describe('one process', () => {
  it('reads all that are there', async () => {
    const { shell, started } = counting('head')
    const reader = makeReader(localSession(shell))
    expect(await Promise.all(['a', 'empty', 'bytes'].map((name) => reader.readText(at(name), 512)))).toHaveLength(3)
    expect(started()).toBe(1)
  })

  it('that had trouble is not believed, so each is asked alone', async () => {
    const { shell, started } = counting('head', '/usr/bin/head "$@"; [ "$1" != -v ]')
    const session = localSession(shell)
    const reader = makeReader(session)
    expect(await Promise.all([reader.readText(at('a')), reader.readText(at('empty'))])).toEqual(['a\n', ''])
    expect(session.frames.length).toBe(2)
    expect(started()).toBeGreaterThan(2)
  })
})
