import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listArchive } from '../../engine/controller/archive.ts'
import { Digests } from '../../engine/controller/digests.ts'
import type { Local } from '../../engine/module/define.ts'
import type { Converged } from '../../engine/run/convergence.ts'
import { fakeLocal } from '../support/fake-local.ts'
import { bareHosts } from './support/hosts.ts'
import { moduleHost, type ModuleHost } from './support/module.ts'
import { labProblem } from './machine.ts'
import { network } from './roster.ts'

const HOSTS = ['bare8', 'sysv2', 'busybox2']
const scratch = mkdtempSync(join(tmpdir(), 'kplay-files-'))
const told = ({ status, failure }: Converged): string =>
  failure ? `${status}: ${failure.error.code}: ${failure.error.message} ${failure.stderr ?? ''}` : status

const digests = new Digests()
const fake = fakeLocal({ templates: { 'a.j2': 'text é\n' } })
/** The controller's real disk, without a search path. */
const local: Local = {
  ...fake,
  find: async (kind, name) => (kind === 'templates' ? `/controller/templates/${name}` : join(scratch, name)),
  file: async (path) => {
    const { hex, size } = await digests.of(path, 'sha256')
    return { file: path, size, sha256: hex }
  },
  digest: async (of, algorithm) =>
    'file' in of ? (await digests.of(of.file, algorithm)).hex : fake.digest(of, algorithm),
  tree: async () => undefined,
  mode: async () => '0755',
  readText: async (path) => readFileSync(path, 'utf8'),
  archive: (path) => listArchive(path),
}

/** A release as the real ones are, and one with a file too many for one frame. */
function pack(): void {
  const top = join(scratch, 'tool-1.0')
  mkdirSync(join(top, 'bin'), { recursive: true })
  writeFileSync(join(top, 'bin/run'), '#!/bin/sh\n')
  chmodSync(join(top, 'bin/run'), 0o755)
  writeFileSync(join(top, 'conf'), 'a=1\n')
  chmodSync(join(top, 'conf'), 0o664)
  writeFileSync(join(top, "-o 'x' $(id) é"), 'odd')
  writeFileSync(join(top, 'large'), Buffer.alloc(3_000_000, 7))
  symlinkSync('bin/run', join(top, 'start'))
  execFileSync('tar', ['czf', 'tool.tgz', 'tool-1.0'], { cwd: scratch })
  execFileSync('sh', ['-c', 'mkdir e; ln -s /etc e/l; echo >e/f; tar cf evil.tar e'], { cwd: scratch })
}

