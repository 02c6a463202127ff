import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isFresh, readRange } from './range.ts'
import { MirrorError } from './tools.ts'

export interface ServedMirror {
  /** Without a slash at the end: what the inventory variable `mirror` is set to. */
  readonly url: string
  /** What was asked, oldest first: `GET /sums.json 200`. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface ServeOptions {
  readonly folder: string
  readonly address: string
  /** 0 takes a free one. */
  readonly port: number
  readonly onRequest?: (line: string) => void
}

/** Serves a folder over HTTP: whole files and ranges of them, with what a client needs to resume or to keep a copy. */
export async function serveFolder({ folder, address, port, onRequest }: ServeOptions): Promise<ServedMirror> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    response.setHeader('Server', 'kplay-mirror')
    response.on('close', () => {
      const line = `${request.method ?? ''} ${request.url ?? ''} ${response.statusCode}`
      requests.push(line)
      onRequest?.(line)
    })
    answer(folder, request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else sendText(response, 500, 'the mirror could not read this')
    })
  })
  const taken = await listen(server, address, port)
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return { url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`, requests, close }
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(explain(error, address, port)))
    server.listen(port, address, () => {
      const bound = server.address()
      done(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}

function explain(error: NodeJS.ErrnoException, address: string, port: number): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} of ${address} is in use by another program (choose another one with --port)`,
    EADDRNOTAVAIL: `${address} is no address of this machine (is the lab up?)`,
    EACCES: `port ${port} needs root`,
  }
  const reason = reasons[error.code ?? '']
  return reason === undefined ? error : new MirrorError(reason, { cause: error })
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return sendText(response, 405, 'only GET and HEAD')
  }
  const path = readPath(request.url ?? '/')
  if (path === undefined) return sendText(response, 400, 'no such path can be')
  const found = await stat(join(folder, path)).catch(() => undefined)
  if (found === undefined) return sendText(response, 404, `the mirror has no ${path}`)
  if (found.isDirectory()) return sendListing(response, folder, path)
  await sendFile(request, response, join(folder, path), { size: found.size, modified: found.mtime })
}

/** The decoded path, or nothing where it is malformed or would leave the folder. */
function readPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''))
    const leaves = path.split('/').includes('..') || path.includes('\0') || !path.startsWith('/')
    return leaves ? undefined : path
  } catch {
    return undefined
  }
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { size, modified }: { size: number; modified: Date },
): Promise<void> {
  const etag = `"${size.toString(16)}-${modified.getTime().toString(16)}"`
  response.setHeader('ETag', etag)
  response.setHeader('Last-Modified', modified.toUTCString())
  response.setHeader('Accept-Ranges', 'bytes')
  if (isFresh(request.headers, etag, modified)) return void response.writeHead(304).end()

  const range = readRange(request.headers, size, etag, modified)
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${size}`)
    return sendText(response, 416, 'the file is shorter than that')
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (range !== undefined) response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`)
  response.setHeader('Content-Type', contentType(path))
  response.setHeader('Content-Length', end - start + 1)
  response.writeHead(range === undefined ? 200 : 206)
  if (request.method === 'HEAD' || size === 0) return void response.end()
  // A client that goes away in the middle is no error of the mirror.
  await pipeline(createReadStream(path, { start, end }), response).catch(() => response.destroy())
}

function contentType(path: string): string {
  if (path.endsWith('.json')) return 'application/json'
  return /\.(tgz|gz)$/.test(path) ? 'application/gzip' : 'text/plain; charset=utf-8'
}

async function sendListing(response: ServerResponse, folder: string, path: string): Promise<void> {
  const entries = await readdir(join(folder, path), { withFileTypes: true })
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
  const base = path.replace(/\/*$/, '/')
  sendText(response, 200, names.map((name) => `${base}${name}`).join('\n'))
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
