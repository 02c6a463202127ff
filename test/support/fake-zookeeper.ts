import type { Plain } from '../../engine/value.ts'

/** Path → what stands there: text as it is, null for nothing, all else as JSON. What is above a path is there as well. */
export type Znodes = Readonly<Record<string, Plain>>

const OPS = { exists: 3, getData: 4, sync: 9, getChildren: 8, closeSession: -11 } as const
const NO_NODE = -101

/** Everything that a ZooKeeper of 3.4 or later sends to who writes `request`, which holds whole frames, and ends. */
export function answerZookeeper(nodes: Znodes, request: Buffer): Buffer {
  const [connect = Buffer.alloc(0), ...requests] = frames(request)
  // Who says nothing of read-only servers, as before 3.4, is not told either.
  const readOnly = connect.length > 44 ? [Buffer.of(0)] : []
  const session = Buffer.concat([int(0), connect.subarray(12, 16), long(0x14a0ff0001), int(16), Buffer.alloc(16, 255)])
  return Buffer.concat([frame(session, ...readOnly), ...requests.map((each) => reply(nodes, each))])
}

function reply(nodes: Znodes, request: Buffer): Buffer {
  const xid = request.subarray(0, 4)
  const op = request.readInt32BE(4)
  const header = (error: number): Buffer => Buffer.concat([xid, long(0x1ff00000fff), int(error)])
  if (op === OPS.closeSession) return frame(header(0))
  const path = request.toString('utf8', 12, 12 + request.readInt32BE(8))
  if (op === OPS.sync) return frame(header(0), text(path))
  const data = dataAt(nodes, path)
  if (data === undefined) return frame(header(NO_NODE))
  if (op === OPS.exists) return frame(header(0), STAT)
  if (op === OPS.getChildren) {
    const names = childrenOf(nodes, path)
    return frame(header(0), int(names.length), ...names.map(text))
  }
  if (op === OPS.getData) return frame(header(0), data === null ? int(-1) : text(data), STAT)
  return frame(header(-6))
}

/** Six numbers of eight bytes and five of four; some of them with bytes that a telnet program would eat. */
const STAT = Buffer.alloc(68, 255)

const below = (path: string): string => (path === '/' ? '/' : `${path}/`)

function dataAt(nodes: Znodes, path: string): string | null | undefined {
  const found = nodes[path]
  if (found !== undefined) return typeof found === 'string' || found === null ? found : JSON.stringify(found)
  return path === '/' || Object.keys(nodes).some((other) => other.startsWith(below(path))) ? null : undefined
}

const childrenOf = (nodes: Znodes, path: string): string[] => [
  ...new Set(
    Object.keys(nodes)
      .filter((other) => other.startsWith(below(path)))
      .map((other) => other.slice(below(path).length).split('/')[0] ?? ''),
  ),
]

function frames(bytes: Buffer): Buffer[] {
  const list: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4 + (list.at(-1)?.length ?? 0))
    list.push(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)))
  return list
}

function frame(...parts: readonly Buffer[]): Buffer {
  const all = Buffer.concat(parts)
  return Buffer.concat([int(all.length), all])
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)])
