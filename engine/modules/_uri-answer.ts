import type { Plain } from '../value.ts'
import { follows, type UriArgs } from './_uri-args.ts'
import type { ReadAnswer } from '../module/define.ts'

/** What came back for one request. */
export interface HttpAnswer {
  /** -1: there was no answer. */
  readonly status: number
  readonly reason: string
  readonly url: string
  /** In the order in which they came, names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
  readonly content: string
  /** Why there was none. */
  readonly error?: string | undefined
}

/** The last of the header blocks that a client wrote down: those before belong to redirects. */
export function lastHead(text: string): Pick<HttpAnswer, 'status' | 'reason' | 'headers'> {
  const blocks = text
    .replace(/\r\n/g, '\n')
    .split(/\n(?=HTTP\/)/)
    .filter((block) => block.startsWith('HTTP/'))
  const [first = '', ...lines] = (blocks.at(-1) ?? '').split('\n')
  const [, status, reason = ''] = /^HTTP\/[\d.]+ (\d{3}) ?(.*)$/.exec(first) ?? []
  const headers = lines.flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined ? [] : [[name.toLowerCase(), value]]
  })
  return { status: status === undefined ? -1 : Number(status), reason, headers }
}

/** Under the names that Ansible registers them by. */
export function valuesOf(args: UriArgs, answer: HttpAnswer, elapsed: number): Record<string, Plain> {
  const { status, url, headers, content } = answer
  const named: Record<string, string> = {}
  for (const [name, value] of headers) {
    const key = name.replaceAll('-', '_')
    named[key] = named[key] === undefined ? value : `${named[key]}, ${value}`
  }
  const cookies = cookiesIn(headers)
  const json = status > 0 && isJson(named['content_type'] ?? '') ? parsed(content) : undefined
  return {
    ...named,
    ...(named['location'] !== undefined && { location: absolute(named['location'], url) }),
    status,
    url,
    redirected: url !== args.url,
    elapsed: Math.floor(elapsed),
    cookies,
    cookies_string: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
    msg: messageOf(answer, named),
    ...(args.return_content && { content }),
    ...(json !== undefined && { json }),
  }
}

export function judged(args: UriArgs, answer: HttpAnswer, elapsed: number): ReadAnswer {
  const values = valuesOf(args, answer, elapsed)
  if (args.status_code.includes(answer.status)) return { values }
  const failed = wrongStatus(args, answer)
  const hint =
    answer.status >= 300 && answer.status < 400 && !follows(args)
      ? 'set follow_redirects: all, or add the status to status_code'
      : undefined
  return { values: { ...values, msg: failed }, failed, ...(hint !== undefined && { hint }) }
}

export const wrongStatus = ({ status_code }: UriArgs, answer: HttpAnswer): string =>
  `Status code was ${answer.status} and not [${status_code.join(', ')}]: ${messageOf(answer)}`

function messageOf({ status, reason, error }: HttpAnswer, named: Readonly<Record<string, string>> = {}): string {
  if (status < 0) return `Request failed: ${error ?? 'no answer'}`
  return status < 300 ? `OK (${named['content_length'] ?? 'unknown'} bytes)` : `HTTP Error ${status}: ${reason}`
}

const isJson = (type: string): boolean => /^\w+\/(?:[\w.-]+\+)?(?:json|javascript)\s*(?:;|$)/i.test(type)

function parsed(content: string): Plain | undefined {
  try {
    return JSON.parse(content) as Plain
  } catch {
    return undefined
  }
}

function absolute(location: string, url: string): string {
  try {
    return new URL(location, url).href
  } catch {
    return location
  }
}

const cookiesIn = (headers: HttpAnswer['headers']): Record<string, string> =>
  Object.fromEntries(
    headers.flatMap(([name, value]) => {
      const [, key, text = ''] = name === 'set-cookie' ? (/^([^=;]+)=([^;]*)/.exec(value) ?? []) : []
      return key === undefined ? [] : [[key.trim(), text.trim()]]
    }),
  )
