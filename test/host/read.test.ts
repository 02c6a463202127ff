import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeReader } from '../../engine/host/read.ts'
import { sh } from '../../engine/host/shell.ts'
import { writeStamp } from '../../engine/host/stamp.ts'
import { framed, framedEcho, type Echo } from '../support/framed-echo.ts'
import { localSession, oldShell, shells, temporaryFolder } from '../support/local-session.ts'

const CANNOT = { code: 'CANNOT_LOOK' }

describe.each([...shells, oldShell()])('the reader, under $name', (shell) => {
  const session = localSession(shell)
  const reader = makeReader(session)
  const folder = temporaryFolder()
  const at = (...names: string[]) => join(folder, ...names)

  beforeAll(() => {
    writeFileSync(at('file'), 'text\n')
    chmodSync(at('file'), 0o4640)
    utimesSync(at('file'), 1000, 2000)
    linkSync(at('file'), at('same'))
    mkdirSync(at('dir', 'empty'), { recursive: true })
    writeFileSync(at('dir', '.hidden'), Buffer.from([0, 255, 10, 10]))
    symlinkSync('file', at('link'))
    symlinkSync("no\nsuch -> 'x'", at('dangling'))
    symlinkSync('with\\backslash', at('odd'))
    symlinkSync('loop', at('loop'))
    symlinkSync('dir', at('folder'))
  })

  it('sees what is there, and what is not', async () => {
    const [file, link, missing, below] = await Promise.all(
      [at('file'), at('link'), at('missing'), at('file', 'below')].map((path) => reader.lstat(path)),
    )
    expect(file).toMatchObject({ kind: 'file', mode: '4640', size: 5, atime: 1000, mtime: 2000, links: 2 })
    expect(file).toMatchObject({ uid: process.getuid?.(), gid: process.getgid?.(), owner: session.user })
    expect(link).toMatchObject({ kind: 'link', target: 'file' })
    expect([missing, below]).toEqual([undefined, undefined])
    expect(await reader.stat(at('link'))).toEqual(file)
    expect(await reader.stat(at('dangling'))).toBeUndefined()
    expect((await reader.lstat(at('same')))?.inode).toBe(file?.inode)
    expect((await reader.lstat('/dev/null'))?.kind).toBe('char')
  })

  it('reads link texts that mean something to those who print them', async () => {
    expect((await reader.lstat(at('dangling')))?.target).toBe("no\nsuch -> 'x'")
    expect((await reader.lstat(at('odd')))?.target).toBe('with\\backslash')
  })

  it('does not take what it cannot see for absent', async () => {
    const asked = [
      reader.stat(at('loop')),
      reader.readText(at('loop', 'x')),
      reader.realpath(at('loop')),
      reader.digest(at('loop'), 'md5'),
    ]
    // Together with something absent, of which each tool complains too.
    const absent = [
      reader.stat(at('nothing')),
      reader.readText(at('nothing')),
      reader.realpath(at('nothing')),
      reader.digest(at('nothing'), 'md5'),
    ]
    for (const result of await Promise.allSettled(asked)) {
      expect(result).toMatchObject({ status: 'rejected', reason: CANNOT })
      expect(result).toMatchObject({
        reason: {
          message: expect.stringMatching(/Too many (levels of )?symbolic links|Symbolic link loop/i) as string,
        },
      })
    }
    expect(await Promise.all(absent)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('reads files, and refuses what is none or too large', async () => {
    expect(await reader.readText(at('link'))).toBe('text\n')
    expect(await reader.readBytes(at('dir', '.hidden'))).toEqual(Buffer.from([0, 255, 10, 10]))
    expect(await reader.readText(at('file'), 5)).toBe('text\n')
    await expect(reader.readText(at('file'), 4)).rejects.toMatchObject(CANNOT)
    await expect(reader.readText(at('dir'))).rejects.toMatchObject(CANNOT)
    await expect(reader.readText('/dev/zero')).rejects.toMatchObject(CANNOT)
    expect(await reader.readText('/proc/self/stat')).toMatch(/^\d+ \(/)
  })

  it('computes digests of many files at once', async () => {
    const hex = (algorithm: string) => createHash(algorithm).update('text\n').digest('hex')
    expect(await Promise.all([at('file'), at('no'), at('link')].map((path) => reader.digest(path, 'sha256')))).toEqual([
      hex('sha256'),
      undefined,
      hex('sha256'),
    ])
    expect(await reader.digest(at('file'), 'sha512')).toBe(hex('sha512'))
    await expect(reader.digest(at('dir'), 'sha256')).rejects.toMatchObject(CANNOT)
    await expect(reader.digest('/dev/zero', 'sha256')).rejects.toMatchObject(CANNOT)
  })

  it('lists folders', async () => {
    expect(await reader.children(at('dir'))).toEqual(['.hidden', 'empty'])
    expect(await reader.children(at('folder'))).toEqual(['.hidden', 'empty'])
    expect(await Promise.all([at('dir', 'empty'), at('no'), at('file')].map((path) => reader.children(path)))).toEqual([
      [],
      undefined,
      undefined,
    ])
    const tree = await reader.tree(folder)
    expect([...(tree ?? [])].map(([path, { kind }]) => `${kind} ${path}`)).toEqual([
      'link dangling',
      'dir dir',
      'file dir/.hidden',
      'dir dir/empty',
      'file file',
      'link folder',
      'link link',
      'link loop',
      'link odd',
      'file same',
    ])
    expect(tree?.get('link')?.target).toBe('file')
    expect(await reader.tree(at('no'))).toBeUndefined()
    await expect(reader.tree(folder, 3)).rejects.toMatchObject(CANNOT)
  })

  it('matches patterns as a shell does, and nothing but patterns', async () => {
    expect(await reader.glob(at('[df]*[!r]'))).toEqual([at('dangling'), at('file')])
    expect(await reader.glob(at('*/.h?dden'))).toEqual([at('dir', '.hidden'), at('folder', '.hidden')])
    expect(await reader.glob(at('nothing*'))).toEqual([])
    expect(await reader.glob(`${at('$(echo fi)')}*`)).toEqual([])
  })

  it('resolves paths', async () => {
    const real = (path: string) => reader.realpath(path)
    expect(
      await Promise.all([
        real(at('folder', 'empty')),
        real(`${at('dir')}//./empty/`),
        real(at('folder', '..', 'file')),
      ]),
    ).toEqual([at('dir', 'empty'), at('dir', 'empty'), at('file')])
    expect(await Promise.all([real(at('dangling')), real(at('file', 'x')), real('/')])).toEqual([
      undefined,
      undefined,
      '/',
    ])
  })

  it('finds programs', async () => {
    expect(await reader.tool('no-such-tool', 'sh')).toMatch(/\/sh$/)
    expect(await Promise.all([reader.tool('no-such-tool'), reader.tool('cd')])).toEqual([undefined, undefined])
  })

  it('reads the kernel, its mounts and processes', async () => {
    const [maximum, slashes, absent, words] = await Promise.all(
      ['kernel.pid_max', 'kernel/pid_max', 'no.such.key', 'net.ipv4.tcp_rmem'].map((key) => reader.sysctl(key)),
    )
    expect(maximum?.value).toMatch(/^\d+$/)
    expect([slashes, absent]).toEqual([maximum, undefined])
    expect(words?.value).toMatch(/^\d+ \d+ \d+$/)
    expect((await reader.mounts()).find(({ path }) => path === '/proc')).toMatchObject({ fstype: 'proc', root: '/' })
    expect((await reader.process(process.pid))?.command).toContain('node')
    expect((await reader.process(process.pid))?.startTime).toBeCloseTo(Date.now() / 1000 - process.uptime(), -2)
    expect(await reader.process(2 ** 22 + 1)).toBeUndefined()
  })

  it('knows users and groups', async () => {
    expect(await reader.account('root')).toMatchObject({ uid: 0, gid: 0, home: '/root' })
    expect(await reader.group('root')).toMatchObject({ gid: 0 })
    expect(await Promise.all([reader.account('no.such'), reader.account('.*'), reader.group('r..t')])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('shows the end of a text', async () => {
    writeFileSync(at('dir', 'empty', 'log'), '1\n2\n3\n')
    expect(await reader.tail(at('dir', 'empty', 'log'), 2)).toBe('2\n3\n')
    expect(await reader.tail(at('no'), 2)).toBeUndefined()
    await expect(reader.tail(at('dir'), 2)).rejects.toMatchObject(CANNOT)
  })

  it('runs what it is asked to', async () => {
    const result = await reader.ask(sh`echo out; echo err >&2; exit 3`)
    expect(result).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('tells a whole tree from a damaged one', async () => {
    const root = at('tree')
    const hostile = ['tab\there', 'new\nline\n', 'back\\nslash', ' space ', '-e', "quo'te"]
    mkdirSync(join(root, 'sub'), { recursive: true })
    for (const name of ['full', ...hostile]) writeFileSync(join(root, name), 'x')
    writeFileSync(join(root, 'void'), '')
    symlinkSync('nowhere', join(root, 'link'))
    const entry = (path: string, kind: 'file' | 'dir' | 'link' = 'file', empty = false) => ({ path, kind, empty })
    const entries = [
      entry('sub/', 'dir'),
      entry('./full'),
      ...hostile.map((name) => entry(name)),
      entry('void', 'file', true),
      entry('link', 'link'),
    ]
    const stamp = writeStamp({ archive: 'sha256:00', options: 'strip=1', entries })
    writeFileSync(at('stamp'), stamp)
    expect(await reader.extraction(at('stamp'), root)).toEqual({ stamp, damage: [] })
    writeFileSync(join(root, 'full'), '')
    symlinkSync('full', join(root, 'instead'))
    const worse = writeStamp({
      archive: 'sha256:00',
      options: '',
      entries: [...entries, entry('gone\n'), entry('instead'), entry('void', 'dir')],
    })
    writeFileSync(at('worse'), worse)
    const [damaged, none, nowhere] = await Promise.all([
      reader.extraction(at('worse'), root),
      reader.extraction(at('no stamp'), root),
      reader.extraction(at('stamp'), at('no tree')),
    ])
    expect(damaged).toEqual({ stamp: worse, damage: ['full', 'gone\n', 'instead', 'void'] })
    expect([none, nowhere?.damage.length]).toEqual([undefined, entries.length])
    await expect(reader.extraction(at('loop'), root)).rejects.toMatchObject(CANNOT)
  })

  it('finds any path, whatever is in its name', async () => {
    const name = fc
      .string({ unit: fc.constantFrom(...`a-'"\\$\`*?[]!~ \n\t;&|<>(){}#%é`), minLength: 1, maxLength: 12 })
      .filter((text) => text !== '.' && text !== '..')
    const names = [...new Set(fc.sample(name, { numRuns: 150, seed: 1 }))]
    const many = at('many')
    mkdirSync(many)
    for (const [index, one] of names.entries()) writeFileSync(join(many, one), String(index))
    const paths = names.map((one) => join(many, one))
    const frames = session.frames.length
    const [entries, texts, digests, missing] = await Promise.all([
      Promise.all(paths.map((path) => reader.lstat(path))),
      Promise.all(paths.map((path) => reader.readText(path))),
      Promise.all(paths.map((path) => reader.digest(path, 'md5'))),
      Promise.all(paths.map((path) => reader.lstat(`${path}@`))),
    ])
    expect(entries.map((entry) => entry?.size)).toEqual(names.map((_, index) => String(index).length))
    expect(texts).toEqual(names.map((_, index) => String(index)))
    expect(digests).toEqual(names.map((_, index) => createHash('md5').update(String(index)).digest('hex')))
    expect(missing).toEqual(paths.map(() => undefined))
    expect(await reader.children(many)).toEqual([...names].sort())
    expect([...((await reader.tree(many))?.keys() ?? [])].sort()).toEqual([...names].sort())
    expect(session.frames.length - frames).toBeLessThan(8)
  })

  describe('dialling', () => {
    let server: Server
    let port = 0
    let echoes: Echo
    let echo = 0
    beforeAll(async () => {
      server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', (data) => socket.end(`imok ${data.toString().trim()}\n`))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      port = (server.address() as { port: number }).port
      echoes = await framedEcho()
      echo = echoes.port
    })
    afterAll(() => {
      server.close()
      echoes.close()
    })

    it('connects, sends and reads', async () => {
      expect(await reader.dial('127.0.0.1', port, { send: 'ruok\n', read: true, timeout: 5 })).toMatchObject({
        connected: true,
        data: 'imok ruok\n',
      })
      expect(await reader.dial('127.0.0.1', port, { timeout: 2 })).toMatchObject({ connected: true, data: '' })
      expect(
        (await reader.listening()).some((listener) => listener.port === port && listener.address === '127.0.0.1'),
      ).toBe(true)
    })

    it('sends and reads bytes of every value', async () => {
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const answer = await reader.dial('127.0.0.1', echo, { send: framed(all), read: true, timeout: 5 })
      expect(answer).toMatchObject({ connected: true, late: false })
      expect(answer.bytes.equals(all)).toBe(true)
    })

    it('says why it could not', async () => {
      const closed = await reader.dial('127.0.0.1', 1, { timeout: 5 })
      expect(closed).toMatchObject({ connected: false, error: 'Connection refused' })
    })
  })
})
