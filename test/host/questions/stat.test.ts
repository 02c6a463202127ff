import { chmodSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ALONE } from '../../../engine/host/questions/question.ts'
import { statQuestion } from '../../../engine/host/questions/stat.ts'
import { makeReader, type ForgetfulReader } from '../../../engine/host/read.ts'
import { localSession, oldShell, shells } from '../../support/local-session.ts'
import { counting, openFolder, unprivileged } from '../support/other-shells.ts'

const folder = openFolder()
const at = (...names: string[]) => join(folder, ...names)
const odd = `-e 'x' $(id)*\n`

beforeAll(() => {
  mkdirSync(at('dir'))
  mkdirSync(at('closed'))
  for (const name of ['file', odd, 'dir/=', '[', '!']) writeFileSync(at(name), name)
  symlinkSync('file', at('link'))
  symlinkSync('dir', at('to dir'))
  symlinkSync('link', at('twice'))
  symlinkSync(odd, at(`to ${odd}`))
  symlinkSync('gone', at('dangling'))
  symlinkSync('loop', at('loop'))
  symlinkSync('closed/x', at('into closed'))
  chmodSync(at('closed'), 0)
})

/** Each path both ways, in one turn. */
const both = (reader: ForgetfulReader, paths: readonly string[]) =>
  Promise.all([...paths.map((path) => reader.lstat(path)), ...paths.map((path) => reader.stat(path))])

describe.each([...shells, oldShell()])('entries, under $name', (shell) => {
  const session = localSession(shell)
  const reader = makeReader(session)

  it('are what the kernel says, links followed or not, in one frame', async () => {
    const names = ['file', 'dir', 'dir/=', odd, 'link', 'to dir', 'to dir/', 'twice', `to ${odd}`, '[', '!', 'to dir/=']
    const paths = [...names.map((name) => `${folder}/${name}`), '/dev/null', '/']
    const frames = session.frames.length
    const found = await both(reader, paths)
    const expected = [...paths.map((path) => lstatSync(path)), ...paths.map((path) => statSync(path))]
    expect(found.map((entry) => [entry?.inode, entry?.size])).toEqual(expected.map(({ ino, size }) => [ino, size]))
    expect(found.map((entry) => entry?.kind === 'link')).toEqual(expected.map((entry) => entry.isSymbolicLink()))
    expect(found[names.indexOf('twice')]).toMatchObject({ kind: 'link', target: 'link' })
    // Where stat escapes odd bytes of a link's text, that one link is asked for once more.
    expect(session.frames.length - frames).toBeLessThan(3)
  })

  it('are absent where nothing is, whatever else is asked', async () => {
    const missing = [at('none'), at('file', 'x'), at('to dir', 'none')]
    const [own, ...rest] = await both(reader, [at('dangling'), ...missing])
    expect(own).toMatchObject({ kind: 'link', target: 'gone' })
    expect(rest).toEqual(rest.map(() => undefined))
  })

  it('that cannot be seen are told from absent ones', async () => {
    const asked = Promise.allSettled([reader.stat(at('loop')), reader.lstat(at('loop', 'x'))])
    const others = both(reader, [at('nothing'), at('to dir')])
    expect(await reader.lstat(at('loop'))).toMatchObject({ kind: 'link', target: 'loop' })
    expect((await others).map((entry) => entry?.kind)).toEqual([undefined, 'link', undefined, 'dir'])
    for (const answer of await asked) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'CANNOT_LOOK' } })
    }
  })
})

describe.each(unprivileged)('entries, under $name of nobody', (shell) => {
  it('behind a closed folder are not absent', async () => {
    const reader = makeReader(localSession(shell))
    const closed = [reader.stat(at('closed', 'x')), reader.lstat(at('closed', 'x')), reader.stat(at('into closed'))]
    const [seen, link] = await Promise.all([reader.stat(at('closed')), reader.lstat(at('into closed'))])
    expect([seen?.kind, link?.target]).toEqual(['dir', 'closed/x'])
    for (const answer of await Promise.allSettled(closed)) {
      expect(answer).toMatchObject({ reason: { message: expect.stringMatching(/Permission denied/) as string } })
    }
  })
})

it('are one process, and another for links that are followed', async () => {
  const { shell, started } = counting('stat')
  const reader = makeReader(localSession(shell))
  await both(reader, [at('file'), at('dir'), at('none')])
  expect(started()).toBe(1)
  await Promise.all([reader.lstat(at('link')), reader.lstat(at('dangling'))])
  expect(started()).toBe(1)
  await Promise.all([reader.stat(at('to dir')), reader.stat(at('twice')), reader.stat(at('dir', '='))])
  expect(started()).toBe(2)
})

it('that turned into links or into nothing meanwhile are looked at again', () => {
  const record = (name: string, hex: string) => `${hex} 0 0 1 1 1 1 1 1 1:root:root:${name}M${name}M\n`
  const read = (stdout: string, stderr = '') =>
    statQuestion.read({ stdout: Buffer.from(stdout), stderr, code: 0 }, [{ path: 'a', follow: true }], 'M', false)
  expect(read(`MM\n${record('a', '81a4')}`, 'M\n')).toMatchObject([{ kind: 'file' }])
  expect(read(`MM\n${record('a', 'a1ff')}`, 'M\n')).toEqual([ALONE])
  expect(read(`${record('a', '81a4')}MM\n`, 'M\nstat: a: No such file or directory\n')).toEqual([undefined])
  expect(read(`MM\n${record('a', 'a1ff')}`, 'stat: a: No such file or directory\nM\n')).toEqual([undefined])
  expect(read('', 'sh: stat: not found\n')).toEqual([ALONE])
})
