import { randomBytes } from 'node:crypto'

/** 128 random bits: what a host prints cannot be mistaken for it. */
export const makeNonce = (): string => randomBytes(16).toString('hex')

/** A line that is awaited in a stream: `\n<start>…\n`. Whatever comes before it goes to `bytes`. */
export interface Awaited {
  readonly start: string
  /** What came before the line; without it, that is noise. */
  bytes?(chunk: Buffer): void
  /** The line was seen; `rest` is its text after `start`. */
  seen(rest: string): void
}

/** How much noise (a greeting, a late line of a daemon) is kept, to explain a failure. */
const NOISE = 4096

/** Cuts one stream of a host into what the awaited lines stand between. Binary safe; keeps next to nothing itself. */
export class Cutter {
  readonly #awaited: Awaited[] = []
  #rest = Buffer.alloc(0)
  #noise = Buffer.alloc(0)

  await(line: Awaited): void {
    this.#awaited.push(line)
  }

  /** The last of what belonged to nothing, as text. */
  get noise(): string {
    return Buffer.concat([this.#noise, this.#rest]).toString('utf8')
  }

  push(chunk: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    for (;;) {
      const line = this.#awaited[0]
      if (!line) {
        this.#drop(data)
        data = Buffer.alloc(0)
        break
      }
      const start = Buffer.from(`\n${line.start}`)
      const found = data.indexOf(start)
      if (found < 0) {
        // The line may have begun at the very end of what came so far.
        const sure = Math.max(0, data.length - start.length + 1)
        this.#pass(line, data.subarray(0, sure))
        data = data.subarray(sure)
        break
      }
      this.#pass(line, data.subarray(0, found))
      const end = data.indexOf('\n', found + start.length)
      if (end < 0) {
        data = data.subarray(found)
        break
      }
      this.#awaited.shift()
      const rest = data.toString('utf8', found + start.length, end)
      data = data.subarray(end + 1)
      line.seen(rest)
    }
    this.#rest = Buffer.from(data)
  }

  #pass(line: Awaited, bytes: Buffer): void {
    if (bytes.length === 0) return
    if (line.bytes) line.bytes(bytes)
    else this.#drop(bytes)
  }

  #drop(bytes: Buffer): void {
    if (bytes.length > 0) this.#noise = Buffer.concat([this.#noise, bytes]).subarray(-NOISE)
  }
}

/** Collects at most `limit` bytes; what comes beyond is only counted. */
export class Bounded {
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  #kept = 0
  total = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    this.total += chunk.length
    const room = this.#limit - this.#kept
    if (room <= 0) return
    // A copy of a cut chunk, so that a small rest does not keep a large buffer alive.
    const part = chunk.length > room ? Buffer.from(chunk.subarray(0, room)) : chunk
    this.#chunks.push(part)
    this.#kept += part.length
  }

  get overflown(): boolean {
    return this.total > this.#limit
  }

  take(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
  }
}
