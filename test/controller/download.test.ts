import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Digests } from '../../engine/controller/digests.ts'
import { Downloads } from '../../engine/controller/downloads.ts'
import { KplayError } from '../../engine/errors.ts'
import type { FetchRequest } from '../../engine/module/define.ts'

const body = Buffer.from('kafka '.repeat(50_000))
const sha256 = createHash('sha256').update(body).digest('hex')
const checksum = { algorithm: 'sha256', hex: sha256 } as const
const ETAG = '"v1"'

/** A web server that misbehaves as the path says, and remembers what it was asked. */
let asked: { path: string; range: string | undefined; headers: IncomingMessage['headers'] }[] = []
const server = createServer((request, answer) => {
  const { pathname: path } = new URL(request.url ?? '/', 'http://x')
  asked.push({ path, range: request.headers.range, headers: request.headers })
  const times = asked.filter((each) => each.path === path).length
  behave(path, times, request, answer)
})
let base = ''
let folder = ''
let waits: number[] = []

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  waits = []
  folder = mkdtempSync(join(tmpdir(), 'kplay-download-'))
  return () => {
    rmSync(folder, { recursive: true })
  }
})

function behave(path: string, times: number, request: IncomingMessage, answer: ServerResponse): void {
  const whole = (headers: Record<string, string> = {}): void => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const part = start > 0 && path !== '/no-ranges'
    answer.writeHead(part ? 206 : 200, {
      'content-length': part ? body.length - start : body.length,
      ...(part && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
      ...headers,
    })
    answer.end(part ? body.subarray(start) : body)
  }
  const half = (headers: Record<string, string> = {}): void => {
    answer.writeHead(200, { 'content-length': body.length, ...headers })
    answer.write(body.subarray(0, body.length / 2), () => setTimeout(() => answer.destroy(), 20))
  }
  switch (path) {
    case '/ok':
      return whole()
    case '/etag':
      if (request.headers['if-none-match'] === ETAG) {
        answer.writeHead(304).end()
        return
      }
      return whole({ etag: ETAG })
    case '/flaky':
      if (times <= 2) answer.writeHead(503, { 'retry-after': '7' }).end()
      else whole()
      return
    case '/breaks':
    case '/no-ranges':
      return times === 1 ? half() : whole()
    case '/breaks-etag':
      return times === 1 ? half({ etag: ETAG }) : whole({ etag: ETAG })
    case '/stalls':
      answer.writeHead(200, { 'content-length': body.length })
      answer.write(body.subarray(0, 1000))
      return
    case '/redirect':
      answer.writeHead(302, { location: '/ok' }).end()
      return
    case '/loop':
      answer.writeHead(302, { location: '/loop' }).end()
      return
    case '/to-file':
      answer.writeHead(302, { location: 'file:///etc/passwd' }).end()
      return
    case '/private':
      if (request.headers.authorization === `Basic ${Buffer.from('u:p').toString('base64')}`) whole()
      else answer.writeHead(401).end()
      return
    default:
      answer.writeHead(404).end('not here')
  }
}

const downloads = (environment: Record<string, string> = {}): Downloads =>
  new Downloads(folder, new Digests(), {
    environment,
    wait: async (milliseconds) => {
      waits.push(milliseconds)
    },
  })
const request = (path: string, more: Partial<FetchRequest> = {}): FetchRequest => ({
  url: path.includes(':') ? path : base + path,
  timeout: 5,
  retries: 3,
  ...more,
})

async function failure(promise: Promise<unknown>): Promise<KplayError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof KplayError) return error
    throw error
  }
  throw new Error('no error')
}

