import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeReader, type ForgetfulReader } from '../../../engine/host/read.ts'
import { localSession, oldShell, shells } from '../../support/local-session.ts'
import { counting, openFolder, unprivileged } from '../support/other-shells.ts'

const folder = openFolder()
const at = (...names: string[]) => join(folder, ...names)
const odd = `-e 'x' $(id)*\n`

beforeAll(() => {
  mkdirSync(at('dir', odd, 'sub'), { recursive: true })
  mkdirSync(at('closed'))
  writeFileSync(at('dir', 'file'), '')
  writeFileSync(at('dir', odd, 'file\n'), '')
  symlinkSync('dir', at('link'))
  symlinkSync(join('link', odd), at('far\n'))
  symlinkSync('/', at('root'))
  symlinkSync('//', at('to root'))
  symlinkSync('link/file', at('to file'))
  symlinkSync('closed', at('to closed'))
  symlinkSync('/proc', at('to proc'))
  symlinkSync('gone', at('dangling'))
  chmodSync(at('closed'), 0)
})

const real = (reader: ForgetfulReader, all: readonly string[]) => Promise.all(all.map((path) => reader.realpath(path)))

describe.each([...shells, oldShell()])('canonical paths, under $name', (shell) => {
  const reader = makeReader(localSession(shell))

  it('are those that the kernel knows', async () => {
    const there = [
      at('dir', 'file'),
      at('link'),
      `${at('link')}//`,
      at('link', 'file'),
      at('link', odd, 'file\n'),
      at('far\n'),
      at('far\n', 'sub'),
      at('far\n', 'file\n'),
      `${at('far\n')}/../file`,
      at('to file'),
      at('to closed'),
      at('root'),
      `${at('root')}/.`,
      at('root', 'usr'),
      at('root', 'usr', 'bin'),
      at('root', 'usr', 'bin', 'env'),
      at('to root'),
      at('to root', 'usr'),
      '/',
      '/.',
      '/..',
    ]
    expect(await real(reader, there)).toEqual(there.map((path) => realpathSync.native(path)))
    const nothing = [at('dangling'), at('link', 'none'), `${at('to file')}/`, at('to file', 'x')]
    expect(await real(reader, [...nothing, at('link')])).toEqual([...nothing.map(() => undefined), at('dir')])
  })

  it('are seen from where the session is', async () => {
    const beside = relative(process.cwd(), at('link', 'file'))
    expect(await real(reader, [`${at('link')}/none/..`, at('link'), beside])).toEqual([
      undefined,
      at('dir'),
      at('dir', 'file'),
    ])
    const where = makeReader(localSession(shell))
    expect(await real(where, [at('link'), '/proc/self/cwd', at('to proc')])).toEqual([
      at('dir'),
      process.cwd(),
      '/proc',
    ])
    expect(await where.realpath(at('to proc', 'self', 'cwd'))).toBe(process.cwd())
  })

  it('of programs: the first that is there, wherever', async () => {
    const bin = at('bin dir')
    const plain = join(bin, 'a*b')
    mkdirSync(join(bin, 'folder'), { recursive: true })
    for (const name of ['a*b', 'second one', '-n']) writeFileSync(join(bin, name), '', { mode: 0o755 })
    writeFileSync(join(bin, 'no program'), '')
    const found = makeReader(localSession({ ...shell, path: `${bin}:${shell.path}` }))
    expect(
      await Promise.all([
        found.tool('a*b'),
        found.tool('none', 'second one', 'sh'),
        found.tool('a?b', 'folder', 'no program', '-n'),
        found.tool(plain, 'sh'),
        found.tool(`${plain}x`, '*'),
        found.tool('second', 'one'),
      ]),
    ).toEqual([plain, join(bin, 'second one'), join(bin, '-n'), plain, undefined, undefined])
  })
})

describe.each(unprivileged)('canonical paths, under $name of nobody', (shell) => {
  it('need no right to enter what they name', async () => {
    const reader = makeReader(localSession(shell))
    expect(await real(reader, [at('to closed'), at('link', 'file')])).toEqual([at('closed'), at('dir', 'file')])
    await expect(reader.realpath(at('to closed', 'x'))).rejects.toMatchObject({
      code: 'CANNOT_LOOK',
      message: expect.stringMatching(/Permission denied/) as string,
    })
  })
})

it('asks nobody else about folders', async () => {
  const { shell, started } = counting('readlink')
  const reader = makeReader(localSession(shell))
  await real(reader, [at('link'), at('far\n', 'file\n'), at('root', 'usr'), dirname(at('link', 'file'))])
  expect(started()).toBe(0)
  expect(await reader.realpath(at('to file'))).toBe(at('dir', 'file'))
  expect(started()).toBe(1)
})
