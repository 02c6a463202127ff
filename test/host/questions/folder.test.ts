import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeReader, type ForgetfulReader } from '../../../engine/host/read.ts'
import { localSession, oldShell, shells } from '../../support/local-session.ts'
import { counting, openFolder, unprivileged } from '../support/other-shells.ts'

const folder = openFolder()
const at = (...names: string[]) => join(folder, ...names)
const names = [
  '*',
  '.*',
  '...',
  '..a',
  '.a',
  '-e',
  '!',
  '(',
  '[a]',
  '\\',
  '\\*',
  'a b',
  ' ',
  '\n',
  'a\n',
  "'",
  'é',
  '~',
  '$(id)',
]

beforeAll(() => {
  for (const name of ['odd', '-dir *\\[a]', 'empty', 'hidden', 'dots', 'no entry', 'no list']) mkdirSync(at(name))
  for (const name of names) writeFileSync(at('odd', name), '')
  for (const name of names) writeFileSync(at('-dir *\\[a]', name), '')
  writeFileSync(Buffer.concat([Buffer.from(at('dots', 'x')), Buffer.from([0xff, 0xfe])]), '')
  writeFileSync(Buffer.concat([Buffer.from(`${at('dots')}/.`), Buffer.from([0xff])]), '')
  writeFileSync(at('hidden', '.only'), '')
  writeFileSync(at('file'), '')
  writeFileSync(at('no entry', 'a'), '')
  writeFileSync(at('no list', 'a'), '')
  symlinkSync('odd', at('link'))
  symlinkSync('gone', at('dangling'))
  symlinkSync('gone', at('empty', '*'))
  symlinkSync('loop', at('loop'))
  mkdirSync(at('void'))
  chmodSync(at('no entry'), 0o744)
  chmodSync(at('no list'), 0o711)
})

const list = (reader: ForgetfulReader, ...paths: string[]) => Promise.all(paths.map((path) => reader.children(path)))
const sorted = [...names].sort()

describe.each([...shells, oldShell()])('names in folders, under $name', (shell) => {
  const session = localSession(shell)
  const reader = makeReader(session)

  it('are all names, whatever is in them', async () => {
    expect(await list(reader, at('odd'), at('link'), `${at('odd')}/`, at('-dir *\\[a]'), at('hidden'))).toEqual([
      sorted,
      sorted,
      sorted,
      sorted,
      ['.only'],
    ])
    expect(await list(reader, at('empty'), at('void'), at('dots'))).toEqual([['*'], [], ['.\ufffd', 'x\ufffd\ufffd']])
    expect(await reader.children('/proc/self/net')).toContain('tcp')
    expect(await reader.children('/')).toContain('proc')
  })

  it('are not those of what is no folder', async () => {
    const frames = session.frames.length
    expect(await list(reader, at('none'), at('hidden'), at('file'), at('dangling'), at('file', 'x'))).toEqual([
      undefined,
      ['.only'],
      undefined,
      undefined,
      undefined,
    ])
    expect(session.frames.length - frames).toBe(1)
    await expect(reader.children(at('loop'))).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })

  it('are found from where the session is', async () => {
    const beside = relative(process.cwd(), at('hidden'))
    expect(await list(reader, at('odd'), beside, 'engine/report/../run/..')).toMatchObject([
      sorted,
      ['.only'],
      expect.arrayContaining(['report', 'run']) as string[],
    ])
  })

  it('may be many', async () => {
    const many = at(`many ${shell.name}`)
    mkdirSync(many)
    const all = Array.from({ length: 3000 }, (_, index) => `${'x'.repeat(100)}${index}`).sort()
    for (const name of all) writeFileSync(join(many, name), '')
    expect(await reader.children(many)).toEqual(all)
  })
})

describe.each(unprivileged)('names in folders, under $name of nobody', (shell) => {
  it('are not told where they may not be looked at', async () => {
    const reader = makeReader(localSession(shell))
    const denied = {
      status: 'rejected',
      reason: { code: 'CANNOT_LOOK', message: expect.stringMatching(/Permission denied/) as string },
    }
    const asked = ['no entry', 'hidden', 'no list', 'void', 'none'].map((name) => reader.children(at(name)))
    expect(await Promise.allSettled(asked)).toMatchObject([
      denied,
      { value: ['.only'] },
      denied,
      { value: [] },
      { value: undefined },
    ])
  })
})

it('starts no process where a folder shows itself', async () => {
  const { shell, started } = counting('find')
  const reader = makeReader(localSession(shell))
  await list(reader, at('odd'), at('hidden'), at('link'))
  expect(started()).toBe(0)
})
