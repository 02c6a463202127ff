import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Converged } from '../../engine/run/convergence.ts'
import { has, here, SHELLS, type Here } from '../support/here.ts'

/** All that a person is told of a failure. */
const told = ({ failure }: Converged): string => `${failure?.error.message}\n${failure?.stderr}`

const BODY = Buffer.from(Array.from({ length: 50_000 }, (_, at) => at % 251))
const hex = (algorithm: string, body: Buffer): string => createHash(algorithm).update(body).digest('hex')

interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
  readonly secret: unknown
}

interface Site {
  readonly base: string
  /** What was asked for since the test began. */
  readonly seen: Asked[]
  forget(): void
  close(): void
}

/** A server with the habits that downloads meet: ranges, failures that pass, links cut in the middle, pages of errors. */
async function serve(): Promise<Site> {
  const seen: Asked[] = []
  let failures = 0
  const server = createServer((request, response) => {
    const { range, authorization } = request.headers
    const path = request.url ?? ''
    seen.push({ path, range, authorization, secret: request.headers['x-secret'] })
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
    if (path === '/missing') return void response.writeHead(404).end('no')
    if (path === '/page') return void response.end('<!DOCTYPE html><html>log in</html>')
    if (path === '/once' && from === 0 && failures++ === 0) return void response.writeHead(503).end('later')
    if (path === '/move') return void response.writeHead(302, { location: '/file' }).end()
    if (path === '/cut' && failures++ === 0) {
      response.writeHead(200, { 'content-length': BODY.length, 'accept-ranges': 'bytes' })
      response.write(BODY.subarray(0, 20_000), () => setTimeout(() => response.destroy(), 50))
      return
    }
    if (from > 0 && from >= BODY.length) return void response.writeHead(416).end()
    if (from > 0) {
      response.writeHead(206, {
        'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}`,
        'content-length': BODY.length - from,
      })
      return void response.end(BODY.subarray(from))
    }
    response.writeHead(200, { 'content-length': BODY.length, 'accept-ranges': 'bytes' }).end(BODY)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    forget() {
      failures = 0
      seen.length = 0
    },
    close: () => server.close(),
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'kplay-download-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Each way to download: what runs the step, and the program that it finds. */
const WAYS = [
  ...SHELLS.map((shell) => ({ shell, tool: shell === 'bare' ? 'busybox' : 'curl' })),
  { shell: 'dash' as const, tool: 'wget' },
].filter(({ shell, tool }) => SHELLS.includes(shell) && has(tool))

// Each waits a second here and there, so side by side, each with a server of its own.
describe.concurrent.each(WAYS)('$tool under $shell', ({ shell, tool }) => {
  let site: Site
  let host: Here
  let folder = ''
  beforeAll(async () => {
    site = await serve()
    host = await here(shell, scratch, tool === 'wget' ? ['curl'] : [])
  })
  afterAll(async () => {
    await host.close()
    site.close()
  })
  beforeEach(() => {
    site.forget()
    folder = mkdtempSync(join(scratch, 'to-'))
  })
  const sha256 = `sha256:${hex('sha256', BODY)}`
  const quick = { retries: 1, timeout: 5 }
  const left = (): string[] => readdirSync(folder).sort()

  describe.sequential('one after another', () => {
    test('downloads, checks, sets the mode, and has nothing to do afterwards', async () => {
      const args = { url: `${site.base}/file`, dest: folder, checksum: sha256, mode: '0640', ...quick }
      expect(await host.task('download', args)).toMatchObject({ status: 'changed' })
      expect(readFileSync(join(folder, 'file')).equals(BODY)).toBe(true)
      expect(statSync(join(folder, 'file')).mode & 0o7777).toBe(0o640)
      expect(left()).toEqual(['file'])
      site.forget()
      expect(await host.task('download', args)).toMatchObject({ status: 'ok' })
      expect(site.seen).toEqual([])
    })

    test('a new file has the mode that the umask leaves', async () => {
      await host.task('download', { url: `${site.base}/move`, dest: join(folder, 'x'), ...quick })
      expect(statSync(join(folder, 'x')).mode & 0o7777).toBe(0o666 & ~process.umask())
      expect(left()).toEqual(['x'])
    })

    test('a wrong digest leaves what was there, and says both', async () => {
      writeFileSync(join(folder, 'x'), 'old')
      const found = await host.task('download', {
        url: `${site.base}/file`,
        dest: join(folder, 'x'),
        checksum: `md5:${'0'.repeat(32)}`,
        ...quick,
      })
      expect(found).toMatchObject({ status: 'failed' })
      expect(told(found)).toContain(hex('md5', BODY))
      expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('old')
      expect(left()).toEqual(['x'])
    })

    test('says when a page came instead of a file', async () => {
      const found = await host.task('download', {
        url: `${site.base}/page`,
        dest: join(folder, 'x'),
        checksum: sha256,
        ...quick,
      })
      expect(told(found)).toContain('what came is a page')
    })

    test('does not try again what will never come', async () => {
      const found = await host.task('download', { url: `${site.base}/missing`, dest: join(folder, 'x'), ...quick })
      expect(told(found)).toMatch(/missing: .*404/s)
      expect(site.seen.length).toBe(1)
      expect(left()).toEqual([])
    })

    test('tries again after a failure that passes', async () => {
      const found = await host.task('download', {
        url: `${site.base}/once`,
        dest: join(folder, 'x'),
        checksum: sha256,
        ...quick,
      })
      expect(found.failure?.stderr).toBeUndefined()
      expect(found.status).toBe('changed')
    })

    test('goes on with a broken download', async () => {
      const found = await host.task('download', {
        url: `${site.base}/cut`,
        dest: join(folder, 'x'),
        checksum: sha256,
        ...quick,
      })
      expect(found.failure?.stderr).toBeUndefined()
      expect(site.seen.map(({ range }) => range)).toContain('bytes=20000-')
      expect(readFileSync(join(folder, 'x')).equals(BODY)).toBe(true)
    })

    test('starts anew when a leftover belongs to something else', async () => {
      writeFileSync(join(folder, '.x.kplay-part'), 'something else')
      await host.task('download', { url: `${site.base}/file`, dest: join(folder, 'x'), checksum: sha256, ...quick })
      expect(readFileSync(join(folder, 'x')).equals(BODY)).toBe(true)
      expect(left()).toEqual(['x'])
    })

    test('follows no link that somebody put in the way', async () => {
      symlinkSync('/dev/null', join(folder, '.x.kplay-part'))
      const found = await host.task('download', {
        url: `${site.base}/file`,
        dest: join(folder, 'x'),
        checksum: sha256,
        ...quick,
      })
      expect(found).toMatchObject({ status: 'failed' })
    })

    test('sends headers and a login', async () => {
      await host.task('download', {
        url: `${site.base}/file`,
        dest: join(folder, 'x'),
        headers: { 'X-Secret': 'a "b" \\ $(c)' },
        url_username: 'me',
        url_password: 'it"s',
        ...quick,
      })
      const basic = `Basic ${Buffer.from('me:it"s').toString('base64')}`
      expect(site.seen.at(-1)).toMatchObject({ authorization: basic, secret: 'a "b" \\ $(c)' })
    })

    test('keeps the old file and tells where', async () => {
      writeFileSync(join(folder, 'x'), 'old', { mode: 0o600 })
      const found = await host.task('download', {
        url: `${site.base}/file`,
        dest: join(folder, 'x'),
        checksum: sha256,
        backup: true,
        ...quick,
      })
      const { backup_file } = found.values as { backup_file: string }
      expect(readFileSync(backup_file, 'utf8')).toBe('old')
      expect(statSync(join(folder, 'x')).mode & 0o7777).toBe(0o600)
    })

    test('takes a file of the host', async () => {
      writeFileSync(join(folder, 'a b'), 'text')
      await host.task('download', { url: `file://${folder}/a%20b`, dest: join(folder, "it's"), ...quick })
      expect(readFileSync(join(folder, "it's"), 'utf8')).toBe('text')
    })
  })
})
