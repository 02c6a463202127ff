import type { Reader } from '../host/reader.ts'
import { lastHead, type HttpAnswer } from './_uri-answer.ts'
import { follows, methodOf, sentBy, type UriArgs } from './_uri-args.ts'

const MOST_REDIRECTS = 10

/** One request over a bare connection from the host: HTTP/1.0, for hosts without curl. Plain http only. */
export async function dialRequest(args: UriArgs, given: unknown, reader: Reader): Promise<HttpAnswer> {
  let url = new URL(args.url)
  for (let redirects = 0; ; redirects++) {
    const answer = await once(args, url, given, reader)
    const location = answer.headers.find(([name]) => name === 'location')?.[1]
    const sentOn = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined && follows(args)
    if (!sentOn) return answer
    const next = new URL(location, url)
    if (redirects >= MOST_REDIRECTS) return failed(args, 'it is sent on without end')
    if (next.protocol !== 'http:') return failed(args, `it is sent on to ${next.href}, which takes curl on the host`)
    url = next
  }
}

const failed = ({ url }: UriArgs, error: string): HttpAnswer => ({
  status: -1,
  reason: '',
  url,
  headers: [],
  content: '',
  error,
})

async function once(args: UriArgs, url: URL, given: unknown, reader: Reader): Promise<HttpAnswer> {
  const { body, headers } = sentBy(args, given)
  const user = args.url_username ?? decodeURIComponent(url.username)
  const password = args.url_password ?? decodeURIComponent(url.password)
  const bytes = Buffer.from(body ?? '')
  const method = methodOf(args)
  const named = Object.keys(headers).map((name) => name.toLowerCase())
  const more = [
    ...(named.includes('host') ? [] : [`Host: ${url.host}`]),
    ...(named.includes('user-agent') ? [] : [`User-Agent: ${args.http_agent}`]),
    ...(user === '' && password === ''
      ? []
      : [`Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`]),
    ...(bytes.length > 0 || !['GET', 'HEAD'].includes(method) ? [`Content-Length: ${bytes.length}`] : []),
    'Accept: */*',
    'Connection: close',
  ]
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.0`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...more,
  ]
  const send = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes])
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const answer = await reader.dial(host, Number(url.port || 80), { send, timeout: args.timeout, read: true })
  if (!answer.connected) return failed(args, answer.error ?? 'no connection')
  const text = answer.bytes.toString('latin1')
  const end = /\r?\n\r?\n/.exec(text)
  const head = lastHead(end ? text.slice(0, end.index) : text)
  if (head.status < 0)
    return failed(args, answer.late ? 'the server did not answer in time' : 'what answered is no web server')
  const page = answer.bytes.subarray(end ? end.index + end[0].length : text.length)
  const chunked = head.headers.some(([name, value]) => name === 'transfer-encoding' && /chunked/i.test(value))
  return {
    ...head,
    url: url.href === `${args.url}/` ? args.url : url.href,
    content: (chunked ? joined(page) : page).toString('utf8'),
  }
}

/** Some servers send chunks (RFC 9112, 7.1) to whoever asks. */
function joined(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16)
    if (end < 0 || !(size > 0)) break
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
  return Buffer.concat(parts)
}
