import { channel } from 'node:diagnostics_channel'
import type { Process } from './connection.ts'
import { KplayError } from '../errors.ts'
import { Bounded, Cutter, makeNonce } from './frames.ts'

/**
 * The shell died or its connection was lost. `sent`: the frame was on its way, so it may have run. `behind`: it stood
 * behind a step that was lost as well, so that nobody needs its answer any more.
 */
export class ShellLost extends Error {
  readonly sent: boolean
  readonly behind: boolean
  constructor(sent: boolean, noise: string, behind = false) {
    super(noise.trim().split('\n').at(-1) ?? '')
    this.sent = sent
    this.behind = behind
  }
}

export interface Frame {
  readonly text: (nonce: string) => string
  /** Bytes of the answer that are kept, per stream. */
  readonly limit: number
  /** Seconds from the moment the frame says that it began; undefined: for ever. */
  readonly patience?: number | undefined
  /** Called for a line `NONCE<mark>` that is neither begin nor end. */
  readonly mark?: ((mark: string) => void) | undefined
}

export interface Answer {
  readonly nonce: string
  readonly code: number
  readonly stdout: Bounded
  readonly stderr: Bounded
  /** Milliseconds from begin to end. */
  readonly elapsed: number
}

/** Told once per round trip, with the wire: a frame that was sent after the answer to the one before it came. */
const trips = channel('kplay:round-trip')

export const tooLong = (seconds: number): KplayError => new KplayError('TIMEOUT', `no answer within ${seconds} s`)

/** Sends frames to a process that runs a shell, and takes their answers apart. Once lost it stays lost. */
export class Wire {
  alive = true
  readonly process: Process
  readonly #stdout = new Cutter()
  readonly #stderr = new Cutter()
  readonly #open = new Set<(sent: boolean) => void>()
  #flow: () => void = () => undefined
  /** How many answers stand in a row, each awaited before the next question: frames sent at once share one. */
  #answered = 0
  #asked = 0

  constructor(process: Process) {
    this.process = process
    process.stdout.on('data', (chunk: Buffer) => this.#stdout.push(chunk))
    process.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk))
    // A conversation that handed the process over has stopped its streams.
    process.stdout.resume()
    process.stderr.resume()
    // Broken pipes say nothing that `ended` does not say; unheard, they would end kplay.
    for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', () => undefined)
    process.stdin.on('drain', () => this.#flow())
    void process.ended.then(() => this.#lost())
  }

  /** No answer is awaited. */
  get idle(): boolean {
    return this.#open.size === 0
  }

  /** Resolves with the answer; rejects with ShellLost, or TIMEOUT, after which the shell is given up. */
  send({ text, limit, patience, mark }: Frame): Promise<Answer> {
    if (!this.alive) return Promise.reject(new ShellLost(false, this.#noise()))
    const nonce = makeNonce()
    const trip = this.#answered + 1
    // The first one opens the shell.
    if (trip > this.#asked && trip > 1) trips.publish(this)
    this.#asked = Math.max(this.#asked, trip)
    return new Promise((resolve, reject) => {
      const stdout = new Bounded(limit)
      const stderr = new Bounded(limit)
      let began = performance.now()
      let code: number | undefined
      let waiting = 2
      let late: NodeJS.Timeout | undefined
      const settle = () => {
        clearTimeout(late)
        this.#open.delete(fail)
      }
      const fail = (sent: boolean) => {
        settle()
        reject(new ShellLost(sent, this.#noise()))
      }
      const end = () => {
        if (--waiting > 0) return
        settle()
        this.#answered = Math.max(this.#answered, trip)
        resolve({ nonce, code: code ?? -1, stdout, stderr, elapsed: performance.now() - began })
      }
      const begin = () => {
        began = performance.now()
        if (patience !== undefined)
          late = setTimeout(() => {
            settle()
            reject(tooLong(patience))
            this.die()
          }, patience * 1000)
      }
      const answer = () =>
        this.#stdout.await({
          start: nonce,
          bytes: (chunk) => stdout.add(chunk),
          seen: (rest) => {
            if (!rest.startsWith('-')) {
              mark?.(rest)
              answer()
              return
            }
            code = Number(rest.slice(1))
            if (this.process.terminal) last(this.#stdout)
            end()
          },
        })
      const last = (stream: Cutter) =>
        stream.await({ start: `${nonce}=`, bytes: (chunk) => stderr.add(chunk), seen: end })
      this.#open.add(fail)
      this.#stdout.await({ start: `${nonce}+`, seen: begin })
      answer()
      if (!this.process.terminal) {
        this.#stderr.await({ start: `${nonce}+`, seen: () => undefined })
        last(this.#stderr)
      }
      this.process.stdin.write(text(nonce))
    })
  }

  #noise = (): string => `${this.#stdout.noise}${this.#stderr.noise}`

  /** Sends bytes as they are; resolves when more may follow, or when the process is lost. */
  pour(bytes: Buffer): Promise<void> {
    if (this.process.stdin.write(bytes) || !this.alive) return Promise.resolve()
    return new Promise((resolve) => (this.#flow = resolve))
  }

  /** Gives the process up. */
  die(): void {
    this.process.kill()
    this.#lost()
  }

  #lost(): void {
    this.alive = false
    this.#flow()
    for (const fail of this.#open) fail(true)
  }
}
