import type { Dialled, Reader } from '../host/reader.ts'
import type { ZookeeperServer } from './_zookeeper-address.ts'
import {
  decodeSession,
  encodeSession,
  UnexpectedAnswer,
  type ZookeeperReply,
  type ZookeeperRequest,
} from './_zookeeper-wire.ts'

/** Why a server gave no answer: another one may. */
export class NotServing extends Error {}

export interface ZookeeperLink {
  readonly reader: Reader
  readonly server: ZookeeperServer
  /** Seconds for one connection. */
  readonly timeout: number
}

/**
 * Requests on the first connection, which shows how large the answers are, and on any other; and their bytes, as they
 * travel in a shell script.
 */
const FIRST = 100
const REQUESTS = 1000
const REQUEST_BYTES = 96 * 1024
/** Bytes of an answer: what is aimed at, and where it is cut. */
const WISHED = 512 * 1024
const CUT = 1024 * 1024

/**
 * Asks one server, over as few connections as the size of the answers allows; each is a session of its own, of which
 * nothing stays behind. To begin and to end one takes a majority of the ensemble, so who answers is part of it.
 * Throws NotServing.
 */
export async function askZookeeper(
  link: ZookeeperLink,
  requests: readonly ZookeeperRequest[],
): Promise<readonly ZookeeperReply[]> {
  const all: ZookeeperReply[] = []
  let most = FIRST
  while (all.length < requests.length) {
    const part = fitting(requests.slice(all.length, all.length + most))
    const { replies, bytes } = await converse(link, part)
    all.push(...replies)
    // Answers to one kind of question are of a kind.
    most = Math.min(REQUESTS, Math.max(1, Math.floor((WISHED * Math.max(1, replies.length)) / bytes)))
  }
  return all
}

function fitting(requests: readonly ZookeeperRequest[]): readonly ZookeeperRequest[] {
  let bytes = 0
  const end = requests.findIndex(({ path }, index) => (bytes += 17 + path.length) > REQUEST_BYTES && index > 0)
  return end < 0 ? requests : requests.slice(0, end)
}

/** One connection: at least one reply, or NotServing. */
async function converse(
  { reader, server, timeout }: ZookeeperLink,
  requests: readonly ZookeeperRequest[],
): Promise<{ readonly replies: readonly ZookeeperReply[]; readonly bytes: number }> {
  // A server may lag behind the others; after `sync` it knows all that was written before.
  const asked: readonly ZookeeperRequest[] = [{ op: 'sync', path: '/' }, ...requests]
  const send = encodeSession(asked, Math.ceil(timeout * 1000))
  const dialled = await reader.dial(server.host, server.port, { send, timeout, read: true, harmless: true })
  if (!dialled.connected) throw new NotServing(dialled.error ?? 'no connection')
  const { begun, replies } = understand(dialled.bytes, asked)
  const [, ...found] = replies
  const whole = found.length === requests.length
  if (!begun || (!whole && (found.length === 0 || dialled.bytes.length < CUT)))
    throw new NotServing(silence(dialled, begun, timeout))
  return { replies: found, bytes: dialled.bytes.length }
}

function understand(bytes: Buffer, requests: readonly ZookeeperRequest[]): ReturnType<typeof decodeSession> {
  try {
    return decodeSession(bytes, requests)
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error
    throw new NotServing(`does not speak as ZooKeeper does: ${error.message}`, { cause: error })
  }
}

function silence({ late, bytes }: Dialled, begun: boolean, timeout: number): string {
  if (bytes.length >= CUT) return 'an answer is larger than a mebibyte'
  const what = begun ? 'begins a session, but' : 'takes the connection, but'
  if (late) return `${what} does not answer within ${timeout} s`
  return begun ? `${what} closes it before it has answered` : `${what} begins no session`
}
