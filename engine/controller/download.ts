import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { KplayError } from '../errors.ts'
import { codeOf } from './files.ts'
import { get, ProxyRefused, shownUrl, Stalled, type HttpAnswer } from './http.ts'
import { claimPart, noteEtag, resumable, settlePart, type Resume } from './part.ts'
import type { Environment } from './proxy.ts'

export interface Download {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Seconds without a byte after which an attempt has failed. */
  readonly timeout: number
  readonly retries: number
  /** Where the file goes; beside it lies what is not whole yet. */
  readonly to: string
  /** The digest will be checked afterwards, so going on with a partial file needs no promise of the server. */
  readonly checked: boolean
  /** What is there already, by its ETag or date: a 304 leaves it. */
  readonly validators?: Validators | undefined
}

export interface Validators {
  readonly etag?: string | undefined
  readonly modified?: string | undefined
}

export interface DownloadOptions {
  readonly environment: Environment
  /** Waits between attempts; milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
}

export type Downloaded =
  | { readonly changed: false }
  /** `resumed`: it began with what an earlier attempt had left. */
  | ({ readonly changed: true; readonly resumed: boolean } & Validators)

/**
 * Fetches a file over HTTP to `to`: tried again with growing pauses while that can help, a partial file gone on with
 * where the server's ETag or a digest vouches for it, put in place only when it is whole. Throws DOWNLOAD.
 */
export async function download(request: Download, options: DownloadOptions): Promise<Downloaded> {
  const { wait = sleep } = options
  await mkdir(dirname(request.to), { recursive: true, mode: 0o700 })
  const part = await claimPart(request.to)
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptDownload(request, part.path, options)
      } catch (error) {
        const failure = asFailure(error)
        if (!failure.again || attempt >= request.retries) throw explained(failure, request, attempt + 1)
        await wait(failure.after ?? Math.min(30_000, 1000 * 2 ** attempt))
      }
    }
  } finally {
    await part.release()
  }
}

async function attemptDownload(request: Download, part: string, { environment }: DownloadOptions): Promise<Downloaded> {
  const resume = await resumable(part, request.checked)
  const answer = await get({
    url: request.url,
    headers: { ...request.headers, ...conditions(request, resume) },
    timeout: request.timeout,
    environment,
  })
  const { status, headers } = answer
  if (status === 304 && request.validators) {
    answer.body.destroy()
    return { changed: false }
  }
  if (status === 416) await rm(part, { force: true })
  if (status !== 200 && status !== 206) {
    answer.body.destroy()
    throw new StatusError(status, headers['retry-after'])
  }
  const append = status === 206 && resume !== undefined && startOf(answer) === resume.size
  if (status === 206 && !append) {
    answer.body.destroy()
    await rm(part, { force: true })
    throw new Incomplete('it sent another part than the one asked for')
  }
  const validators: Validators = { etag: headers.etag, modified: headers['last-modified'] }
  await noteEtag(part, headers.etag)
  const expected = expectedSize(answer, append ? resume.size : 0)
  const got = await save(answer, part, append)
  const size = (append ? resume.size : 0) + got
  if (expected !== undefined && size !== expected) throw new Incomplete(`${size} of ${expected} bytes came`)
  await settlePart(part, request.to)
  return { changed: true, resumed: append, ...validators }
}

function conditions({ validators }: Download, resume: Resume | undefined): Record<string, string> {
  if (resume)
    return { Range: `bytes=${resume.size}-`, ...(resume.etag === undefined ? {} : { 'If-Range': resume.etag }) }
  return {
    ...(validators?.etag === undefined ? {} : { 'If-None-Match': validators.etag }),
    ...(validators?.modified === undefined ? {} : { 'If-Modified-Since': validators.modified }),
  }
}

const startOf = ({ headers }: HttpAnswer): number | undefined => {
  const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]
  return start === undefined ? undefined : Number(start)
}

function expectedSize({ headers, status }: HttpAnswer, before: number): number | undefined {
  const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
  if (status === 206 && whole !== undefined) return Number(whole)
  const length = headers['content-length']
  return length === undefined ? undefined : before + Number(length)
}

/** Streams the body into the part file; returns the bytes that came. */
async function save({ body }: HttpAnswer, part: string, append: boolean): Promise<number> {
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(body, counted, createWriteStream(part, { flags: append ? 'a' : 'w', mode: 0o600 }))
  return bytes
}

class StatusError extends Error {
  readonly status: number
  readonly after: number | undefined
  constructor(status: number, retryAfter: string | undefined) {
    super(`the server answered ${status}`)
    this.status = status
    this.after =
      retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Math.min(60, Number(retryAfter)) * 1000 : undefined
  }
}
class Incomplete extends Error {}

interface Failure {
  readonly error: unknown
  readonly again: boolean
  readonly after?: number | undefined
}

const HOPELESS = [
  'ENOSPC',
  'EACCES',
  'EROFS',
  'EDQUOT',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]

function asFailure(error: unknown): Failure {
  if (error instanceof KplayError) return { error, again: false }
  if (error instanceof StatusError)
    return { error, again: [408, 416, 425, 429].includes(error.status) || error.status >= 500, after: error.after }
  if (error instanceof ProxyRefused) return { error, again: error.status >= 500 }
  // A name that does not exist will not exist in a second either; EAI_AGAIN may pass.
  const code = codeOf(error)
  return { error, again: !HOPELESS.includes(code) && code !== 'ENOTFOUND' }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNRESET: 'the connection broke',
  ETIMEDOUT: 'the connection timed out',
  ENOSPC: 'the disk is full',
}

function explained({ error }: Failure, { url, timeout }: Download, attempts: number): KplayError {
  if (error instanceof KplayError) return error
  const tried = attempts > 1 ? ` (tried ${attempts} times)` : ''
  const reason =
    error instanceof Stalled
      ? `no byte came for ${timeout} s`
      : (REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error)))
  return new KplayError('DOWNLOAD', `${shownUrl(url)}: ${reason}${tried}`, { hint: hintFor(error), cause: error })
}

function hintFor(error: unknown): string | undefined {
  if (error instanceof StatusError || error instanceof ProxyRefused) {
    if (error.status === 404 || error.status === 410) return 'is the URL right? old releases move to an archive server'
    if (error.status === 401 || error.status === 403) return 'the server wants credentials: give them with headers'
    if (error.status === 407) return 'the proxy wants credentials: http://user:password@proxy:port'
    return undefined
  }
  const network = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']
  return network.includes(codeOf(error))
    ? 'does the controller reach that host? a proxy is set with http_proxy and https_proxy'
    : undefined
}
