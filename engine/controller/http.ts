import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as tlsConnect } from 'node:tls'
import { KplayError } from '../errors.ts'
import { proxyFor, type Environment } from './proxy.ts'

const MOST_REDIRECTS = 10

export interface HttpRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Seconds without a byte. */
  readonly timeout: number
  readonly environment: Environment
}

/** An answer whose body is still to be read: it fails with Stalled when nothing comes for too long. */
export interface HttpAnswer {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: IncomingMessage
}

/** A GET, redirects followed. Credentials go to the first host only. */
export async function get({ url, headers, timeout, environment }: HttpRequest): Promise<HttpAnswer> {
  let current = url
  let sent: Readonly<Record<string, string>> = { ...credentials(url), ...headers }
  for (let redirects = 0; ; redirects++) {
    const answer = await once(current, sent, timeout, environment)
    const location = answer.headers.location
    if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || location === undefined)
      return { url: current, status: answer.statusCode ?? 0, headers: answer.headers, body: answer }
    answer.destroy()
    const next = new URL(location, current)
    if (redirects >= MOST_REDIRECTS) throw refused(url, 'it redirects without end')
    if (!/^https?:$/.test(next.protocol)) throw refused(url, `it redirects to ${next.protocol}//`)
    if (next.origin !== current.origin)
      sent = Object.fromEntries(Object.entries(sent).filter(([name]) => !/^(?:authorization|cookie)$/i.test(name)))
    current = next
  }
}

/** A URL as it may be shown: without user and password. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}

const refused = (url: URL, why: string): KplayError => new KplayError('DOWNLOAD', `${shownUrl(url)}: ${why}`)

const credentials = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        Authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      }

async function once(
  url: URL,
  headers: Readonly<Record<string, string>>,
  timeout: number,
  environment: Environment,
): Promise<IncomingMessage> {
  const proxy = proxyFor(url, environment)
  // Contents as they are: a digest is that of the file, not of what a server made of it.
  const own = { 'User-Agent': 'kplay', 'Accept-Encoding': 'identity', Accept: '*/*', ...headers }
  const options: RequestOptions = { headers: own, timeout: timeout * 1000 }
  const secure = url.protocol === 'https:'
  if (!proxy) return answerOf((secure ? httpsRequest : httpRequest)(withoutUser(url), options), timeout)
  const authorization = credentials(proxy)['Authorization']
  const forProxy = authorization ? { 'Proxy-Authorization': authorization } : {}
  const through = { host: hostOf(proxy), port: proxy.port || '80', timeout: timeout * 1000 }
  if (!secure) {
    const path = withoutUser(url).href
    const headersThrough = { ...own, ...forProxy, Host: url.host }
    return answerOf(httpRequest({ ...options, ...through, path, headers: headersThrough }), timeout)
  }
  const socket = await tunnel(url, through, forProxy)
  return answerOf(
    httpsRequest(withoutUser(url), { ...options, defaultPort: 443, createConnection: () => socket }),
    timeout,
  )
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

function withoutUser(url: URL): URL {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare
}

function answerOf(request: ReturnType<typeof httpRequest>, timeout: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const stalled = (): void => {
      request.destroy(new Stalled())
    }
    request.on('timeout', stalled)
    request.on('error', reject)
    request.on('response', (answer) => {
      request.off('timeout', stalled)
      answer.setTimeout(timeout * 1000, () => answer.destroy(new Stalled()))
      resolve(answer)
    })
    request.end()
  })
}

/** Nothing came for as long as the request allows. */
export class Stalled extends Error {
  constructor() {
    super('no byte came for too long')
  }
}

/** A proxy that opens no tunnel. */
export class ProxyRefused extends Error {
  readonly status: number
  constructor(status: number) {
    super(`the proxy answered ${status}`)
    this.status = status
  }
}

/** A TLS connection through a proxy's CONNECT (RFC 9110, 9.3.6). */
function tunnel(
  url: URL,
  through: RequestOptions,
  headers: Readonly<Record<string, string>>,
): Promise<ReturnType<typeof tlsConnect>> {
  const host = hostOf(url)
  const authority = `${url.hostname}:${url.port || '443'}`
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      ...through,
      method: 'CONNECT',
      path: authority,
      headers: { ...headers, Host: authority },
    })
    request.on('timeout', () => {
      request.destroy(new Stalled())
    })
    request.on('error', reject)
    request.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) resolve(tlsConnect({ socket, servername: host }))
      else {
        socket.destroy()
        reject(new ProxyRefused(answer.statusCode ?? 0))
      }
    })
    request.end()
  })
}
