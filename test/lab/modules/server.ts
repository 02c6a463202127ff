import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { archives } from './archives.ts'

/** 200,000 bytes in which no part looks like another one. */
export const large = Array.from({ length: 25_000 }, (_, line) => String(line).padStart(7, '.')).join('\n') + '\n'
const digest = (algorithm: string, of: string | Buffer): string => createHash(algorithm).update(of).digest('hex')
/** Of a text the digests that the playbook names. */
export const sumsOf = (text: string): { sha256: string; md5: string } => ({
  sha256: digest('sha256', text),
  md5: digest('md5', text),
})
const { sha256 } = sumsOf(large)
/** As `gpg --print-md` breaks a digest into lines. */
const gpg = (digest('sha512', large).toUpperCase().match(/.{8}/g) ?? [])
  .map((part, at) => (at % 4 === 0 ? `\n    ${part}` : ` ${part}`))
  .join('')

const texts: Readonly<Record<string, string | Buffer>> = {
  ...Object.fromEntries(Object.entries(archives).map(([name, bytes]) => [`/${name}`, bytes])),
  '/large': large,
  '/odd%20name%20%C3%BC.txt': 'odd\n',
  '/page': '<html>please log in</html>\n',
  '/bare.sha256': `${sha256}\n`,
  '/gnu.sha256': `${'0'.repeat(64)}  other\n${sha256} *large\n`,
  '/bsd.sha256': `SHA256 (other) = ${'0'.repeat(64)}\nSHA256 (large) = ${sha256}\n`,
  '/gpg.sha512': `large:${gpg}\n`,
}

/** How often each client asked for each path. */
type Counts = Map<string, number>

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void

function whole(response: ServerResponse, body: string | Buffer, status = 200): void {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** Sends so much of the large file and then breaks the connection. */
function broken(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'Content-Length': large.length, 'Accept-Ranges': 'bytes' })
  response.write(large.slice(0, bytes), () => setTimeout(() => response.destroy(), 50))
}

function ranged({ headers }: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  if (start === 0) return whole(response, large)
  if (start >= large.length) return void response.writeHead(416, { 'Content-Range': `bytes */${large.length}` }).end()
  const body = large.slice(start)
  response
    .writeHead(206, {
      'Content-Length': body.length,
      'Content-Range': `bytes ${start}-${large.length - 1}/${large.length}`,
    })
    .end(body)
}

/** Each path misbehaves in its own way, to each client anew. */
const answers: Readonly<Record<string, Answer>> = {
  '/breaks': (request, response, count) => (count === 1 ? broken(response, 90_000) : ranged(request, response)),
  '/breaks-without-ranges': (_, response, count) => (count === 1 ? broken(response, 90_000) : whole(response, large)),
  '/other-beginning': (request, response, count) => {
    if (count > 1) return ranged(request, response)
    response.writeHead(200, { 'Content-Length': large.length })
    response.write('x'.repeat(90_000), () => setTimeout(() => response.destroy(), 50))
  },
  '/busy': (_, response, count) => (count <= 2 ? whole(response, 'come back later', 503) : whole(response, large)),
  '/moved': (_, response) => response.writeHead(302, { Location: '/large' }).end(),
  '/round': (_, response) => response.writeHead(302, { Location: '/round' }).end(),
  '/secret': ({ headers }, response) => {
    const pair = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
    const right = pair === `me:pass "word" \\ ü` && headers['x-token'] === `to'k"en`
    return right ? whole(response, 'secret\n') : whole(response, 'no', 401)
  },
  '/always-breaks': (_, response) => broken(response, 90_000),
  '/stalls': (_, response) => void response.writeHead(200, { 'Content-Length': large.length }).write('a little'),
  '/forbidden': (_, response) => whole(response, 'no', 403),
}

export interface HostileServer {
  readonly url: string
  /** What was asked, by whom and how: `10.94.0.51 /breaks bytes=90000-`. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** An HTTP server as the worst of them are. */
export async function serve(address: string): Promise<HostileServer> {
  const counts: Counts = new Map()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/, '')
    const client = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
    const key = `${client} ${path}`
    requests.push(`${key} ${request.headers.range ?? ''}`.trim())
    counts.set(key, (counts.get(key) ?? 0) + 1)
    const text = texts[path]
    const answer = answers[path]
    if (answer) answer(request, response, counts.get(key) ?? 1)
    else if (text === undefined) whole(response, 'not found', 404)
    else whole(response, text)
  })
  await new Promise<void>((done) => server.listen(0, address, done))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    url: `http://${address}:${port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
