import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  chmodWords,
  makeDir,
  makeHardLink,
  makeLink,
  movePath,
  removePath,
  setAttributes,
  setSysctl,
} from '../../engine/host/actions.ts'
import { runStep } from '../../engine/host/execute.ts'
import { sh } from '../../engine/host/shell.ts'
import type { RunStep } from '../../engine/host/step.ts'
import { localSession, shells, temporaryFolder, type Shell } from '../support/local-session.ts'
import { counting, openFolder, unprivileged } from './support/other-shells.ts'

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)
const asRoot = process.getuid?.() === 0
const HOSTILE = ['-rf', "it's", 'new\nline', '$(id)', ' *', 'ends with newline\n', '\\040']

/** One that leaves links to folders alone only where the target is the folder above. */
const oldMv: Shell = {
  ...counting(
    'mv',
    `for word; do [ "$word" != -T ] || { echo 'mv: invalid option -- T' >&2; exit 1; }; done; exec /bin/mv "$@"`,
  ).shell,
  name: 'an old mv',
}

describe.each([...shells, oldMv])('actions, under $name', (shell) => {
  const session = localSession(shell)
  let folder = ''
  const at = (...names: string[]) => join(folder, ...names)
  const run = async (step: RunStep) => {
    const { code, stdout, stderr } = await runStep(session, step)
    return code === 0 ? stdout + stderr : `${code}: ${stderr}`
  }
  beforeEach(() => {
    folder = temporaryFolder()
  })

  it('makes a folder and those above it with the same mode', async () => {
    mkdirSync(at('a'))
    chmodSync(at('a'), 0o711)
    expect(await run(makeDir(at('a', 'b', 'c'), { mode: '2750' }))).toBe('')
    expect([mode(at('a')), mode(at('a', 'b')), mode(at('a', 'b', 'c'))]).toEqual(['711', '2750', '2750'])
    expect(await run(makeDir(at('x', 'y'), { parents: false }))).toMatch(/^1: /)
  })

  it('makes a folder with its own mode, whatever the one above hands down', async () => {
    mkdirSync(at('a'))
    chmodSync(at('a'), 0o2777)
    for (const wanted of ['0750', '0777', '755', '0', '1777', '2755']) {
      expect(await run(makeDir(at('a', wanted), { mode: wanted }))).toBe('')
      expect(mode(at('a', wanted))).toBe(String(Number(wanted)))
    }
    expect(await run(makeDir(at('a', 'b', 'c')))).toBe('')
    expect(mode(at('a', 'b'))).toBe((0o2777 & ~process.umask()).toString(8))
    writeFileSync(at('file'), '')
    expect(await run(makeDir(at('file', 'below', 'deep'), { mode: '0755' }))).toMatch(/^1: .*(Not a directory|exists)/s)
    expect(await run(makeDir(at('file', 'below', 'deep'), { mode: '0755' }))).not.toMatch(/deep/)
  })

  it('links, over a file, a dangling link and a link to a folder, but never over a folder', async () => {
    mkdirSync(at('old'))
    symlinkSync(at('old'), at('link'))
    for (const target of ['no such', '../x', '-f', at('old')]) {
      expect(await run(makeLink(at('link'), target))).toBe('')
      expect(readlinkSync(at('link'))).toBe(target)
    }
    writeFileSync(at('file'), '')
    await run(makeLink(at('file'), 'link'))
    expect(readdirSync(folder).sort()).toEqual(['file', 'link', 'old'])
    expect(readdirSync(at('old'))).toEqual([])
    expect(await run(makeLink(at('old'), 'x'))).toMatch(/^\d+: /)
    expect(readdirSync(folder).sort()).toEqual(['file', 'link', 'old'])
  })

  it('gives a file another name', async () => {
    writeFileSync(at('one'), 'x')
    writeFileSync(at('two'), 'y')
    expect(await run(makeHardLink(at('two'), at('one')))).toBe('')
    expect(await run(makeHardLink(at('two'), at('one')))).toBe('')
    expect(statSync(at('two')).ino).toBe(statSync(at('one')).ino)
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('removes what it is told, and links never with what they point to', async () => {
    mkdirSync(at('tree', 'below'), { recursive: true })
    symlinkSync(at('tree'), at('link'))
    expect(await run(removePath(`${at('link')}/`, { recursive: true }))).toBe('')
    expect(existsSync(at('tree', 'below'))).toBe(true)
    expect(await run(removePath(at('tree')))).toMatch(/^1: /)
    expect(await run(removePath(at('tree'), { recursive: true }))).toBe('')
    expect(await run(removePath(at('tree')))).toBe('')
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses to remove what something is mounted in', async () => {
    const before = existsSync('/proc/1')
    for (const path of ['/proc', '//proc/', '/./proc']) {
      expect(await run(removePath(path, { recursive: true }))).toMatch(/^1: \/proc.* is mounted: \/proc stays\n$/)
    }
    expect(existsSync('/proc/1')).toBe(before)
    for (const path of ['', '/', '//', '/.', '/..', '/a/..', '.', '..', '../..']) {
      expect(() => removePath(path, { recursive: true })).toThrow(expect.objectContaining({ code: 'REFUSED' }) as Error)
    }
  })

  it('sets modes, of folders too, through links or not', async () => {
    mkdirSync(at('dir'))
    chmodSync(at('dir'), 0o6777)
    symlinkSync('dir', at('link'))
    await run(setAttributes(at('link'), { mode: '0750', follow: false }))
    expect(mode(at('dir'))).toBe('6777')
    await run(setAttributes(at('link'), { mode: '0750' }))
    expect(mode(at('dir'))).toBe('750')
    await run(setAttributes(at('dir'), { mode: '1777' }))
    expect(mode(at('dir'))).toBe('1777')
    expect(await run(setAttributes(at('nothing'), { mode: '0644' }))).toMatch(/^1: /)
  })

  it('sets all below, links inside left alone', async () => {
    mkdirSync(at('dir', 'sub'), { recursive: true })
    writeFileSync(at('outside'), '')
    chmodSync(at('outside'), 0o600)
    writeFileSync(at('dir', 'sub', 'file'), '')
    symlinkSync('../outside', at('dir', 'link'))
    symlinkSync('nothing', at('dir', 'dangling'))
    expect(await run(setAttributes(at('dir'), { mode: 'u=rwX,g=rX,o=', recurse: true }))).toBe('')
    expect([mode(at('dir', 'sub')), mode(at('dir', 'sub', 'file')), mode(at('outside'))]).toEqual(['750', '640', '600'])
    chmodSync(at('dir', 'sub'), 0o3777)
    chmodSync(at('dir', 'sub', 'file'), 0o4700)
    expect(await run(setAttributes(at('dir'), { mode: 'u=rwX,go=rX', recurse: true }))).toBe('')
    expect([mode(at('dir', 'sub')), mode(at('dir', 'sub', 'file'))]).toEqual(['755', '755'])
    expect(await run(setAttributes(at('dir'), { mode: 'nonsense', recurse: true }))).toMatch(/^1: .*nonsense/s)
    expect(await run(setAttributes(at('nothing'), { mode: '0644', recurse: true }))).toMatch(/^1: /)
  })

  it.runIf(asRoot)('sets owners', async () => {
    mkdirSync(at('dir', 'sub'), { recursive: true })
    symlinkSync('sub', at('dir', 'link'))
    await run(setAttributes(at('dir'), { owner: '1234', group: '2345', recurse: true }))
    expect(statSync(at('dir', 'sub'))).toMatchObject({ uid: 1234, gid: 2345 })
    expect(lstatSync(at('dir', 'link'))).toMatchObject({ uid: 1234, gid: 2345 })
    await run(setAttributes(at('dir', 'link'), { group: '7', follow: false }))
    expect([lstatSync(at('dir', 'link')).gid, statSync(at('dir', 'link')).gid]).toEqual([7, 2345])
    await run(makeLink(at('owned'), 'x', { owner: '1234' }))
    expect(lstatSync(at('owned')).uid).toBe(1234)
    await run(makeDir(at('new', 'er'), { owner: '1234', group: '2345', mode: '2770' }))
    expect([statSync(at('new')).uid, mode(at('new'))]).toEqual([1234, '2770'])
  })

  it('moves, and only an empty folder gives way', async () => {
    writeFileSync(at('file'), 'x')
    mkdirSync(at('full', 'sub'), { recursive: true })
    mkdirSync(at('empty'))
    symlinkSync('full', at('link'))
    expect(await run(movePath(at('file'), at('full')))).toMatch(/^1: /)
    expect(await run(movePath(at('full'), at('empty')))).toBe('')
    expect(readdirSync(at('empty'))).toEqual(['sub'])
    symlinkSync('empty', at('to folder'))
    expect(await run(movePath(at('file'), at('to folder')))).toBe('')
    expect(readFileSync(at('to folder'), 'utf8')).toBe('x')
    expect(readdirSync(at('empty'))).toEqual(['sub'])
  })

  it('moves no folder over a link to another', async () => {
    mkdirSync(at('full', 'sub'), { recursive: true })
    mkdirSync(at('other'))
    symlinkSync('other', at('link'))
    expect(await run(movePath(at('full'), at('link')))).toMatch(/^1: .*link is a link/)
    expect([readdirSync(at('full')), readdirSync(at('other')), readlinkSync(at('link'))]).toEqual([
      ['sub'],
      [],
      'other',
    ])
  })

  it('takes names that mean something to a shell or a tool', async () => {
    for (const name of HOSTILE) {
      const [a, b] = [at(name, name), at(`${name}.x`)]
      const said = [
        await run(makeDir(a, { mode: '0700' })),
        await run(makeLink(b, name)),
        await run(setAttributes(a, { mode: '0750' })),
        await run(setAttributes(a, { mode: '0755', recurse: true })),
        await run(movePath(b, join(a, name))),
        await run(makeHardLink(b, join(a, name))),
      ]
      expect([name, said, mode(a)]).toEqual([name, ['', '', '', '', '', ''], '755'])
      expect(await run(removePath(at(name), { recursive: true }))).toBe('')
      expect(await run(removePath(b))).toBe('')
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('sets a kernel value', async () => {
    for (const value of ['4096 65536\t2048000', '', '-n', '%s\\n', "it's"]) {
      expect(await run(setSysctl(`kernel/../../..${at('value')}`, value))).toBe('')
      expect(readFileSync(at('value'), 'utf8')).toBe(`${value}\n`)
    }
  })

  it('names the reason of the kernel', async () => {
    expect(await run(setSysctl('kernel/../../../dev/full', '1'))).toMatch(/^1: tee: .*(No space left|I\/O error)/)
    expect(await run(setSysctl('no.such.key', '1'))).toMatch(/^1: tee: .*\/proc\/sys\/no\/such\/key.*: No such file/)
  })
})

it.each<[string, number, (folder: string) => RunStep]>([
  ['chmod', 0, (folder) => makeDir(join(folder, 'a', 'b'), { mode: '0750' })],
  ['mkdir', 2, (folder) => makeDir(join(folder, 'a', 'b'), { mode: '0750' })],
  ['chmod', 1, (folder) => makeDir(join(folder, 'a'), { mode: '2750' })],
  ['mkdir', 0, (folder) => makeLink(join(folder, 'link'), 'other')],
  ['rm', 0, (folder) => makeLink(join(folder, 'link'), 'other')],
  ['mv', 1, (folder) => makeLink(join(folder, 'link'), 'other')],
  ['tee', 0, (folder) => setSysctl(`kernel/../../..${folder}/value`, '1')],
])('starts %s %i times', async (tool, times, step) => {
  const folder = temporaryFolder()
  symlinkSync('/', join(folder, 'link'))
  const { shell, started } = counting(tool)
  expect(await runStep(localSession(shell), step(folder))).toMatchObject({ code: 0, stderr: '' })
  expect(started()).toBe(times)
})

it('describes a step the same way each time, by a name that fits', async () => {
  const folder = temporaryFolder()
  const long = join(folder, 'x'.repeat(255))
  expect(makeLink(long, 'a')).toEqual(makeLink(long, 'a'))
  expect(makeLink(long, 'a').command).not.toEqual(makeLink(long, 'b').command)
  for (const { shell } of [{ shell: oldMv }, counting('mv')]) {
    expect(await runStep(localSession(shell), makeLink(long, 'a'))).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(folder)).toEqual(['x'.repeat(255)])
  }
})

it.runIf(asRoot).each([...unprivileged])('keeps what may not be moved over a link, under $name', async (shell) => {
  const folder = openFolder()
  chmodSync(folder, 0o1777)
  symlinkSync('/', join(folder, 'to'))
  writeFileSync(join(folder, 'from'), 'x')
  chownSync(join(folder, 'from'), 65534, 65534)
  const { code } = await runStep(localSession(shell), movePath(join(folder, 'from'), join(folder, 'to')))
  expect(code).not.toBe(0)
  expect([readFileSync(join(folder, 'from'), 'utf8'), readdirSync(folder)]).toEqual(['x', ['from', 'to']])
})

it('makes no folder that is open to others for a moment, whatever the umask', async () => {
  const folder = temporaryFolder()
  const { shell } = counting('mkdir', `umask >>${folder}/masks; exec /bin/mkdir "$@"`)
  for (const [index, wanted] of ['0750', '2750', '0700'].entries()) {
    const { command, ...step } = makeDir(join(folder, `${index}`, 'b'), { mode: wanted })
    await runStep(localSession(shell), { ...step, command: sh`umask 0; ${command}` })
    expect(mode(join(folder, `${index}`, 'b'))).toBe(wanted.replace(/^0/, ''))
  }
  expect(new Set(readFileSync(join(folder, 'masks'), 'utf8').trim().split('\n'))).toEqual(new Set(['0077']))
})

it('gives no folder that a link leads to another mode', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'theirs'), { mode: 0o700 })
  for (const options of [{ mode: '0777' }, { mode: '1777' }]) {
    const { shell } = counting('mkdir', `for last; do :; done; ln -sf theirs "$last"; exec /bin/mkdir "$@"`)
    const { code } = await runStep(localSession(shell), makeDir(join(folder, `a${options.mode}`), options))
    expect([code, mode(join(folder, 'theirs'))]).toEqual([1, '700'])
  }
})

it('has a folder that somebody else makes in the same moment', async () => {
  const folder = join(temporaryFolder(), 'a')
  const { shell } = counting('mkdir', 'for last; do :; done; /bin/mkdir -m 0700 "$last"; exec /bin/mkdir "$@"')
  await runStep(localSession(shell), makeDir(folder, { mode: '0751' }))
  expect(mode(folder)).toBe('751')
})

it('spells octal modes in words', () => {
  expect(chmodWords('0644')).toBe('u=rw,g=r,o=r,u-s,g-s,a-t')
  expect(chmodWords('7000')).toBe('u=,g=,o=,u+s,g+s,a+t')
  expect(chmodWords('u+x')).toBe('u+x')
  expect(chmodWords('u=rwX,g=,o=rX')).toBe('u+rwX,u-s,g=,g-s,o+rX,o-w,a-t')
  expect(chmodWords('=rX,nonsense')).toBe('=rX,nonsense')
})