const problem = labProblem()
describe.skipIf(problem)('file modules', () => {
  let server: Server
  beforeAll(async () => {
    pack()
    await bareHosts(HOSTS)
    server = createServer((request, response) => {
      const name = basename(request.url ?? '')
      if (name === 'missing') return void response.writeHead(404).end()
      response.end(readFileSync(join(scratch, name)))
    })
    await new Promise<void>((resolve) => server.listen(18_080, `${network}.1`, resolve))
  })
  afterAll(() => {
    server?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  describe.each(HOSTS)('on %s', (name) => {
    let host: ModuleHost
    beforeAll(async () => {
      host = await moduleHost(name, local)
    })
    afterAll(() => host?.close())
    beforeEach(() => host.exec('rm -rf /srv/t && mkdir -p /srv/t'))

    /** Foreseen, done as foreseen, and then nothing left to do. */
    async function settles(module: string, input: object, status = 'changed'): Promise<Converged> {
      const { dry, real, again } = await host.thrice(module, { ...input })
      expect(told(real)).toBe(status)
      expect(told(dry), 'check mode').toBe(told(real))
      expect(dry.changes, 'check mode').toEqual(real.changes)
      expect(told(again), 'a second run').toBe('ok')
      return real
    }
    const stat = (path: string): Promise<string> => host.exec(`stat -c '%F %a %U' "${path}"`)
    const refused = (module: string, input: object): Promise<void> =>
      expect(host.run(module, { ...input })).rejects.toMatchObject({ code: 'REFUSED' })

    test('file: folders', async () => {
      await settles('file', { path: '/srv/t/a/b', state: 'directory', mode: '0750', owner: 'root' })
      expect(await stat('/srv/t/a')).toBe('directory 750 root')
      await settles('file', { path: '/srv/t/a', state: 'directory', mode: 'g-rx,o+rX' })
      expect(await stat('/srv/t/a')).toBe('directory 705 root')
      await host.exec('cd /srv/t/a && touch -- f "-x \$(echo y)" && chmod 600 f && ln -s /etc/passwd l')
      await settles('file', { path: '/srv/t/a', recurse: true, mode: 'u=rwX,go=rX' })
      expect(await stat('/srv/t/a/f')).toBe('regular empty file 644 root')
      await settles('file', { path: '/srv/t/a', state: 'absent' })
    })

    test('file: links, hard links, empty files', async () => {
      await host.exec('cd /srv/t && mkdir one two && echo x >f')
      await settles('file', { path: '/srv/t/l', src: 'one', state: 'link' })
      await settles('file', { path: '/srv/t/l', src: '/srv/t/two', state: 'link' })
      expect(await host.exec('readlink /srv/t/l; ls -A /srv/t/one /srv/t/two')).not.toContain('.kplay')
      await refused('file', { path: '/srv/t/f', src: 'one', state: 'link' })
      await settles('file', { path: '/srv/t/f', src: 'one', state: 'link', force: true })
      await host.exec('cd /srv/t && rm f && echo x >f')
      await settles('file', { path: '/srv/t/h', src: '/srv/t/f', state: 'hard', mode: '0600' })
      expect(await host.exec('stat -c %h /srv/t/f')).toBe('2')
      const keep = { access_time: 'preserve', modification_time: 'preserve' }
      await settles('file', { path: '/srv/t/e', state: 'touch', mode: '0640', ...keep })
      expect(await stat('/srv/t/e')).toBe('regular empty file 640 root')
      await refused('file', { path: '/srv/t/none', state: 'file' })
    })

    test('symlink: switches, and never goes into the folder behind it', async () => {
      await host.exec('cd /srv/t && mkdir v1 v2')
      await settles('symlink', { path: '/srv/t/cur', target: 'v1' })
      await settles('symlink', { path: '/srv/t/cur', target: 'v2' })
      expect(await host.exec('readlink /srv/t/cur; ls -A /srv/t/v1')).toBe('v2')
      await settles('symlink', { path: "/srv/t/-x '$(id)'", target: 'v1' })
      await settles('symlink', { path: '/srv/t/cur', state: 'absent' })
      await refused('symlink', { path: '/srv/t/v1', target: 'v2', force: false })
    })

    test('copy and template', async () => {
      const path = "/srv/t/-c '$(id)'"
      await settles('copy', { content: "x 'y' $(id)\n", dest: path, mode: '0640' })
      expect(await host.exec(`cat "/srv/t/-c '\\$(id)'"`)).toBe("x 'y' $(id)")
      writeFileSync(join(scratch, 'binary'), Buffer.from([0, 1, 2, 255, 10, 13]))
      await settles('copy', { src: 'binary', dest: '/srv/t/new/', mode: 'u=rw,go=' })
      expect(await host.exec('od -An -tx1 /srv/t/new/binary | tr -d " \\n"; stat -c %a /srv/t/new/binary')).toBe(
        '000102ff0a0d600',
      )
      await settles('copy', { src: '/srv/t/new/binary', dest: '/srv/t/again', remote_src: true })
      await settles('copy', { src: '/srv/t/new/', dest: '/srv/t/tree', remote_src: true })
      await host.exec('cmp /srv/t/again /srv/t/tree/binary')
      await settles('template', { src: 'a.j2', dest: '/srv/t/a.cfg', validate: 'grep -q text %s' })
      expect(await host.exec('cat /srv/t/a.cfg')).toBe('text é')
      const judged = await host.run('copy', {
        content: 'y',
        dest: '/srv/t/a.cfg',
        validate: 'grep -q text %s',
        backup: true,
      })
      expect(told(judged)).toMatch(/^failed: COMMAND_FAILED/)
      expect(await host.exec('cat /srv/t/a.cfg; ls -A /srv/t | grep -c kplay || :')).toBe('text é\n0')
    })

    test('lineinfile and blockinfile', async () => {
      await host.exec('cd /srv/t && printf "# UseDNS yes\\nPort 22" >f && ln -s f l && chmod 600 f')
      await settles('lineinfile', { path: '/srv/t/l', regexp: '^#? ?UseDNS', line: 'UseDNS no' })
      await settles('lineinfile', { path: '/srv/t/l', line: 'é', insertafter: 'Port' })
      await settles('blockinfile', { path: '/srv/t/l', block: 'a\nb', marker: '# {mark} x' })
      expect(await host.exec('cat /srv/t/f; readlink /srv/t/l; stat -c %a /srv/t/f')).toBe(
        'UseDNS no\nPort 22\né\n# BEGIN x\na\nb\n# END x\nf\n600',
      )
      await settles('blockinfile', { path: '/srv/t/l', state: 'absent', marker: '# {mark} x' })
      await settles('lineinfile', { path: '/srv/t/deep/new', line: 'x', create: true, mode: '0600' })
    })

    test('stat', async () => {
      await host.exec('cd /srv/t && printf abc >f && chmod 640 f && ln -s f l')
      const { values } = await host.run('stat', { path: '/srv/t/f' })
      expect(values).toMatchObject({
        stat: { exists: true, isreg: true, mode: '0640', size: 3, pw_name: 'root', readable: true, executable: false },
      })
      expect(values).toMatchObject({ stat: { checksum: 'a9993e364706816aba3e25717850c26c9cd0d89d' } })
      expect((await host.run('stat', { path: '/srv/t/l' })).values).toMatchObject({
        stat: { islnk: true, lnk_target: 'f' },
      })
    })

    test('download', async () => {
      const url = `http://${network}.1:18080/tool.tgz`
      const sha256 = `sha256:${(await digests.of(join(scratch, 'tool.tgz'), 'sha256')).hex}`
      await settles('download', { url, dest: '/srv/t', checksum: sha256, mode: '0640', timeout: 5 })
      expect(await host.exec('ls -A /srv/t; stat -c %a /srv/t/tool.tgz')).toBe('tool.tgz\n640')
      await host.exec('echo broken >/srv/t/tool.tgz')
      await settles('download', { url, dest: '/srv/t/tool.tgz', checksum: sha256, backup: true })
      const wrong = { url, dest: '/srv/t/x', checksum: `md5:${'0'.repeat(32)}`, retries: 0 }
      expect(told(await host.run('download', wrong))).toMatch(/the md5 of .* is [0-9a-f]{32}, not 0000/)
      const missing = { url: `http://${network}.1:18080/missing`, dest: '/srv/t/x' }
      expect(told(await host.run('download', missing))).toContain('404')
      expect(await host.exec('ls -A /srv/t | grep -c -e part -e "^x" || :')).toBe('0')
    })

    test('extract: from the host and from the controller, repaired, refused', async () => {
      await host.exec('cd /srv/t && mkdir p && echo other >p/other')
      await settles('copy', { src: 'tool.tgz', dest: '/srv/t/p/tool.tgz' })
      const remote = { src: '/srv/t/p/tool.tgz', dest: '/srv/t/p', remote_src: true, creates: '/srv/t/p/tool-1.0' }
      await settles('extract', remote)
      expect(
        await host.exec('cd /srv/t/p && ls -A; stat -c %a tool-1.0/conf tool-1.0/bin/run; readlink tool-1.0/start'),
      ).toBe('other\ntool-1.0\ntool.tgz\n664\n755\nbin/run')
      await host.exec('cd /srv/t/p/tool-1.0 && rm bin/run && : >large && echo mine >conf')
      await settles('extract', remote)
      expect(await host.exec('cd /srv/t/p/tool-1.0 && cat bin/run conf; wc -c <large')).toBe('#!/bin/sh\nmine\n3000000')

      await settles('extract', { src: 'tool.tgz', dest: '/srv/t/q', strip: 1, mode: 'go-w', group: 'root' })
      expect(await host.exec('cd /srv/t/q && printf "%s " *; stat -c %a conf')).toBe(
        "-o 'x' $(id) é bin conf large start 644",
      )
      await settles('copy', { src: 'evil.tar', dest: '/srv/t/evil.tar' })
      const evil = await host.run('extract', { src: '/srv/t/evil.tar', dest: '/srv/t/e', remote_src: true })
      expect(told(evil)).toContain('a link to something outside')
      expect(await host.exec('ls -A /srv/t/e')).toBe('')
    })
  })
})
