import type { Readable } from 'node:stream'
import { KplayError } from '../errors.ts'
import { type Connection, type Process, TooManySessions } from './connection.ts'
import { FramedShell } from './framed.ts'
import type { CommandResult } from './reader.ts'
import type { FrameResult, Session, StepFrameOptions } from './session.ts'
import type { Command } from './shell.ts'
import { Spares } from './spares.ts'
import { ShellLost } from './wire.ts'

/** How a session gets at shells: `reconnect` says that the connection of the last one is gone. */
export interface Opener {
  readonly connection: (reconnect: boolean) => Promise<Connection>
  readonly start: (connection: Connection) => Promise<Process>
  /** What questions have to wait for: what another session does on the machine, and is asked about already. */
  readonly before?: () => Promise<unknown> | undefined
  /** Seconds for a new shell to answer. */
  readonly timeout: number
}

/**
 * A session that survives the death of its shell: probes are asked again, once, by a new shell; a step that was on
 * its way is never sent again.
 */
export class LiveSession implements Session {
  user = ''
  home = '/'
  folder = '/'
  readonly #opener: Opener
  #main: Promise<FramedShell> | undefined
  #bulk: Promise<FramedShell> | undefined
  #stepping = 0
  readonly #spares = new Spares()
  #closed = false
  #aborted = false

  static async open(opener: Opener): Promise<LiveSession> {
    const session = new LiveSession(opener)
    const { user, home, startsIn } = await session.#shell()
    session.user = user
    session.home = home
    session.folder = startsIn
    return session
  }

  private constructor(opener: Opener) {
    this.#opener = opener
  }

  async probe(
    script: Command,
    options: { readonly limit?: number; readonly timeout?: number } = {},
  ): Promise<FrameResult> {
    const before = this.#opener.before?.()
    if (before) await before
    const shell = await this.#shell()
    try {
      return await shell.probe(script, options)
    } catch (error) {
      if (!(error instanceof ShellLost)) throw error
      // Not for an answer that nobody waits for.
      if (error.behind || this.#aborted || this.#closed) throw lost(error)
    }
    const next = await this.#shell()
    return next.probe(script, options).catch((error: unknown) => {
      throw error instanceof ShellLost ? lost(error) : error
    })
  }

  /** One at a time in each shell; with `aside` in another one while this one is at work. */
  async step(command: Command, options: StepFrameOptions = {}): Promise<CommandResult> {
    if (options.aside && this.#stepping > 0) {
      const { spares } = await this.#opener.connection(false)
      const spare = await this.#spares.take(spares, () => this.#open())
      if (spare) return this.#aside(spare, command, options)
    }
    this.#stepping += 1
    try {
      return await this.#once((shell) => shell.step(command, options))
    } finally {
      this.#stepping -= 1
    }
  }

  async #aside(spare: FramedShell, command: Command, options: StepFrameOptions): Promise<CommandResult> {
    try {
      // What is asked does not go the same way.
      return await spare.step(command, { ...options, sent: undefined })
    } catch (error) {
      throw error instanceof ShellLost ? doubtful(error) : error
    } finally {
      this.#spares.giveBack(spare)
    }
  }

  async upload(
    path: string,
    source: Readable | Buffer,
    size: number,
    progress?: (sent: number) => void,
  ): Promise<void> {
    const shell = await this.#bulkShell()
    await shell.upload(path, source, size, progress).catch((error: unknown) => {
      throw error instanceof ShellLost ? lost(error) : error
    })
  }

  /** Ends the step that is running. */
  abort(): void {
    this.#aborted = true
    void this.#main?.then((shell) => shell.abort(), ignore)
    for (const shell of this.#spares.all) shell.abort()
  }

  async close(): Promise<void> {
    this.#closed = true
    const shells = [this.#main, this.#bulk].filter((shell) => shell !== undefined)
    await Promise.all([
      ...shells.map((shell) => shell.then((one) => one.close(), ignore)),
      ...[...this.#spares.all].map((shell) => shell.close()),
    ])
  }

  /** Sends what must not be sent twice: again only when it provably never left. */
  async #once<T>(work: (shell: FramedShell) => Promise<T>): Promise<T> {
    const shell = await this.#shell()
    try {
      return await work(shell)
    } catch (error) {
      if (!(error instanceof ShellLost)) throw error
      if (error.sent) throw this.#aborted ? interrupted(error) : doubtful(error)
    }
    return work(await this.#shell()).catch((error: unknown) => {
      throw error instanceof ShellLost ? doubtful(error) : error
    })
  }

  async #shell(): Promise<FramedShell> {
    const last = this.#main
    const alive = await last?.then((shell) => shell.alive, no)
    if (last && alive) return last
    // Whoever comes first opens the new one.
    if (this.#main === last) this.#main = this.#open(last)
    return this.#main ?? this.#shell()
  }

  /** A shell of its own for bulk data, so that questions need not wait; the main one where the server allows no more. */
  async #bulkShell(): Promise<FramedShell> {
    const last = this.#bulk
    const alive = await last?.then((shell) => shell.alive, no)
    if (last && alive) return last
    if (this.#bulk === last) {
      this.#bulk = this.#open().catch((error: unknown) => {
        if (error instanceof TooManySessions) return this.#shell()
        throw error
      })
    }
    return this.#bulk ?? this.#bulkShell()
  }

  async #open(last?: Promise<FramedShell>): Promise<FramedShell> {
    if (this.#closed) throw new KplayError('INTERRUPTED', 'the session was closed')
    const { connection, start, timeout } = this.#opener
    let reached = await connection(false)
    if (!reached.alive) reached = await connection(true)
    const process = await start(reached)
    const leftover = await last?.then(
      (shell) => shell.folder,
      () => undefined,
    )
    try {
      return await FramedShell.open(process, timeout, leftover)
    } catch (error) {
      if (!(error instanceof ShellLost)) throw error
      process.kill()
      const hint = error.message || 'it ended, or said nothing'
      throw new KplayError('LOGIN_REFUSED', 'the login works, but its shell does not answer', { hint, cause: error })
    }
  }
}

const ignore = (): void => undefined
const no = (): boolean => false

const lost = (cause: ShellLost): KplayError => new KplayError('UNREACHABLE', 'the connection was lost', { cause })

const interrupted = (cause: ShellLost): KplayError =>
  new KplayError('INTERRUPTED', 'aborted while a step was under way: it may be half done, or still go on', { cause })

const doubtful = (cause: ShellLost): KplayError =>
  new KplayError('UNREACHABLE', 'the connection was lost while a step was under way: it may or may not have run', {
    hint: 'run the playbook again: what is done already is left as it is',
    cause,
  })
