import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeDir, setAttributes } from '../../engine/host/actions.ts'
import { freshStamp } from '../../engine/host/digest-memory.ts'
import { runStep } from '../../engine/host/execute.ts'
import { makeReader } from '../../engine/host/read.ts'
import { type Command, sh } from '../../engine/host/shell.ts'
import type { WriteStep } from '../../engine/host/step.ts'
import { localSession, oldShell, shells, temporaryFolder } from '../support/local-session.ts'

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)
const asRoot = process.getuid?.() === 0

describe.each([...shells, oldShell()])('writing a file, under $name', (shell) => {
  const session = localSession(shell)
  let folder = ''
  let path = ''
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder, 'a file')
  })
  const write = (content: WriteStep['content'], options: Partial<WriteStep> = {}) =>
    runStep(session, { kind: 'write', path, content, ...options })

  it('makes a new file with what the umask leaves of 0666', async () => {
    const result = await write('héllo\\n%s\n')
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(path, 'utf8')).toBe('héllo\\n%s\n')
    expect(mode(path)).toBe((0o666 & ~process.umask()).toString(8))
    expect(readdirSync(folder)).toEqual(['a file'])
  })

  it('keeps the mode of the old file, and takes another when told', async () => {
    writeFileSync(path, 'old')
    chmodSync(path, 0o751)
    await write('new')
    expect([readFileSync(path, 'utf8'), mode(path)]).toEqual(['new', '751'])
    await write('newer', { mode: '0600' })
    expect(mode(path)).toBe('600')
    await write('newest', { mode: '4750' })
    expect(mode(path)).toBe('4750')
  })

  it('sets modes with tools that take no options behind their operands', async () => {
    const strict = localSession(shell, { POSIXLY_CORRECT: '1' })
    for (const wanted of [{}, { mode: '0640' }, {}, { mode: 'a-r' }]) {
      expect(await runStep(strict, { kind: 'write', path, content: 'x', ...wanted })).toMatchObject({ code: 0 })
    }
    expect(mode(path)).toBe('200')
    for (const step of [
      makeDir(join(folder, 'a'), { mode: '2750' }),
      setAttributes(folder, { mode: 'o-x', recurse: true }),
    ])
      expect(await runStep(strict, step)).toMatchObject({ code: 0, stderr: '' })
    expect(mode(join(folder, 'a'))).toBe('2750')
  })

  it('takes over the mode of a file behind a link, and of nothing else', async () => {
    writeFileSync(join(folder, 'old'), 'old')
    chmodSync(join(folder, 'old'), 0o640)
    symlinkSync('old', path)
    await write('new')
    expect([lstatSync(path).isFile(), mode(path)]).toEqual([true, '640'])
    for (const target of ['/dev/null', folder]) {
      rmSync(path)
      symlinkSync(target, path)
      await write('new')
      expect([lstatSync(path).isFile(), mode(path)]).toEqual([true, (0o666 & ~process.umask()).toString(8)])
    }
  })

  it('takes bytes that are no text, and nothing at all', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128, 0])
    await write(bytes)
    expect(readFileSync(path)).toEqual(bytes)
    await write('')
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  it('streams a large file and tells how far it is', async () => {
    const file = join(temporaryFolder(), 'source')
    const bytes = Buffer.alloc(300_000, 'kplay ')
    writeFileSync(file, bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const sent: number[] = []
    await runStep(
      session,
      { kind: 'write', path, content: { file, size: bytes.length, sha256 } },
      { progress: (done) => sent.push(done) },
    )
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(sent.at(-1)).toBe(bytes.length)
  })

  it('tells of a big file what it verified, and of which very file', async () => {
    const bytes = Buffer.alloc(2 << 20, 'kplay ')
    const hex = createHash('sha256').update(bytes).digest('hex')
    expect(await write('small')).not.toHaveProperty('verified')
    const { verified, stdout, backup } = await write(bytes, { backup: true })
    expect(verified).toMatchObject({ path, algorithm: 'sha256', hex })
    expect([stdout, backup?.startsWith(path)]).toEqual(['', true])
    const told = { stamp: verified?.stamp ?? '', hex: 'a'.repeat(64) }
    const digest = () => makeReader(session, { get: () => told, keep: () => undefined }).digest(path, 'sha256')
    // That it is believed shows that the file is not read.
    expect(await digest()).toBe(told.hex)
    await write(bytes)
    expect(await digest()).toBe(hex)
  })

  it('tells nothing of a file that a validation may have changed, or that no one asked about', async () => {
    const bytes = Buffer.alloc(2 << 20, 'a')
    expect(await write(bytes, { validate: 'sed -i s/a/b/ %s' })).not.toHaveProperty('verified')
    path = join(folder, 'x\nstamp y')
    await write('old')
    expect((await write('new', { backup: true })).backup).toMatch(/x\nstamp y\.\d+\./)
  })

  it('tells what a script of its own verified, where its stamp can be had', async () => {
    writeFileSync(path, Buffer.alloc(2 << 20))
    const verifies = { path, algorithm: 'md5', hex: '0'.repeat(32) } as const
    const run = (command: Command) => runStep(session, { kind: 'run', command, effects: [], verifies })
    const stamped = await run(sh`echo said; ${freshStamp(sh`${path}`)}`)
    expect(stamped).toMatchObject({ code: 0, stdout: 'said\n', verified: verifies })
    const memory = { get: () => stamped.verified, keep: () => undefined }
    expect(await makeReader(session, memory).digest(path, 'md5')).toBe('0'.repeat(32))
    for (const command of [sh`echo said`, sh`${freshStamp(sh`/no/file`)}`, sh`${freshStamp(sh`${path}`)}; false`])
      expect(await run(command)).not.toHaveProperty('verified')
  })

  it('leaves the old file when the content is not what it should be', async () => {
    writeFileSync(path, 'old')
    const file = join(temporaryFolder(), 'source')
    writeFileSync(file, 'new')
    const content = { file, size: 3, sha256: '0'.repeat(64) }
    await expect(write(content)).rejects.toMatchObject({ code: 'CHECKSUM' })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a file'])
  })

  it('validates before anything changes', async () => {
    writeFileSync(path, 'old')
    const bad = await write('new', { validate: `sh -c 'cat "$1"; echo "no; $2" >&2; exit 3' sh %s '$HOME'` })
    expect(bad.code).toBe(85)
    expect(bad.stderr).toBe('newno; $HOME\nvalidate: exit code 3\n')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a file'])
    expect((await write('new', { validate: 'grep -q new %s' })).code).toBe(0)
    expect(readFileSync(path, 'utf8')).toBe('new')
    await expect(write('new', { validate: 'true' })).rejects.toMatchObject({ code: 'BAD_ARGS' })
  })

  it('keeps a backup by the name Ansible gives it', async () => {
    expect((await write('first', { backup: true })).backup).toBeUndefined()
    chmodSync(path, 0o640)
    const { backup = '' } = await write('second', { backup: true })
    expect(backup).toMatch(/^.*\/a file\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
    expect([readFileSync(backup, 'utf8'), mode(backup)]).toEqual(['first', '640'])
  })

  it('replaces a link, also one to a folder, and leaves what it points to', async () => {
    const target = join(folder, 'target')
    mkdirSync(target)
    symlinkSync(target, path)
    await write('file')
    expect(lstatSync(path).isFile()).toBe(true)
    expect(readdirSync(target)).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['a file', 'target'])
  })

  it('refuses a folder, and a folder above that is missing', async () => {
    mkdirSync(path)
    await expect(write('x')).rejects.toMatchObject({ code: 'REFUSED' })
    const missing = { path: join(folder, 'no', 'file') }
    await expect(write('x', missing)).rejects.toMatchObject({ code: 'REFUSED' })
    await expect(write(Buffer.from([255]), missing)).rejects.toMatchObject({ code: 'REFUSED' })
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })

  it('takes names that mean something to a shell or a tool', async () => {
    for (const name of ['-rf', "it's", 'new\nline', '$(id)', '*', 'a;b', '~', '!', `${'x'.repeat(255)}`]) {
      path = join(folder, name)
      await write(name)
      expect(readFileSync(path, 'utf8')).toBe(name)
    }
    expect(readdirSync(folder)).toHaveLength(9)
  })

  it.runIf(asRoot)('gives the file to its owner, or leaves it with the old one', async () => {
    await write('x', { owner: '12345', group: '23456', mode: '0640' })
    expect(statSync(path)).toMatchObject({ uid: 12345, gid: 23456 })
    await write('y')
    expect(statSync(path)).toMatchObject({ uid: 12345, gid: 23456 })
    expect(mode(path)).toBe('640')
    await write('z', { group: '7' })
    expect(statSync(path)).toMatchObject({ uid: 12345, gid: 7 })
  })

  it.runIf(asRoot && existsSync('/usr/bin/setfacl') && shell.name !== 'busybox')('keeps an access list', async () => {
    const { execFileSync } = await import('node:child_process')
    const list = () => execFileSync('getfacl', ['-c', '-p', '--', path]).toString()
    writeFileSync(path, 'old')
    execFileSync('setfacl', ['-m', 'u:nobody:r', path])
    await write('new')
    expect(list()).toContain('user:nobody:r--')
    await write('newer', { mode: '0600' })
    expect(list()).toMatch(/user:nobody:r--\t+#effective:---/)
    // A file without one gets none from its folder.
    execFileSync('setfacl', ['-b', path])
    chmodSync(path, 0o640)
    execFileSync('setfacl', ['-d', '-m', 'u:nobody:rw,o::r', folder])
    await write('newest')
    expect(list()).toBe('user::rw-\ngroup::r--\nother::---\n\n')
  })

  it('runs a command with its folder, input and environment', async () => {
    const { sh } = await import('../../engine/host/shell.ts')
    const step = {
      kind: 'run',
      command: sh`pwd; cat; echo "$WORD"; exit 3`,
      effects: [],
      chdir: folder,
      stdin: 'in\n',
    } as const
    const result = await runStep(session, step, { environment: { WORD: 'w' } })
    expect(result).toMatchObject({ code: 3, stdout: `${folder}\nin\nw\n`, step })
  })
})
