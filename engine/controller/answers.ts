import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { KplayError } from '../errors.ts'
import { Float, isDict, keyText, type Value } from '../value.ts'
import { text } from '../values/print.ts'
import type { Waiting } from '../values/surroundings.ts'
import { get, shownUrl } from './http.ts'
import type { Environment } from './proxy.ts'

/** More than this is no value for a variable: bytes. */
const MOST = 64 * 1024 * 1024
/** Seconds without a byte before a server counts as silent, unless the lookup says otherwise. */
const PATIENCE = 10

export type Options = ReadonlyMap<string, Value>

/** What lookups wait for: the output of a command, run in the playbook's folder, or the body of an answer. */
export function answerOf(
  kind: Waiting,
  subject: string,
  options: Options,
  playbook: string,
  environment: Environment,
): Promise<string> {
  return kind === 'pipe' ? outputOf(subject, dirname(playbook)) : bodyOf(subject, options, environment)
}

/** Standard output of a shell command; what it says beside that is told when it fails. */
function outputOf(command: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    let size = 0
    child.stdout.on('data', (part: Buffer) => {
      size += part.length
      out.push(part)
      if (size > MOST) child.kill()
    })
    child.stderr.on('data', (part: Buffer) => {
      err.push(part)
      if (err.length > 20) err.shift()
    })
    child.on('error', (cause) => {
      reject(new KplayError('COMMAND_FAILED', `the lookup pipe cannot run ${command}`, { cause }))
    })
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
      else reject(failed(command, size > MOST ? 'said too much' : (signal ?? `exit status ${code}`), err))
    })
  })
}

function failed(command: string, why: string, err: readonly Buffer[]): KplayError {
  const said = Buffer.concat(err).toString('utf8').trim().split('\n').at(-1) ?? ''
  return new KplayError('COMMAND_FAILED', `the lookup pipe failed (${why}): ${command}`, {
    hint: said === '' ? undefined : `it said: ${said}`,
  })
}

async function bodyOf(subject: string, options: Options, environment: Environment): Promise<string> {
  const url = urlOf(subject, options)
  try {
    const answer = await get({ url, headers: headersOf(options), timeout: patience(options), environment })
    if (answer.status >= 400) throw refused(url, `the server answered ${answer.status}`)
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      size += part.length
      if (size > MOST) throw refused(url, 'the answer is too large')
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  } catch (cause) {
    if (cause instanceof KplayError) throw cause
    throw refused(url, cause instanceof Error ? cause.message : 'no answer', cause)
  }
}

function urlOf(subject: string, options: Options): URL {
  const url = URL.parse(subject)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new KplayError('EVALUATION', `the lookup url needs http:// or https://, not ${subject}`)
  if (options.get('validate_certs') === false)
    throw new KplayError('EVALUATION', 'the lookup url: validate_certs=false is not supported', {
      hint: 'name the authority in NODE_EXTRA_CA_CERTS',
    })
  const [user, password] = [options.get('username'), options.get('password')]
  if (typeof user === 'string') url.username = encodeURIComponent(user)
  if (typeof password === 'string') url.password = encodeURIComponent(password)
  return url
}

function headersOf(options: Options): Record<string, string> {
  const agent = options.get('http_agent')
  const headers = options.get('headers')
  const named = isDict(headers) ? [...headers].map(([name, value]) => [keyText(name), text(value)] as const) : []
  return { ...(typeof agent === 'string' && { 'User-Agent': agent }), ...Object.fromEntries<string>(named) }
}

function patience(options: Options): number {
  const seconds = options.get('timeout')
  return seconds instanceof Float ? seconds.value : typeof seconds === 'number' ? seconds : PATIENCE
}

const refused = (url: URL, why: string, cause?: unknown): KplayError =>
  new KplayError('DOWNLOAD', `the lookup url: ${shownUrl(url)}: ${why}`, { cause })
