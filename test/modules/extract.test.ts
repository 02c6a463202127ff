import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Converged } from '../../engine/run/convergence.ts'
import { has, here, SHELLS, type Here } from '../support/here.ts'

/** All that a person is told of a failure. */
const told = ({ failure }: Converged): string => `${failure?.error.message}\n${failure?.stderr}`

const scratch = mkdtempSync(join(tmpdir(), 'kplay-extract-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const run = (program: string, ...words: string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', cwd: scratch })

const zips = has('zip') && has('unzip')
const root = process.getuid?.() === 0

/** A release as the real ones are: one folder with programs, links, an empty file and odd names in it. */
function release(): string {
  const top = join(scratch, 'tool-1.0')
  mkdirSync(join(top, 'bin'), { recursive: true })
  mkdirSync(join(top, 'empty'))
  writeFileSync(join(top, 'bin/run'), '#!/bin/sh\n')
  chmodSync(join(top, 'bin/run'), 0o755)
  writeFileSync(join(top, 'conf'), 'a=1\n')
  chmodSync(join(top, 'conf'), 0o664)
  writeFileSync(join(top, "-o 'x' $(id) \\ é"), 'odd')
  writeFileSync(join(top, 'nothing'), '')
  symlinkSync('bin/run', join(top, 'start'))
  symlinkSync('../conf', join(top, 'bin/conf'))
  return 'tool-1.0'
}

beforeAll(() => {
  const name = release()
  run('tar', 'cf', 'tool.tar', name)
  run('tar', 'czf', 'tool.tgz', name)
  if (has('bzip2')) run('tar', 'cjf', 'tool.tbz2', name)
  if (has('xz')) run('tar', 'cJf', 'tool.txz', name)
  if (has('zstd')) run('tar', '--zstd', '-cf', 'tool.tzst', name)
  if (zips) run('zip', '-qry', 'tool.zip', name)
  evil()
})

/** Archives that must not touch anything outside, nor leave what is dangerous. Each holds a harmless file too. */
function evil(): void {
  const tar = (name: string, ...words: string[]): void => void run('tar', 'cf', `evil-${name}.tar`, '-P', ...words)
  mkdirSync(join(scratch, 'e/d'), { recursive: true })
  writeFileSync(join(scratch, 'e/ok'), 'ok')
  writeFileSync(join(scratch, 'e/x'), 'x')
  tar('up', '--transform', 's,e/x,../x,', 'e/ok', 'e/x')
  tar('absolute', '--transform', `s,e/x,${scratch}/evil-x,`, 'e/ok', 'e/x')
  symlinkSync('/etc', join(scratch, 'e/l'))
  tar('link', 'e/ok', 'e/l')
  symlinkSync('../../..', join(scratch, 'e/d/up'))
  tar('linkup', 'e/ok', 'e/d/up')
  run(
    'sh',
    '-c',
    'tar cf evil-behind.tar e/ok e/d; rm -rf e/d; ln -s /tmp e/d; tar rf evil-behind.tar e/d; rm e/d; mkdir e/d; echo > e/d/y; tar rf evil-behind.tar e/d/y',
  )
  run(
    'sh',
    '-c',
    'echo > e/hard; ln e/hard e/hard2; tar cf evil-hard.tar -P --transform "s,^e/hard$,/etc/hostname,h;" e/hard e/hard2 e/ok',
  )
  run('mkfifo', 'e/pipe')
  tar('pipe', 'e/ok', 'e/pipe')
  run('sh', '-c', 'echo > e/suid; chmod 4755 e/suid')
  tar('suid', 'e/ok', 'e/suid')
  run(
    'sh',
    '-c',
    `printf x > "e/new
line"; tar cf evil-line.tar e`,
  )
  if (zips) run('sh', '-c', 'ln -s /etc e/out; zip -qy evil-link.zip e/ok e/out')
  run('sh', '-c', 'head -c 300 tool.tgz > evil-cut.tgz; echo no archive at all > evil-none.tgz')
}

