import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  linkSync,
  readFileSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listArchive } from '../../engine/controller/archive.ts'
import { KplayError } from '../../engine/errors.ts'
import type { ArchiveEntry } from '../../engine/host/reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-archive-'))
const source = join(folder, 'source')
const long = 'n'.repeat(120)
const run = (program: string, ...args: string[]): void => {
  execFileSync(program, args, { cwd: source, stdio: 'pipe' })
}
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

beforeAll(() => {
  mkdirSync(join(source, 'app/bin'), { recursive: true })
  mkdirSync(join(source, 'app/empty-dir'))
  mkdirSync(join(source, 'app', long, long), { recursive: true })
  writeFileSync(join(source, 'app/bin/run'), '#!/bin/sh\n'.repeat(200))
  chmodSync(join(source, 'app/bin/run'), 0o755)
  writeFileSync(join(source, 'app/nothing'), '')
  writeFileSync(join(source, 'app', long, long, 'übel name.txt'), 'x')
  symlinkSync('bin/run', join(source, 'app/link'))
  symlinkSync(`${long}/${long}`, join(source, 'app/long-link'))
  linkSync(join(source, 'app/bin/run'), join(source, 'app/hard'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const shown = (entries: readonly ArchiveEntry[]): string[] =>
  entries
    .map(({ path, kind, empty, target, mode }) =>
      [kind, empty ? 'empty' : '', kind === 'link' ? '' : mode, path.replace(/\/$/, ''), target ?? ''].join(' '),
    )
    .sort()

const expected = [
  'dir  0755 app ',
  'dir  0755 app/bin ',
  'dir  0755 app/empty-dir ',
  `dir  0755 app/${long} `,
  `dir  0755 app/${long}/${long} `,
  'file  0755 app/bin/run ',
  'file  0755 app/hard ',
  `file  0644 app/${long}/${long}/übel name.txt `,
  'file empty 0644 app/nothing ',
  'link   app/link bin/run',
  `link   app/long-link ${long}/${long}`,
]

describe('every format gives the same entries', () => {
  test.each([
    ['gnu.tar', ['tar', '--format=gnu', '-cf']],
    ['pax.tar', ['tar', '--format=pax', '-cf']],
    ['a.tar.gz', ['tar', '-czf']],
    ['a.tar.bz2', ['tar', '-cjf']],
    ['a.tar.xz', ['tar', '-cJf']],
    ['a.tar.zst', ['tar', '--zstd', '-cf']],
    ['a.zip', ['zip', '-qry']],
  ])('%s', async (name, [program = '', ...options]) => {
    const tools = { 'a.tar.bz2': 'bzip2', 'a.tar.xz': 'xz', 'a.tar.zst': 'zstd', 'a.zip': 'zip' }[name]
    if (tools && !has(tools)) return
    const path = join(folder, name)
    run(program, ...options, path, 'app')
    expect(shown(await listArchive(path))).toEqual([...expected].sort())
  })
  test('paths stand as they are written', async () => {
    const path = join(folder, 'dot.tar')
    run('tar', '-cf', path, './app/bin')
    expect((await listArchive(path)).map((entry) => entry.path)).toEqual(['./app/bin/', './app/bin/run'])
  })
})

async function refusal(path: string): Promise<KplayError> {
  try {
    await listArchive(path)
  } catch (error) {
    if (error instanceof KplayError) return error
  }
  throw new Error('no error')
}

describe('what is refused', () => {
  test.each([
    ['an absolute path', ['-cPf', '%', '/etc/hostname']],
    ['a path that leads out', ['-cPf', '%', '--transform=s,^app,../out,', 'app/nothing']],
    ['a file behind a link', ['-cf', '%', '--transform=flags=r;s,^app/nothing,app/link/x,', 'app/link', 'app/nothing']],
    ['a pipe', ['-cf', '%', 'pipe']],
  ])('%s', async (name, args) => {
    if (name === 'a pipe') run('mkfifo', 'pipe')
    const path = join(folder, `${name}.tar`)
    run('tar', ...args.map((arg) => (arg === '%' ? path : arg)))
    expect(await refusal(path)).toMatchObject({ code: 'REFUSED' })
  })
  test('what is no archive, cut short or not there', async () => {
    const text = join(folder, 'page.html')
    writeFileSync(text, '<html>not found</html>'.repeat(100))
    expect((await refusal(text)).code).toBe('REFUSED')
    for (const name of ['a.tar.gz', 'gnu.tar', 'a.zip']) {
      const cut = join(folder, `cut-${name}`)
      writeFileSync(cut, readFileSync(join(folder, name)))
      truncateSync(cut, name === 'gnu.tar' ? 512 * 4 + 700 : 300)
      expect((await refusal(cut)).code).toBe('REFUSED')
    }
    writeFileSync(join(folder, 'empty.tar'), '')
    expect((await refusal(join(folder, 'empty.tar'))).code).toBe('REFUSED')
    expect((await refusal(join(folder, 'none.tar'))).code).toBe('NOT_FOUND')
  })
})
