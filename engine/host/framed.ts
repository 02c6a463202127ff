import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { KplayError } from '../errors.ts'
import type { Process } from './connection.ts'
import { prelude, PROBING } from './prelude.ts'
import { exportsOf } from './exports.ts'
import type { CommandResult } from './reader.ts'
import type { FrameResult, StepFrameOptions } from './session.ts'
import { type Command, quote } from './shell.ts'
import { printable, readStep, stepScript } from './step-frame.ts'
import { Turnstile } from './turnstile.ts'
import { ShellLost, tooLong, Wire } from './wire.ts'

/** Bytes of an answer that are kept, per stream, when a probe says nothing else. */
const ANSWER = 64 * 2 ** 20
/** Bytes of a step's output that are kept, per stream: half of it from the beginning, half from the end. */
const OUTPUT = 2 * 2 ** 20
/** Seconds after which a probe without a timeout of its own is given up, and what a watchdog on the host is granted. */
const PATIENCE = 600
const GRACE = 15
/** Milliseconds granted to a shell that is told to end, and to a quick step once the run is to end. */
const FAREWELL = 2000
const MOMENT = 2000

/** One running /bin/sh that speaks in frames. Nothing here reconnects: a lost shell stays lost. */
export class FramedShell {
  user = ''
  home = '/'
  startsIn = '/'
  uid = -1
  /** Names its temporary folder, once it has one. */
  folder: string | undefined
  readonly #wire: Wire
  readonly #turnstile = new Turnstile()
  #busy: 'step' | 'quick step' | 'upload' | undefined
  #quickSteps = 0
  #lostStep = false

