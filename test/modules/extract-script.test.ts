import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StepResult } from '../../engine/host/step.ts'
import { extractScript, REFUSED } from '../../engine/modules/_extract-script.ts'
import type { Extracting } from '../../engine/modules/_extracting.ts'
import { here, SHELLS, type Here } from '../support/here.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kplay-extract-script-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const run = (script: string, folder = scratch): string =>
  execFileSync('sh', ['-c', script], { encoding: 'utf8', cwd: folder })

/** More names at the top than are moved, or looked for, at once. */
const NAMES = Array.from({ length: 120 }, (_, at) => `n${at}`)

beforeAll(() => {
  run(`mkdir -p s/top/deep s/top/empty && cd s && echo one >top/one && echo two >top/deep/two && : >top/deep/nothing && ln -s deep/two top/l
chmod 0750 top/deep && tar czf ../a.tgz top && tar cf ../a.tar top
mkdir m && cd m && for n in ${NAMES.join(' ')}; do echo $n >$n; done; echo hidden >.h; tar czf ../../many.tgz ./*  .h; cd ..
mkdir b && cd b && mkdir -p top && echo > top/ok && ln -s /etc top/l && tar czf ../../bad.tgz top`)
})

const STAMP_LINES = [
  'd\ttop',
  'd\ttop/deep',
  'd\ttop/empty',
  'e\ttop/deep/nothing',
  'f\ttop/deep/two',
  'f\ttop/one',
  'l\ttop/l',
]

