import type { ArgsOf } from '../schema/field.ts'
import { any, choice, dict, flag, list, path, text, whole } from '../schema/field.ts'
import { ansibleFields, attributeFields } from './_attributes.ts'
import { pythonJson } from './_json.ts'

const ONE_LINE = /^[^\0\r\n]*$/
const taken = 'Taken from Ansible; nothing comes of it.'

export const uriFields = {
  url: text({ pattern: /^https?:\/\/[^\0\s]+$/i, help: 'What is asked: http or https.' }),
  method: text({ default: 'GET', pattern: /^[A-Za-z]+$/, help: 'GET, POST, PUT, DELETE or any other.' }),
  body: any({ optional: true, help: 'What is sent: a text, or data that body_format turns into one.' }),
  body_format: choice(['raw', 'json', 'form-urlencoded', 'form-multipart'], {
    default: 'raw',
    help: 'How data becomes text; it also sets Content-Type.',
  }),
  src: path({ optional: true, help: 'With `remote_src`: a file of the host that is sent.' }),
  remote_src: flag({ default: false, help: 'The file src is on the host; only that is supported.' }),
  headers: dict(text({ help: 'Value.', pattern: ONE_LINE }), { default: {}, secret: true, help: 'Headers to send.' }),
  status_code: list(whole({ help: 'A status.' }), { default: [200], help: 'Answers that are right.' }),
  return_content: flag({ default: false, help: 'Register the text of the answer as `content`.' }),
  follow_redirects: choice(['safe', 'all', 'none', 'urllib2', 'yes', 'no'], {
    default: 'safe',
    help: '`safe` goes where GET and HEAD are sent on to, `all` also other methods.',
  }),
  timeout: whole({ default: 30, help: 'Seconds to connect, and without a byte, after which it has failed.' }),
  creates: text({ optional: true, help: 'Path or shell pattern; when something is there, nothing is asked.' }),
  removes: text({ optional: true, help: 'Path or shell pattern; when nothing is there, nothing is asked.' }),
  dest: path({ optional: true, help: 'A file or folder on the host that takes the answer.' }),
  url_username: text({
    optional: true,
    aliases: ['user', 'username'],
    pattern: ONE_LINE,
    help: 'Name to log in with.',
  }),
  url_password: text({
    optional: true,
    aliases: ['password'],
    pattern: ONE_LINE,
    secret: true,
    help: 'Password to log in with.',
  }),
  force_basic_auth: flag({ default: false, help: 'Taken from Ansible; the login is always sent with the request.' }),
  validate_certs: flag({ default: true, help: "Check the server's certificate." }),
  ca_path: path({ optional: true, help: 'A file on the host with the authorities to trust.' }),
  client_cert: path({ optional: true, help: 'A certificate on the host to show to the server.' }),
  client_key: path({ optional: true, help: 'The key of client_cert.' }),
  unix_socket: path({ optional: true, help: 'A socket on the host over which it is asked.' }),
  use_proxy: flag({ default: true, help: 'Obey the proxy that the environment names.' }),
  http_agent: text({ default: 'ansible-httpget', pattern: ONE_LINE, help: 'What the program calls itself.' }),
  force: flag({ default: false, help: 'Ask caches on the way not to answer for the server.' }),
  unredirected_headers: list(text({ help: 'Name.' }), { default: [], help: taken }),
  decompress: flag({ default: true, help: taken }),
  use_netrc: flag({ default: true, help: 'Taken from Ansible; a .netrc is never read.' }),
  use_gssapi: flag({ default: false, help: 'Not supported.' }),
  ciphers: list(text({ help: 'Name.' }), { default: [], help: 'Not supported.' }),
  ...attributeFields,
  ...ansibleFields,
} as const

export type UriArgs = ArgsOf<typeof uriFields>

export function uriMistake(args: UriArgs): string | undefined {
  if (args.body !== undefined && args.src !== undefined) return 'give body or src, not both'
  if (args.src !== undefined && !args.remote_src)
    return "src must be on the host (remote_src: true); send a file of the controller with body: \"{{ lookup('file', 'name') }}\""
  if (args.body_format === 'form-multipart')
    return 'body_format: form-multipart is not supported; use curl -F with command'
  if (args.use_gssapi || args.ciphers.length > 0) return 'use_gssapi and ciphers are not supported'
  if (args.timeout < 1) return 'timeout must be at least 1 second'
  if (!Object.keys(args.headers).every((name) => /^[\w!#$%&'*.^`|~+-]+$/.test(name)))
    return 'headers has a name that is none'
  if (args.mode === 'preserve') return 'mode: preserve has no meaning here'
  const wrong = [args.creates, args.removes].find((guard) => guard !== undefined && !/^[/~]/.test(guard))
  return wrong === undefined ? undefined : `creates and removes are absolute paths, unlike ${wrong}`
}

export const methodOf = ({ method }: UriArgs): string => method.toUpperCase()
/** A method that changes nothing where it is sent, by its definition (RFC 9110, 9.2.1). */
export const isSafe = (args: UriArgs): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(methodOf(args))

export function follows(args: UriArgs): boolean {
  if (['all', 'yes'].includes(args.follow_redirects)) return true
  return ['safe', 'urllib2'].includes(args.follow_redirects) && ['GET', 'HEAD'].includes(methodOf(args))
}

/** What is sent, and the headers that say what it is. */
export function sentBy(args: UriArgs, body: unknown): { body: string | undefined; headers: Record<string, string> } {
  const named = Object.keys(args.headers).map((name) => name.toLowerCase())
  const typed = (type: string): Record<string, string> =>
    named.includes('content-type') ? {} : { 'Content-Type': type }
  const more = args.force ? { 'cache-control': 'no-cache' } : {}
  if (args.body_format === 'json')
    return {
      body: typeof body === 'string' ? body : pythonJson(body),
      headers: { ...args.headers, ...more, ...typed('application/json') },
    }
  if (args.body_format === 'form-urlencoded')
    return {
      body: typeof body === 'string' ? body : encoded(body),
      headers: { ...args.headers, ...more, ...typed('application/x-www-form-urlencoded') },
    }
  const raw = body === undefined ? undefined : typeof body === 'string' ? body : pythonJson(body)
  return { body: raw, headers: { ...args.headers, ...more } }
}

/** As Python's urlencode: a list stands for its name several times. */
function encoded(body: unknown): string {
  const pairs: [string, unknown][] = Array.isArray(body)
    ? (body as unknown[]).map((pair) => pair as [string, unknown])
    : Object.entries((body ?? {}) as Record<string, unknown>)
  const quoted = (value: unknown): string =>
    encodeURIComponent(typeof value === 'string' ? value : pythonScalar(value))
      .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%20/g, '+')
  return pairs
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${quoted(key)}=${quoted(one)}`))
    .join('&')
}

function pythonScalar(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null || value === undefined ? 'None' : pythonJson(value)
}