describe('a download', () => {
  test('is kept by its digest and used again without asking', async () => {
    const file = await downloads().fetch(request('/ok', { checksum }))
    expect(file).toEqual({ file: join(folder, `sha256-${sha256}`), size: body.length, sha256 })
    expect(readFileSync(file.file).equals(body)).toBe(true)
    expect(readdirSync(folder)).toEqual([`sha256-${sha256}`])
    await downloads().fetch(request('/elsewhere', { checksum: { algorithm: 'sha256', hex: sha256.toUpperCase() } }))
    expect(asked).toHaveLength(1)
  })
  test('a kept file that was damaged is fetched again', async () => {
    writeFileSync(join(folder, `sha256-${sha256}`), 'damaged')
    const file = await downloads().fetch(request('/ok', { checksum }))
    expect(file.size).toBe(body.length)
  })
  test('is fetched once, however many ask at a time', async () => {
    const all = downloads()
    const files = await Promise.all(Array.from({ length: 20 }, () => all.fetch(request('/ok', { checksum }))))
    expect(new Set(files.map(({ file }) => file)).size).toBe(1)
    expect(asked).toHaveLength(1)
  })
  test('without a checksum is asked for once per run, and not sent again while it is the same', async () => {
    const first = downloads()
    await first.fetch(request('/etag'))
    await first.fetch(request('/etag'))
    expect(asked).toHaveLength(1)
    const file = await downloads().fetch(request('/etag'))
    expect(asked).toHaveLength(2)
    expect(asked[1]?.headers['if-none-match']).toBe(ETAG)
    expect(file.sha256).toBe(sha256)
  })
  test('sends headers and credentials, which are not shown', async () => {
    await downloads().fetch(request(base.replace('//', '//u:p@') + '/private', { headers: { 'X-Token': 't' } }))
    expect(asked[0]?.headers['x-token']).toBe('t')
    const error = await failure(downloads().fetch(request(base.replace('//', '//u:wrong@') + '/private')))
    expect(error).toMatchObject({ code: 'DOWNLOAD', hint: expect.stringContaining('credentials') as string })
    expect(error.message).not.toContain('wrong')
  })
  test('follows redirects, but not for ever and not to files', async () => {
    expect((await downloads().fetch(request('/redirect'))).sha256).toBe(sha256)
    expect((await failure(downloads().fetch(request('/loop')))).code).toBe('DOWNLOAD')
    expect((await failure(downloads().fetch(request('/to-file')))).message).toContain('redirects to file:')
  })
  test('goes through a proxy', async () => {
    const file = await downloads({ http_proxy: base, no_proxy: 'other.example' }).fetch(
      request('http://mirror.example/ok'),
    )
    expect(file.sha256).toBe(sha256)
    expect(asked[0]?.headers.host).toBe('mirror.example')
    expect(
      (
        await failure(
          downloads({ http_proxy: base, no_proxy: '.invalid' }).fetch(
            request('http://mirror.invalid/ok', { retries: 0 }),
          ),
        )
      ).code,
    ).toBe('DOWNLOAD')
  })
  test('goes to https through the tunnel of a proxy', async () => {
    const asked: string[] = []
    const proxy = createServer().on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`)
      // No TLS behind it: that the handshake fails shows that it was tried through the tunnel.
      const answer = asked.length === 1 ? '407 Who are you' : '200 OK'
      socket.end(`HTTP/1.1 ${answer}\r\n\r\n${asked.length === 1 ? '' : 'plain text, no TLS'}`)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const all = downloads({ https_proxy: `http://u:p@127.0.0.1:${(proxy.address() as AddressInfo).port}` })
    const once = request('https://mirror.example/x', { retries: 0 })
    expect(await failure(all.fetch(once))).toMatchObject({
      code: 'DOWNLOAD',
      message: 'https://mirror.example/x: the proxy answered 407',
      hint: expect.stringContaining('proxy wants credentials') as string,
    })
    expect((await failure(all.fetch(once))).message).not.toContain('name')
    expect(asked).toEqual(Array(2).fill('mirror.example:443 Basic dTpw'))
    proxy.close()
  })
  test('file URLs', async () => {
    const path = join(folder, 'local')
    writeFileSync(path, body)
    expect(await downloads().fetch(request(pathToFileURL(path).href, { checksum }))).toMatchObject({
      file: path,
      sha256,
    })
    expect((await failure(downloads().fetch(request('file:///none/such')))).code).toBe('NOT_FOUND')
  })
})

describe('tries again', () => {
  test('when the server is busy, as long as it says', async () => {
    await downloads().fetch(request('/flaky'))
    expect(waits).toEqual([7000, 7000])
  })
  test('and goes on where it stopped when a digest will be checked', async () => {
    const file = await downloads().fetch(request('/breaks', { checksum }))
    expect(file.sha256).toBe(sha256)
    expect(asked[1]?.range).toMatch(/^bytes=[1-9]\d*-$/)
    expect(waits).toEqual([1000])
  })
  test('or the server vouches for it with an ETag', async () => {
    expect((await downloads().fetch(request('/breaks-etag'))).sha256).toBe(sha256)
    expect(asked[1]?.headers['if-range']).toBe(ETAG)
  })
  test('else from the start', async () => {
    expect((await downloads().fetch(request('/breaks'))).sha256).toBe(sha256)
    expect(asked[1]?.range).toBeUndefined()
    expect((await downloads().fetch(request('/no-ranges', { checksum }))).sha256).toBe(sha256)
  })
  test('what an earlier run left of another file is not trusted', async () => {
    writeFileSync(join(folder, `sha256-${sha256}.unchecked.part`), 'something else')
    expect((await downloads().fetch(request('/ok', { checksum }))).sha256).toBe(sha256)
    expect(asked.map(({ range }) => range)).toEqual(['bytes=14-', undefined])
  })
  test('but not for ever, and not when nothing will change', async () => {
    expect(await failure(downloads().fetch(request('/missing')))).toMatchObject({
      code: 'DOWNLOAD',
      message: `${base}/missing: the server answered 404`,
    })
    expect(asked).toHaveLength(1)
    const stalled = await failure(downloads().fetch(request('/stalls', { timeout: 0.2, retries: 1 })))
    expect(stalled.message).toMatch(/no byte came for 0.2 s \(tried 2 times\)/)
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([])
  })
  test('a failure is not remembered', async () => {
    const all = downloads()
    await failure(all.fetch(request('/missing')))
    await failure(all.fetch(request('/missing')))
    expect(asked).toHaveLength(2)
  })
})

describe('refused', () => {
  test('a wrong digest: nothing is kept', async () => {
    const wrong = { algorithm: 'sha256', hex: '0'.repeat(64) } as const
    expect(await failure(downloads().fetch(request('/ok', { checksum: wrong })))).toMatchObject({ code: 'CHECKSUM' })
    expect(readdirSync(folder)).toEqual([])
  })
  test('a closed port, a name that is not known, no URL', async () => {
    const closed = await failure(downloads().fetch(request('http://127.0.0.1:9/x', { retries: 1 })))
    expect(closed).toMatchObject({ code: 'DOWNLOAD', hint: expect.stringContaining('proxy') as string })
    expect((await failure(downloads().fetch(request('ftp://h/x')))).code).toBe('DOWNLOAD')
    expect((await failure(downloads().fetch(request('not:a url')))).code).toBe('DOWNLOAD')
  })
})