describe.each(SHELLS)('the script that extracts, under %s', (shell) => {
  let host: Here
  let dest = ''
  let state = ''
  beforeAll(async () => {
    host = await here(shell, scratch)
  })
  afterAll(() => host.close())
  beforeEach(() => {
    dest = mkdtempSync(join(scratch, 'to-'))
    state = join(mkdtempSync(join(scratch, 'state-')), 'extracted')
  })
  const at = (name: string): string => join(dest, name)
  const archive = (name: string): string => join(scratch, name)
  const stamp = (): string => join(state, 'x')
  const script = (settings: Partial<Extracting> = {}): ReturnType<typeof extractScript> =>
    extractScript({
      ...{ archive: archive('a.tgz'), size: undefined, temporary: false, dest, work: at('.work'), strip: 0 },
      ...{ include: [], exclude: [], tarOptions: [], policy: 'replace', outsideLinks: false, verify: false },
      ...{ stampPath: stamp(), options: 'o', owner: undefined, group: undefined, mode: undefined, ...settings },
    })
  const extract = (settings: Partial<Extracting> = {}): Promise<StepResult> =>
    host.target.run({ kind: 'run', label: 'extract', command: script(settings), effects: [] })
  const clean = { code: 0, stderr: '', stdout: '' }

  test.each([
    ['packed', {}],
    ['its size told', { size: 300 }],
    ['no room to unpack it beside', { size: 2 ** 52 }],
    ['not packed', { archive: archive('a.tar') }],
  ] as const)('the tree and its stamp: %s', async (_, settings) => {
    expect(await extract(settings)).toMatchObject(clean)
    expect(readFileSync(at('top/deep/two'), 'utf8')).toBe('two\n')
    expect(readdirSync(dest)).toEqual(['top'])
    expect(readdirSync(state)).toEqual(['x'])
    expect(existsSync(settings.archive ?? archive('a.tgz'))).toBe(true)
    expect(readFileSync(stamp(), 'utf8').split('\n').slice(2, -1).sort()).toEqual([...STAMP_LINES, 'options o'])
    expect(run('stat -c %a x . ..', state).trim().split('\n').slice(0, 2)).toEqual(['600', '700'])
  })

  test('what was left behind goes, and nothing is left', async () => {
    run('mkdir -p .work/tree/x && chmod 0 .work/tree/x && cp ../a.tgz .', dest)
    expect(await extract({ archive: at('a.tgz'), temporary: true })).toMatchObject(clean)
    expect(readdirSync(dest)).toEqual(['top'])
    run('cp ../bad.tgz .', dest)
    expect(await extract({ archive: at('bad.tgz'), temporary: true })).toMatchObject({ code: REFUSED })
    expect(readdirSync(dest)).toEqual(['top'])
  })

  test('refused: the tree and its stamp stay as they were', async () => {
    await extract()
    const before = readFileSync(stamp(), 'utf8')
    const found = await extract({ archive: archive('bad.tgz') })
    expect(found).toMatchObject({ code: REFUSED })
    expect(found.stderr).toContain('link to something outside: ./top/l -> /etc')
    expect(found.stderr).toContain('outside_links')
    expect(readFileSync(stamp(), 'utf8')).toBe(before)
    expect(readdirSync(state)).toEqual(['x'])
    expect(readdirSync(at('top')).sort()).toEqual(['deep', 'empty', 'l', 'one'])
  })

  test.each([
    ['a file for a folder', 'echo >top', 'top is in the way of a folder'],
    ['a link for a folder', 'ln -s /tmp top', 'top is in the way of a folder'],
    ['a link to nowhere for a folder', 'ln -s nowhere top', 'top is in the way of a folder'],
    ['a file for a folder, deep', 'mkdir top; echo >top/deep', 'top/deep is in the way of a folder'],
    ['a folder for a file, deep', 'mkdir -p top/deep/two', 'top/deep/two is a folder, in the way of a file'],
    ['a folder for a link', 'mkdir -p top/l', 'top/l is a folder, in the way of a file'],
  ])('in the way: %s', async (_, make, said) => {
    run(`${make}; echo >'*'; echo >.hidden`, dest)
    const before = run('find . | sort', dest)
    const found = await extract()
    expect(found.stderr).toContain(said)
    expect(found).toMatchObject({ code: REFUSED })
    expect(run('find . | sort', dest)).toBe(before)
    expect(readdirSync(state)).toEqual([])
  })

  test('many names at the top: over nothing, over themselves, and with one in the way', async () => {
    const many = { archive: archive('many.tgz') }
    expect(await extract(many)).toMatchObject(clean)
    expect(readdirSync(dest).sort()).toEqual([...NAMES, '.h'].sort())
    run('echo mine >n7; rm n8', dest)
    expect(await extract(many)).toMatchObject(clean)
    expect(readFileSync(at('n7'), 'utf8') + readFileSync(at('n8'), 'utf8')).toBe('n7\nn8\n')
    run('echo mine >n7; rm n119; mkdir n119', dest)
    expect((await extract(many)).stderr).toContain('n119 is a folder, in the way')
    expect(readFileSync(at('n7'), 'utf8')).toBe('mine\n')
  })

  test('a folder that is there gets the mode of the archive, and keeps what else it has', async () => {
    mkdirSync(at('top'))
    mkdirSync(at('top/deep'), { mode: 0o700 })
    writeFileSync(at('top/deep/mine'), 'mine')
    writeFileSync(at('top/deep/two'), 'old')
    chmodSync(at('top'), 0o711)
    expect(await extract()).toMatchObject(clean)
    expect(run('stat -c %a top top/deep', dest)).toBe(run('stat -c %a top top/deep', join(scratch, 's')))
    expect(readdirSync(at('top/deep')).sort()).toEqual(['mine', 'nothing', 'two'])
    expect(readFileSync(at('top/deep/two'), 'utf8')).toBe('two\n')
  })

  test('repair brings back what is missing, of another kind or emptied, and touches no stamp', async () => {
    await extract()
    const before = readFileSync(stamp(), 'utf8')
    run(
      'echo mine >top/one; : >top/deep/two; rm -r top/l top/empty; mkdir top/x; echo >top/empty; chmod 0700 top/deep',
      dest,
    )
    expect(await extract({ policy: 'repair', options: undefined })).toMatchObject(clean)
    expect(run('cat top/one top/deep/two; readlink top/l; stat -c %a top/deep; ls top', dest)).toBe(
      'mine\ntwo\ndeep/two\n700\ndeep\nempty\nl\none\nx\n',
    )
    expect(readdirSync(at('top/empty'))).toEqual([])
    expect(readFileSync(stamp(), 'utf8')).toBe(before)
    run('rm -r top/one; mkdir top/one', dest)
    expect((await extract({ policy: 'repair', options: undefined })).stderr).toContain('top/one is a folder')
  })

  test('strip moves all that is one deeper, and refuses when nothing is', async () => {
    expect(await extract({ strip: 1 })).toMatchObject(clean)
    expect(readdirSync(dest).sort()).toEqual(['deep', 'empty', 'l', 'one'])
    const found = await extract({ strip: 4 })
    expect(found.stderr).toContain('nothing is left of the archive after strip: 4')
    expect(found).toMatchObject({ code: REFUSED })
  })

  test('with verify the digests are kept beside the stamp', async () => {
    expect(await extract({ verify: true })).toMatchObject(clean)
    expect(readdirSync(state).sort()).toEqual(['x', 'x.sums'])
    expect(run(`sha256sum -c '${stamp()}.sums' | wc -l`, dest).trim()).toBe('3')
    expect(await extract()).toMatchObject(clean)
    expect(readdirSync(state)).toEqual(['x'])
  })

  test('options of GNU tar need it', async () => {
    const found = await extract({ tarOptions: ['--transform=s,one,uno,'] })
    if (shell.startsWith('b') && shell !== 'bash' && found.code !== 0) expect(found.stderr).toContain('needs GNU tar')
    else expect(existsSync(at('top/uno'))).toBe(true)
  })

  test.runIf(shell === 'dash' || shell === 'bash')('few processes', async () => {
    // Each program that the script starts says so, in a folder of its own before all others.
    const programs = mkdtempSync(join(scratch, 'programs-'))
    const log = join(programs, 'log')
    for (const name of 'awk cat chmod chown cp dd df dirname env find grep gzip head ls mkdir mv od readlink rm sed sh sha256sum stat sync tar tr wc'.split(
      ' ',
    ))
      writeFileSync(
        join(programs, name),
        `#!/bin/sh\necho ${name} >>${log}\nexec ${run(`command -v ${name}`).trim()} "$@"\n`,
        { mode: 0o755 },
      )
    const started = async (settings: Partial<Extracting>): Promise<string[]> => {
      rmSync(log, { force: true })
      const { text } = script(settings)
      execFileSync(shell, ['-c', text], { env: { ...process.env, PATH: `${programs}:${process.env['PATH']}` } })
      return readFileSync(log, 'utf8').trim().split('\n').sort()
    }
    mkdirSync(state, { recursive: true })
    const all = 'awk df find gzip mkdir mkdir mv mv od rm sha256sum sync sync sync tar tar'.split(' ')
    expect(await started({ size: 300 })).toEqual(all)
    // Over itself: the stamp goes first, what could be in the way is looked for, and folders are compared.
    expect((await started({ size: 300 })).length).toBeLessThan(2 * all.length)
  })
})
