import { execFileSync, spawnSync } from 'node:child_process'
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
mkdir u && ln -s ../top/one u/l && tar czf ../up.tgz u top/one && rm -r u
mkdir b && cd b && mkdir -p top && echo > top/ok && ln -s /etc top/l && tar czf ../../bad.tgz top
rm top/l && ln -s ok top/l && tar cf ../../behind.tar top/l && rm top/l && mkdir top/l && echo >top/l/x && tar rf ../../behind.tar top/l/x
for way in ./ .//./ /; do rm -r top/l && ln -s ok top/l && tar cf ../../around.tar top/l && rm top/l && mkdir top/l && echo >top/l/x
tar rf ../../around.tar --transform="s,l/x,\${way}l/x," top/l/x && mv ../../around.tar "../../around$((at += 1)).tar"; done`)
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
      ...{
        archive: archive('a.tgz'),
        size: undefined,
        known: undefined,
        temporary: false,
        dest,
        work: at('.work'),
        strip: 0,
      },
      ...{ include: [], exclude: [], tarOptions: [], policy: 'replace', outsideLinks: false, verify: false },
      ...{ stampPath: stamp(), options: 'o', owner: undefined, group: undefined, mode: undefined, ...settings },
    })
  const extract = (settings: Partial<Extracting> = {}): Promise<StepResult> =>
    host.target.run({ kind: 'run', label: 'extract', command: script(settings), effects: [] })
  const clean = { code: 0, stderr: '', stdout: '' }

  test.each<[string, Partial<Extracting>]>([
    ['packed', {}],
    ['its size told', { size: 300 }],
    ['no room to unpack it beside', { size: 2 ** 52 }],
    ['not packed', { archive: archive('a.tar') }],
  ])('the tree and its stamp: %s', async (_, settings) => {
    expect(await extract(settings)).toMatchObject(clean)
    expect(readFileSync(at('top/deep/two'), 'utf8')).toBe('two\n')
    expect(readdirSync(dest)).toEqual(['top'])
    expect(readdirSync(state)).toEqual(['x'])
    expect(existsSync(settings.archive ?? archive('a.tgz'))).toBe(true)
    expect(readFileSync(stamp(), 'utf8').split('\n').slice(2, -1).sort()).toEqual([...STAMP_LINES, 'options o'])
    expect(run('stat -c %a x . ..', state).trim().split('\n').slice(0, 2)).toEqual(['600', '700'])
  })

  test('a digest that is known is not taken again, unless the archive is another one', async () => {
    const hex = 'a'.repeat(64)
    const told = async (known: Extracting['known']): Promise<string | undefined> => {
      expect(await extract({ known })).toMatchObject(clean)
      return readFileSync(stamp(), 'utf8').split('\n')[1]
    }
    const truth = await told(undefined)
    expect(truth).toMatch(/^archive sha256:[0-9a-f]{64}$/)
    expect(await told({ hex, stamp: null })).toBe(`archive sha256:${hex}`)
    const of = (name: string): string => run(`stat -L -c '%d %i %s %y %z' ${name}`, scratch).trimEnd()
    expect(await told({ hex, stamp: of('a.tgz') })).toBe(`archive sha256:${hex}`)
    expect(await told({ hex, stamp: of('a.tar') })).toBe(truth)
  })

  test('a destination that is reached by a link, and a link with dots in the archive', async () => {
    const linked = `${dest}-linked`
    run(`ln -s ${dest} ${linked}`)
    expect(await extract({ archive: archive('up.tgz'), dest: linked, work: join(linked, '.work') })).toMatchObject(
      clean,
    )
    expect(readFileSync(at('u/l'), 'utf8')).toBe('one\n')
    expect(readdirSync(dest).sort()).toEqual(['top', 'u'])
  })

  test.each([1, 2, 3])('no entry goes through a link, however it is spelled (%i)', async (way) => {
    const result = await extract({ archive: archive(`around${way}.tar`) })
    expect(result).toMatchObject({ code: REFUSED })
    expect(result.stderr).toContain('an entry behind one of its links')
  })

  test('a link where the work is done leads nobody elsewhere', async () => {
    run(`mkdir ${at('other')} && : >${at('other/file')} && chmod 0 ${at('other/file')} && ln -s other ${at('.work')}`)
    expect(await extract()).toMatchObject(clean)
    expect(run('stat -c %a other/file && ls -A', dest)).toBe('0\nother\ntop\n')
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

  const foreign = (programs: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(scratch, 'programs-'))
    for (const [name, text] of Object.entries(programs)) {
      const real = `real=${run(`command -v ${name}`).trim()}`
      writeFileSync(join(folder, name), `#!/bin/sh\n${real}\n${text}\n`, { mode: 0o755 })
    }
    return folder
  }
  const extractWith = (folder: string, settings: Partial<Extracting> = {}): { code: number | null; stderr: string } => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
    const { status, stderr } = spawnSync(shell, ['-c', script(settings).text], { env, encoding: 'utf8' })
    return { code: status, stderr }
  }
  const own = shell === 'dash' || shell === 'bash'

  test.runIf(own)('a find that hides how its programs end, and one that cannot look', () => {
    const hiding = foreign({ find: '"$real" "$@"; exit 0' })
    expect(extractWith(hiding, { archive: archive('bad.tgz') })).toMatchObject({
      code: REFUSED,
      stderr: expect.stringContaining('link to something outside: ./top/l -> /etc') as string,
    })
    const failing = foreign({ find: '"$real" "$@"; exit 1' })
    expect(extractWith(failing)).toMatchObject({
      code: REFUSED,
      stderr: expect.stringContaining('not all that came out') as string,
    })
    expect(readdirSync(dest)).toEqual([])
  })

  test.runIf(own)('a tar that is not GNU tar, and one that lists like bsdtar', () => {
    const columns = String.raw`s,^\(.\{10\}\) \([0-9]*\)/\([0-9]*\) *\([0-9]*\) [-0-9]* [0-9:]* ,\1  0 \2    \3   \4 Nov 23 17:53 ,`
    const tar = (version: string, script: string): string =>
      foreign({
        tar: `case "$*" in *--quoting-style*) echo unknown option >&2; exit 1 ;; *--version*) echo '${version}' ;;
-tvf*) "$real" -tv --numeric-owner | sed '${script}' ;; *) exec "$real" "$@" ;; esac`,
      })
    for (const folder of [tar('tar (busybox)', ''), tar('bsdtar 3.6.2', columns)]) {
      run('rm -rf ./*', dest)
      expect(extractWith(folder)).toEqual({ code: 0, stderr: '' })
      expect(readFileSync(at('top/deep/two'), 'utf8')).toBe('two\n')
      const behind = extractWith(folder, { archive: archive('behind.tar') })
      expect(behind).toMatchObject({ code: REFUSED })
      expect(behind.stderr).toContain('an entry behind one of its links: top/l/x')
      expect(extractWith(folder, { tarOptions: ['--transform=s,a,b,'] }).stderr).toContain('needs GNU tar')
    }
  })

  test.runIf(own)('few processes', () => {
    const log = join(dest, '..', `log-${shell}`)
    const names =
      'awk cat chmod chown cp dd df dirname env find grep gzip head ls mkdir mv od readlink rm sed sh sha256sum stat sync tar tr wc'
    const programs = foreign(
      Object.fromEntries(names.split(' ').map((name) => [name, `echo ${name} >>${log}; exec "$real" "$@"`])),
    )
    const started = (settings: Partial<Extracting>): string[] => {
      rmSync(log, { force: true })
      expect(extractWith(programs, settings)).toEqual({ code: 0, stderr: '' })
      return readFileSync(log, 'utf8').trim().split('\n').sort()
    }
    mkdirSync(state, { recursive: true })
    const all = 'awk df find gzip mkdir mkdir mv mv od rm sha256sum sync sync sync tar tar'.split(' ')
    expect(started({ size: 300 })).toEqual(all)
    // Over itself: the stamp goes first, what could be in the way is looked for, and folders are compared.
    expect(started({ size: 300 }).length).toBeLessThan(2 * all.length)
  })
})
