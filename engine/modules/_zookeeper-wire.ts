/**
 * ZooKeeper's protocol, as far as reading needs it. Source: zookeeper.jute of 3.4.6 (ConnectRequest, ConnectResponse,
 * RequestHeader, ReplyHeader, GetDataRequest …) and ZooDefs.java (numbers of operations). Every message is a frame: its
 * length in four bytes, then the record. Numbers are big-endian, a text is its length and UTF-8, -1 for none.
 */

export interface ZookeeperRequest {
  readonly op: 'exists' | 'data' | 'children' | 'sync'
  readonly path: string
}

export interface ZookeeperReply {
  /** 0 or one of KeeperException's codes, all negative. */
  readonly error: number
  /** What stands at the path; empty when there is none. */
  readonly data?: Buffer
  /** Names, in no order. */
  readonly children?: readonly string[]
}

/** KeeperException.Code: there is no such path; nobody may read it without logging in. */
export const NO_NODE = -101
export const NO_AUTH = -102

/** What comes back is not what ZooKeeper says. */
export class UnexpectedAnswer extends Error {}

const OPS = { exists: 3, data: 4, children: 8, sync: 9 } as const
const CLOSE_SESSION = -11
/** Of ConnectResponse: version, timeout, session, the length of the password and its sixteen bytes. */
const CONNECTED = 36
/** Of ReplyHeader: xid, zxid, error. */
const HEADER = 16
/** A server takes and keeps no more than a mebibyte by itself; what claims to be far larger is something else. */
const LARGEST = 64 * 1024 * 1024

/**
 * A whole session in one go: its begin, the requests, which get the numbers from 1 on, and its end, upon which the
 * server closes the connection. `timeout` is in milliseconds: how long the server keeps a session whose end it misses.
 */
export function encodeSession(requests: readonly ZookeeperRequest[], timeout: number): Buffer {
  const password = Buffer.alloc(16)
  // Last: never from a server that has lost its quorum and was told to go on read-only.
  const connect = [int(0), Buffer.alloc(8), int(timeout), Buffer.alloc(8), int(16), password, Buffer.of(0)]
  const frames = requests.map(({ op, path }, index) => {
    const watch = op === 'sync' ? [] : [Buffer.of(0)]
    return frame([int(index + 1), int(OPS[op]), text(path), ...watch])
  })
  return Buffer.concat([frame(connect), ...frames, frame([int(requests.length + 1), int(CLOSE_SESSION)])])
}

export interface Session {
  /** The server began a session: it is one of a majority. */
  readonly begun: boolean
  /** One for each request, in their order; fewer when the answer broke off. */
  readonly replies: readonly ZookeeperReply[]
}

/** Reads what a server sent. Throws UnexpectedAnswer. */
export function decodeSession(bytes: Buffer, requests: readonly ZookeeperRequest[]): Session {
  const first = cutFrame(bytes, 0, CONNECTED, CONNECTED + 28)
  if (!first) return { begun: false, replies: [] }
  // No time: the session was not granted.
  if (first.readInt32BE(4) <= 0) return { begun: false, replies: [] }
  const replies: ZookeeperReply[] = []
  let at = 4 + first.length
  for (const [index, request] of requests.entries()) {
    const reply = cutFrame(bytes, at, HEADER, LARGEST)
    if (!reply) break
    at += 4 + reply.length
    const xid = reply.readInt32BE(0)
    if (xid !== index + 1) throw new UnexpectedAnswer(`an answer to request ${xid} came instead of ${index + 1}`)
    replies.push(decodeReply(request, reply))
  }
  return { begun: true, replies }
}

/** The frame at `at`, without its length; nothing when not all of it is there. */
function cutFrame(bytes: Buffer, at: number, least: number, most: number): Buffer | undefined {
  if (bytes.length < at + 4) return undefined
  const length = bytes.readInt32BE(at)
  if (length < least || length > most) throw new UnexpectedAnswer(`a message of ${length} bytes at byte ${at}`)
  return bytes.length < at + 4 + length ? undefined : bytes.subarray(at + 4, at + 4 + length)
}

function decodeReply({ op, path }: ZookeeperRequest, reply: Buffer): ZookeeperReply {
  const error = reply.readInt32BE(12)
  if (error !== 0) return { error }
  const body = reply.subarray(HEADER)
  try {
    if (op === 'data') return { error, data: cutBuffer(body, 0) }
    return op === 'children' ? { error, children: readTexts(body) } : { error }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new UnexpectedAnswer(`the answer about ${path} is cut off`, { cause })
  }
}

function cutBuffer(body: Buffer, at: number): Buffer {
  const length = Math.max(0, body.readInt32BE(at))
  if (body.length < at + 4 + length) throw new RangeError('too short')
  return body.subarray(at + 4, at + 4 + length)
}

function readTexts(body: Buffer): string[] {
  const texts: string[] = []
  const count = body.readInt32BE(0)
  for (let at = 4; texts.length < count;) {
    const bytes = cutBuffer(body, at)
    texts.push(bytes.toString('utf8'))
    at += 4 + bytes.length
  }
  return texts
}

function frame(parts: readonly Buffer[]): Buffer {
  const record = Buffer.concat(parts)
  return Buffer.concat([int(record.length), record])
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([int(bytes.length), bytes])
}