describe.each(SHELLS)('extract under %s', (shell) => {
  let host: Here
  let dest = ''
  beforeAll(async () => {
    host = await here(shell, scratch)
  })
  afterAll(() => host.close())
  beforeEach(() => {
    dest = mkdtempSync(join(scratch, 'to-'))
    writeFileSync(join(dest, 'other'), 'stays')
  })
  afterAll(() =>
    run(
      'sh',
      '-c',
      'for d in /var/lib/kplay ~/.local/state/kplay; do (cd $d/extracted 2>/dev/null && rm -f tool.* again-* new-* evil-*); done; :',
    ),
  )
  const extract = (args: object) => host.task('extract', { dest, remote_src: true, ...args })
  const at = (name: string): string => join(dest, name)

  const formats = [
    ...['tar', 'tgz'],
    ...(has('bzip2') ? ['tbz2'] : []),
    ...(has('xz') ? ['txz'] : []),
    ...(shell !== 'bare' && has('zstd') ? ['tzst'] : []),
    ...(zips ? ['zip'] : []),
  ]
  test.each(formats)('%s: the tree as it was packed, and nothing to do afterwards', async (format) => {
    const src = join(scratch, `tool.${format}`)
    const first = await extract({ src })
    expect(first.failure?.stderr).toBeUndefined()
    expect(first.status).toBe('changed')
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('a=1\n')
    expect(lstatSync(at('tool-1.0/bin/run')).mode & 0o7777).toBe(0o755)
    // busybox's unzip obeys the umask, and so does tar for all but root; the others restore what was packed.
    const masked = format === 'zip' ? shell.startsWith('b') && shell !== 'bash' : !root
    expect(lstatSync(at('tool-1.0/conf')).mode & 0o7777).toBe(masked ? 0o644 : 0o664)
    expect(run('readlink', at('tool-1.0/bin/conf')).trim()).toBe('../conf')
    expect(readFileSync(at("tool-1.0/-o 'x' $(id) \\ é"), 'utf8')).toBe('odd')
    expect(readdirSync(dest).sort()).toEqual(['other', 'tool-1.0'])
    expect(await extract({ src })).toMatchObject({ status: 'ok' })
  })

  test('says which tool is missing', async () => {
    if (shell !== 'bare' || !has('zstd')) return
    const found = await extract({ src: join(scratch, 'tool.tzst') })
    expect(told(found)).toContain('zstd is needed')
    expect(readdirSync(dest)).toEqual(['other'])
  })

  test('puts back what is missing, emptied or of another kind, and leaves what was changed', async () => {
    const src = join(scratch, 'tool.tgz')
    await extract({ src })
    rmSync(at('tool-1.0/bin/run'))
    writeFileSync(at('tool-1.0/start.tmp'), '')
    rmSync(at('tool-1.0/start'))
    writeFileSync(at('tool-1.0/start'), 'a file')
    rmSync(at('tool-1.0/empty'), { recursive: true })
    writeFileSync(at('tool-1.0/conf'), 'mine\n')
    const found = await extract({ src })
    expect(found.changes).toMatchObject([
      { key: 'damage', from: expect.stringContaining('tool-1.0/bin/run') as string, to: '' },
    ])
    expect(found.failure?.stderr).toBeUndefined()
    expect(found.status).toBe('changed')
    expect(existsSync(at('tool-1.0/bin/run'))).toBe(true)
    expect(lstatSync(at('tool-1.0/start')).isSymbolicLink()).toBe(true)
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('mine\n')
    expect(await extract({ src })).toMatchObject({ status: 'ok' })
  })

  test('knows the archive again when only its time has changed, and when it is gone', async () => {
    const src = join(scratch, `again-${shell}.tgz`)
    run('cp', join(scratch, 'tool.tgz'), src)
    await extract({ src })
    utimesSync(src, 1, 1)
    expect(await extract({ src })).toMatchObject({ status: 'ok' })
    rmSync(src)
    expect(await extract({ src })).toMatchObject({ status: 'ok' })
    rmSync(at('tool-1.0/conf'))
    await expect(extract({ src })).rejects.toMatchObject({ code: 'REFUSED' })
  })

  test('another archive of that name is extracted over the first', async () => {
    const src = join(scratch, `new-${shell}.tgz`)
    run('cp', join(scratch, 'tool.tgz'), src)
    await extract({ src })
    run('sh', '-c', 'mkdir -p n/tool-1.0 && echo b=2 >n/tool-1.0/conf && tar -C n -czf "$0" tool-1.0', src)
    const found = await extract({ src })
    expect(found.failure?.stderr).toBeUndefined()
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('b=2\n')
    expect(existsSync(at('tool-1.0/bin/run'))).toBe(true)
  })

  test.runIf(root)('strip, include, exclude, mode, owner', async () => {
    await extract({
      src: join(scratch, 'tool.tgz'),
      strip: 1,
      exclude: ['bin', 'noth*'],
      mode: 'u=rwX,go=',
      owner: 'daemon',
    })
    expect(readdirSync(dest).sort()).toEqual(["-o 'x' $(id) \\ é", 'conf', 'empty', 'other', 'start'])
    expect(lstatSync(at('conf'))).toMatchObject({ mode: 0o100600, uid: 1 })
    expect(lstatSync(at('empty')).mode & 0o7777).toBe(0o700)
    await extract({
      src: join(scratch, 'tool.tgz'),
      include: ['tool-1.0/bin', 'tool-1.0/conf'],
      dest: at('new/folder'),
    })
    expect(run('sh', '-c', 'cd "$0" && find . | sort', at('new/folder')).split('\n')).toEqual([
      '.',
      './tool-1.0',
      './tool-1.0/bin',
      './tool-1.0/bin/conf',
      './tool-1.0/bin/run',
      './tool-1.0/conf',
      '',
    ])
    const found = await extract({ src: join(scratch, 'tool.tgz'), include: ['tool-1.0/none'] })
    expect(told(found)).toContain('has no tool-1.0/none')
  })

  test('creates', async () => {
    mkdirSync(at('tool-1.0'))
    expect(await extract({ src: '/nowhere.tgz', creates: at('tool-1.0') })).toMatchObject({ status: 'ok' })
    const args = { src: join(scratch, 'tool.tgz'), creates: at('tool-1.0/conf') }
    expect(await extract(args)).toMatchObject({ status: 'changed' })
    rmSync(at('tool-1.0/bin/run'))
    expect(await extract(args)).toMatchObject({ status: 'changed' })
    expect(existsSync(at('tool-1.0/bin/run'))).toBe(true)
  })

  test('keeps newer files, and existing ones', async () => {
    mkdirSync(at('tool-1.0'))
    writeFileSync(at('tool-1.0/conf'), 'newer\n')
    utimesSync(at('tool-1.0/conf'), 4e9, 4e9)
    await extract({ src: join(scratch, 'tool.tgz'), keep_newer: true })
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('newer\n')
    utimesSync(at('tool-1.0/conf'), 1, 1)
    await extract({ src: join(scratch, 'tool.tgz'), extra_opts: ['--skip-old-files', '--strip-components=0'] })
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('newer\n')
  })

  test('with verify a changed file is brought back', async () => {
    const args = { src: join(scratch, 'tool.tgz'), verify: true }
    await extract(args)
    expect(await extract(args)).toMatchObject({ status: 'ok' })
    writeFileSync(at('tool-1.0/conf'), 'mine\n')
    expect(await extract(args)).toMatchObject({ status: 'changed' })
    expect(readFileSync(at('tool-1.0/conf'), 'utf8')).toBe('a=1\n')
  })

  test('nothing is changed when something is in the way', async () => {
    symlinkSync('/tmp', at('tool-1.0'))
    const found = await extract({ src: join(scratch, 'tool.tgz') })
    expect(told(found)).toContain('tool-1.0 is in the way of a folder')
    expect(readdirSync(dest).sort()).toEqual(['other', 'tool-1.0'])
  })

  const wicked = [
    ...[
      'up.tar',
      'absolute.tar',
      'link.tar',
      'linkup.tar',
      'behind.tar',
      'hard.tar',
      'pipe.tar',
      'suid.tar',
      'line.tar',
      ...(zips ? ['link.zip'] : []),
    ],
    ...['cut.tgz', 'none.tgz'],
  ]
  test.each(wicked)('refuses evil-%s and leaves all as it was', async (name) => {
    const before = lstatSync('/etc/hostname')
    const found = await extract({ src: join(scratch, `evil-${name}`) })
    expect(found.status).toBe('failed')
    expect(told(found)).toMatch(/archive|cut|none/)
    expect(readdirSync(dest)).toEqual(['other'])
    expect(existsSync(join(scratch, 'evil-x'))).toBe(false)
    expect(lstatSync('/etc/hostname')).toMatchObject({ ino: before.ino, nlink: before.nlink, mode: before.mode })
  })

  test('allows links that lead out when told so', async () => {
    const found = await extract({ src: join(scratch, 'evil-link.tar'), outside_links: true })
    expect(found.failure?.stderr).toBeUndefined()
    expect(run('readlink', at('e/l')).trim()).toBe('/etc')
  })
})
