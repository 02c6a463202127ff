import { userInfo } from 'node:os'
import pLimit from 'p-limit'
import { startAs } from './become.ts'
import { type Connection, SHELL } from './connection.ts'
import { runStep } from './execute.ts'
import type { Facts } from './facts.ts'
import { gatherFacts } from './gather.ts'
import { LiveSession } from './live-session.ts'
import { type ForgetfulReader, makeReader } from './read.ts'
import { SshConfig, type SshSettings } from './settings/ssh_config.ts'
import type { AskSecret, Become, ConnectionSettings, Machines, Target } from './target.ts'

export interface MachinesOptions {
  readonly askSecret: AskSecret
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Warnings for people, a line each. */
  readonly log?: ((line: string) => void) | undefined
  /** How many connections are opened at once; 50 by default. */
  readonly forks?: number | undefined
}

/** One session and what is built on it. */
interface Opened {
  readonly session: LiveSession
  readonly reader: ForgetfulReader
  readonly target: Target
}

/** All connections of a run: one per machine, one session per machine and user. Nothing is opened before it is needed. */
export function openMachines(options: MachinesOptions): Machines {
  const reach = makeReach(options)
  const machines = new Map<string, Machine>()
  return {
    async open(settings, become) {
      const { name, connect } = await reach(settings)
      let machine = machines.get(name)
      if (!machine) machines.set(name, (machine = new Machine(name, connect, settings.timeout)))
      return machine.target(become)
    },
    changed: (name) => machines.get(name)?.changed(),
    abort() {
      for (const machine of machines.values()) machine.abort()
    },
    async close() {
      await Promise.all([...machines.values()].map((machine) => machine.close()))
    },
  }
}

class Machine {
  readonly #name: string
  readonly #connect: () => Promise<Connection>
  readonly #timeout: number
  #connection: Promise<Connection> | undefined
  #facts: Promise<Facts> | undefined
  readonly #sessions = new Map<string, Promise<Opened>>()

  constructor(name: string, connect: () => Promise<Connection>, timeout: number) {
    this.#name = name
    this.#connect = connect
    this.#timeout = timeout
  }

  async target(become: Become | undefined): Promise<Target> {
    const login = await this.#session('', undefined)
    // To become whom we are already costs nothing and needs no sudo.
    if (!become || become.user === login.target.user) return login.target
    const { method, user, flags, program } = become
    const opened = await this.#session(JSON.stringify([method, user, flags, program]), become)
    return opened.target
  }

  changed(): void {
    for (const opened of this.#sessions.values()) void opened.then(({ reader }) => reader.forget(), ignore)
  }

  abort(): void {
    for (const opened of this.#sessions.values()) void opened.then(({ session }) => session.abort(), ignore)
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
    const session = await LiveSession.open({
      connection: (reconnect) => this.#reach(reconnect),
      start: (connection) => (become ? startAs(connection, become) : connection.start(SHELL)),
      timeout: Math.max(this.#timeout, 30),
    })
    const reader = makeReader(session)
    const target: Target = {
      machine: this.#name,
      reader,
      user: session.user,
      home: session.home,
      run: (step, options = {}) => runStep(session, step, options),
      facts: () => (this.#facts ??= gatherFacts(session)),
    }
    return { session, reader, target }
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

const ignore = (): void => undefined
const no = (): boolean => false

interface Way {
  readonly name: string
  readonly connect: () => Promise<Connection>
}

/** Finds out which machine is meant and how it is reached. What only some runs need is loaded when needed. */
function makeReach({
  askSecret,
  env = process.env,
  forks = 50,
}: MachinesOptions): (settings: ConnectionSettings) => Promise<Way> {
  const config = new SshConfig(env)
  const ask = oneAtATime(askSecret)
  const limit = pLimit(forks)
  let tools: ReturnType<typeof loadTools> | undefined
  const loadTools = async () => {
    const [{ Keys }, { KnownHosts }] = await Promise.all([
      import('./login/keys.ts'),
      import('./settings/known_hosts.ts'),
    ])
    return { config, keys: new Keys(ask), knownHosts: new KnownHosts(), ask, limit, hops: new Map() }
  }
  return async (settings) => {
    if (settings.kind === 'local') {
      const { connectLocal } = await import('./local.ts')
      return { name: `${userInfo().username}@local`, connect: async () => connectLocal(env) }
    }
    const { address, port, user } = settings
    const found = await config.settings({ address, port, user })
    const { machineName } = await import('./login/machine.ts')
    const connect = async () => {
      if (!needsOpenssh(settings, found))
        return (await import('./ssh.ts')).connectSsh(settings, await (tools ??= loadTools()))
      return (await import('./openssh.ts')).connectOpenssh(settings, { config, limit }, env)
    }
    return { name: machineName(found), connect }
  }
}

/** Some things only the system's `ssh` can do; whoever asked for one of them means it. */
const needsOpenssh = ({ kind, sshArguments }: ConnectionSettings, found: SshSettings): boolean =>
  kind === 'openssh' || sshArguments.length > 0 || found.proxyCommand !== undefined || found.certificateFiles.length > 0

/** Two hosts must not ask at once. */
function oneAtATime(ask: AskSecret): AskSecret {
  const one = pLimit(1)
  return (prompt) => one(() => ask(prompt))
}
