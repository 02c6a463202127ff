import { FRESH } from './asker.ts'
import { startAs } from './become.ts'
import { type Connection, SHELL } from './connection.ts'
import { runStep } from './execute.ts'
import { chooseFacts } from './facts/subsets.ts'
import { gatherFacts, type GatheredFacts } from './gather.ts'
import { LiveSession } from './live-session.ts'
import type { DigestMemory } from './digest-memory.ts'
import { type ForgetfulReader, makeReader } from './read.ts'
import { Reach, type ReachOptions } from './reach.ts'
import type { Become, Machines, StepOptions, Target } from './target.ts'

/** One session and what is built on it. */
interface Opened {
  readonly session: LiveSession
  readonly reader: ForgetfulReader
  readonly target: Target
}

export interface MachineOptions extends ReachOptions {
  /** What earlier runs have found out about big files of a machine. */
  digests?(machine: string): DigestMemory
}

/** All connections of a run: one per machine, one session per machine and user. Nothing is opened before it is needed. */
export function openMachines(options: MachineOptions): Machines {
  const reach = new Reach(options)
  const machines = new Map<string, Machine>()
  return {
    async open(settings, become) {
      const { name, connect } = await reach.find(settings)
      let machine = machines.get(name)
      if (!machine)
        machines.set(name, (machine = new Machine(name, connect, settings.timeout, options.digests?.(name))))
      return machine.target(become)
    },
    async peek(settings, become) {
      const { name } = await reach.find(settings)
      return machines.get(name)?.peek(become)
    },
    changed(name) {
      for (const machine of name === undefined ? machines.values() : [machines.get(name)]) machine?.changed()
    },
    looksAnew: (name) => machines.get(name)?.forgetBefore(performance.now() - FRESH),
    met(name) {
      for (const machine of machines.values()) machine.forgetBefore(performance.now() - FRESH)
      machines.get(name)?.forgetUnused()
    },
    age: (name) => machines.get(name)?.age ?? 0,
    async disconnect(name) {
      const machine = machines.get(name)
      machines.delete(name)
      await machine?.close()
    },
    abort() {
      for (const machine of machines.values()) machine.abort()
    },
    async close() {
      await Promise.all([...machines.values()].map((machine) => machine.close()))
      await reach.leave()
    },
  }
}

class Machine {
  age = 0
  readonly #name: string
  readonly #memory: DigestMemory | undefined
  readonly #connect: () => Promise<Connection>
  readonly #timeout: number
  #connection: Promise<Connection> | undefined
  /** By how they were asked for. */
  readonly #facts = new Map<string, Promise<GatheredFacts>>()
  readonly #sessions = new Map<string, Promise<Opened>>()
  /** Those that are there already: what concerns all of them must not wait. */
  readonly #opened: Opened[] = []
  /** Steps on their way, of which the machine is asked already. */
  readonly #followed = new Map<LiveSession, Promise<void>>()

  constructor(name: string, connect: () => Promise<Connection>, timeout: number, memory: DigestMemory | undefined) {
    this.#name = name
    this.#memory = memory
    this.#connect = connect
    this.#timeout = timeout
  }

  async target(become: Become | undefined): Promise<Target> {
    const login = await this.#session('', undefined)
    // To become whom we are already costs nothing and needs no sudo.
    if (!become || become.user === login.target.user) return login.target
    const opened = await this.#session(keyOf(become), become)
    return opened.target
  }

  async peek(become: Become | undefined): Promise<Target | undefined> {
    const login = await this.#sessions.get('')
    if (!become || !login || become.user === login.target.user) return login?.target
    return (await this.#sessions.get(keyOf(become)))?.target
  }

  changed(): void {
    this.age += 1
    this.#facts.clear()
    for (const { reader } of this.#opened) reader.forget()
  }

  forgetBefore(time: number): void {
    for (const { reader } of this.#opened) reader.forgetBefore(time)
  }

  /** What was asked before the answer that was given last. */
  forgetUnused(): void {
    this.forgetBefore(Math.max(...this.#opened.map(({ reader }) => reader.usedAt)))
  }

  abort(): void {
    for (const { session } of this.#opened) session.abort()
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].map((opened) => opened.then(({ session }) => session.close(), ignore)),
    )
    await this.#connection?.then((connection) => connection.close(), ignore)
  }

  #session(key: string, become: Become | undefined): Promise<Opened> {
    let opened = this.#sessions.get(key)
    if (!opened) {
      this.#sessions.set(key, (opened = this.#open(become)))
      // A failure is not for ever: whoever asks again may meet a host that is back.
      opened.catch(() => this.#sessions.delete(key))
    }
    return opened
  }

  async #open(become: Become | undefined): Promise<Opened> {
    const session: LiveSession = await LiveSession.open({
      connection: (reconnect) => this.#reach(reconnect),
      start: (connection) => (become ? startAs(connection, become) : connection.start(SHELL)),
      before: () => this.#elsewhere(session),
      timeout: Math.max(this.#timeout, 30),
    })
    const reader = makeReader(session, this.#memory)
    const target: Target = {
      machine: this.#name,
      reader,
      user: session.user,
      home: session.home,
      folder: session.folder,
      run: async (step, options = {}) => {
        const result = await this.#followable(session, options, (more) => runStep(session, step, more))
        if (result.verified) {
          const { path, algorithm, stamp, hex } = result.verified
          this.#memory?.keep(path, algorithm, { stamp, hex })
        }
        return result
      },
      facts: async ({ subsets, ...options } = {}) => {
        const key = JSON.stringify({ ...options, read: options.read && [...options.read].sort() })
        const known = await this.#facts.get(key)
        if (known?.lasting) return chooseFacts(known, subsets)
        const gathered = gatherFacts(session, options)
        this.#facts.set(key, gathered)
        return chooseFacts(await gathered, subsets)
      },
    }
    const opened = { session, reader, target }
    this.#opened.push(opened)
    return opened
  }

  /** Runs a step behind which the session may ask at once; other sessions ask when it is over. */
  async #followable<T>(
    session: LiveSession,
    options: StepOptions,
    run: (options: StepOptions) => Promise<T>,
  ): Promise<T> {
    const { sent: told } = options
    if (!told) return run(options)
    let end = ignore
    const over = new Promise<void>((resolve) => (end = resolve))
    const sent = (): void => {
      this.#followed.set(session, over)
      told()
    }
    try {
      return await run({ ...options, sent })
    } finally {
      if (this.#followed.get(session) === over) this.#followed.delete(session)
      end()
    }
  }

  #elsewhere(own: LiveSession): Promise<unknown> | undefined {
    const others = [...this.#followed].filter(([session]) => session !== own)
    return others.length === 0 ? undefined : Promise.all(others.map(([, over]) => over))
  }

  /** The one connection; a new one only when the last is known to be lost. */
  async #reach(reconnect: boolean): Promise<Connection> {
    const last = this.#connection
    const alive = await last?.then((connection) => connection.alive, no)
    if (this.#connection === last && (!last || (reconnect && !alive))) {
      this.#connection = this.#connect()
      const attempt = this.#connection
      attempt.catch(() => {
        if (this.#connection === attempt) this.#connection = undefined
      })
    }
    return this.#connection ?? this.#reach(reconnect)
  }
}

const keyOf = ({ method, user, flags, program }: Become): string => JSON.stringify([method, user, flags, program])

const ignore = (): void => undefined
const no = (): boolean => false