  /**
   * Takes over a process that runs a shell. `leftover` names the temporary folder of a shell that died without tidying
   * up. Throws ShellLost, also when it does not answer in `seconds`.
   */
  static async open(process: Process, seconds: number, leftover?: string): Promise<FramedShell> {
    const shell = new FramedShell(process)
    const text = (nonce: string) => prelude(nonce, process.terminal, leftover)
    // The clock runs from now: a shell that never begins is what it guards against.
    const late = setTimeout(() => shell.#wire.die(), seconds * 1000)
    try {
      const { stdout } = await shell.#wire.send({ text, limit: 4096 })
      const [who = '', home = '', startsIn = ''] = stdout.take().toString('utf8').split('\n')
      // `uid=0(root) gid=…`, without the name where it has none.
      const [, uid = '', user = uid] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(who) ?? []
      shell.user = user
      shell.uid = Number(uid)
      shell.home = home || '/'
      shell.startsIn = startsIn.startsWith('/') ? startsIn : shell.home
      return shell
    } finally {
      clearTimeout(late)
    }
  }

  private constructor(process: Process) {
    this.#wire = new Wire(process)
  }

  get alive(): boolean {
    return this.#wire.alive
  }

  async probe(script: Command, { limit = ANSWER, timeout }: ProbeOptions = {}): Promise<FrameResult> {
    const seconds = timeout === undefined ? '' : String(Math.max(1, Math.ceil(timeout)))
    const leave = await this.#turnstile.enter(false)
    const isBehind = this.#busy === 'quick step'
    try {
      const answer = await this.#wire.send({
        text: (nonce) => `kplay_frame ${nonce} ${quote(PROBING + script.text)} '${seconds}'\n`,
        limit,
        patience: timeout === undefined ? PATIENCE : timeout + GRACE,
      })
      const { code, stdout, stderr } = answer
      if (stdout.overflown) throw new KplayError('CANNOT_LOOK', `the answer is larger than ${limit} bytes`)
      // Ended by TERM or KILL, and not before its time (as seen from here, where the begin may arrive late): the guard.
      const ended = code === 143 || code === 137
      if (ended && timeout !== undefined && answer.elapsed >= timeout * 800) throw tooLong(timeout)
      return { code, stdout: stdout.take(), stderr: stderr.take() }
    } catch (error) {
      throw error instanceof ShellLost && isBehind && this.#lostStep ? new ShellLost(true, error.message, true) : error
    } finally {
      leave()
    }
  }

  async step(command: Command, options: StepFrameOptions = {}): Promise<CommandResult> {
    const { timeout, chdir, stdin } = options
    const isPlain = timeout === undefined && chdir === undefined && stdin === undefined
    // A terminal that hangs up ends what is not in a group of its own.
    if (options.quick && isPlain && !this.#wire.process.terminal) return this.#quickStep(command, options)
    const leave = await this.#turnstile.enter(true)
    try {
      this.#busy = 'step'
      const [sent, isFirst] = [performance.now(), this.#wire.idle]
      const answer = await this.#wire.send({
        text: (nonce) => stepScript(nonce, (this.folder ??= nonce), command, options, OUTPUT),
        limit: 2 * OUTPUT + 4096,
        patience: timeout === undefined ? undefined : timeout + GRACE,
      })
      if (answer.code !== 0) throw new KplayError('COMMAND_FAILED', NOWHERE, { hint: NOWHERE_HINT })
      // Where nothing is ahead of it, its begin, which may be read late, would make it shorter than it was.
      return readStep(isFirst ? { ...answer, elapsed: performance.now() - sent } : answer)
    } finally {
      this.#busy = undefined
      leave()
    }
  }

  /** In the session's own shell, with its answer on the session's own pipes: it leaves nobody behind who could write there. */
  async #quickStep(command: Command, { environment, sent }: StepFrameOptions): Promise<CommandResult> {
    const leave = await this.#turnstile.enter(true)
    try {
      this.#busy = 'quick step'
      this.#quickSteps += 1
      const [began, isFirst] = [performance.now(), this.#wire.idle]
      const script = `${exportsOf(environment).text}${command.text}`
      const answer = this.#wire.send({
        text: (nonce) => `kplay_frame ${nonce} ${quote(script)} ''\n`,
        limit: OUTPUT,
      })
      answer.catch((error: unknown) => (this.#lostStep = error instanceof ShellLost))
      if (this.alive) {
        this.#turnstile.open()
        sent?.()
      }
      const { code, stdout, stderr, elapsed } = await answer
      const said = { stdout: stdout.take().toString('utf8'), stderr: stderr.take().toString('utf8') }
      return { code, signal: null, ...said, elapsed: isFirst ? performance.now() - began : elapsed }
    } finally {
      this.#busy = undefined
      leave()
    }
  }

  /** Ends the step that is running, if any. */
  abort(): void {
    if (this.#busy === 'step') this.#wire.process.stdin.write('\n')
    const which = this.#quickSteps
    if (this.#busy === 'quick step') setTimeout(() => this.#giveUp(which), MOMENT).unref()
  }

  /** What should have been over in a moment is not. */
  #giveUp(which: number): void {
    if (this.#busy === 'quick step' && this.#quickSteps === which) this.#wire.die()
  }

  /** Streams into a new file. Throws COMMAND_FAILED with what the host said, ShellLost. */
  async upload(path: string, source: Source, size: number, progress?: (sent: number) => void): Promise<void> {
    const leave = await this.#turnstile.enter(true)
    try {
      this.#busy = 'upload'
      let refused = false
      let sending: Promise<void> | undefined
      const mark = (text: string) => {
        if (text === '?') refused = true
        if (text === '!') sending = this.#pour(source, size, () => refused, progress)
        // What is still on its way must not be taken for commands, so this shell ends with it.
        if (refused) this.#wire.process.stdin.end()
        sending?.catch(() => this.#wire.process.stdin.end())
      }
      const answer = await this.#wire.send({
        text: (nonce) => `kplay_receive ${nonce} ${quote(path)} ${size}\n`,
        limit: 4096,
        mark,
      })
      await sending
      if (answer.code === 0) return
      if (answer.code === 127) return void (await this.#print(path, source, size, progress))
      const said = `${answer.stdout.take().toString('utf8')}${answer.stderr.take().toString('utf8')}`.trim()
      throw new KplayError('COMMAND_FAILED', `cannot write ${path}: ${said || `exit status ${answer.code}`}`)
    } finally {
      this.#busy = undefined
      leave()
    }
  }

  /** No more frames. Resolves when the shell has tidied up and ended, or when something keeps it from that. */
  async close(): Promise<void> {
    // To a step that is still running a line would mean to end it, and an upload would take it for data.
    this.#wire.process.stdin.end(this.#busy === undefined ? 'exit\n' : '')
    // It has nothing to tidy up.
    if (this.#busy === undefined && this.folder === undefined) return
    const patience = new AbortController()
    await Promise.race([
      this.#wire.process.ended,
      sleep(FAREWELL, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
  }

  async #pour(source: Source, size: number, refused: () => boolean, progress?: (sent: number) => void): Promise<void> {
    let sent = 0
    for await (const piece of pieces(source)) {
      if (refused() || !this.alive) return
      // Never a byte too many: the shell would take it for a command.
      if (sent + piece.length > size) throw wrongSize(size)
      sent += piece.length
      await this.#wire.pour(piece)
      progress?.(sent)
    }
    if (sent !== size) throw wrongSize(size)
  }

  /** For a host without `head -c`: the shell itself writes the bytes. */
  async #print(path: string, source: Source, size: number, progress?: (sent: number) => void): Promise<void> {
    const write = async (script: string) => {
      const { code, stderr } = await this.#wire.send({
        text: (nonce) => `kplay_frame ${nonce} ${quote(`${PROBING}umask 077; ${script}`)} ''\n`,
        limit: 4096,
      })
      if (code !== 0)
        throw new KplayError('COMMAND_FAILED', `cannot write ${path}: ${stderr.take().toString('utf8').trim()}`)
    }
    await write(`set -C; : >${quote(path)} && chmod -- 600 ${quote(path)}`)
    let sent = 0
    try {
      for await (const piece of pieces(source, 16384)) {
        await write(`printf %b ${quote(printable(piece))} >>${quote(path)}`)
        progress?.((sent += piece.length))
      }
      if (sent !== size) throw wrongSize(size)
    } catch (error) {
      await write(`rm -f -- ${quote(path)}`).catch(() => undefined)
      throw error
    }
  }
}

type Source = Readable | Buffer

interface ProbeOptions {
  readonly limit?: number | undefined
  readonly timeout?: number | undefined
}

const NOWHERE = 'the host has no folder for temporary files that can be written to'
const NOWHERE_HINT = 'tried $TMPDIR, /tmp, /var/tmp, /dev/shm, /run and the home folder'

const wrongSize = (size: number): KplayError => new KplayError('NOT_FOUND', `the file no longer has ${size} bytes`)

async function* pieces(source: Source, size = 65536): AsyncGenerator<Buffer> {
  for await (const part of Buffer.isBuffer(source) ? [source] : source) {
    const bytes = part as Buffer
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
}
