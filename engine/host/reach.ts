import pLimit from 'p-limit'
import type { Connection } from './connection.ts'
import type { LoginTools } from './login/connect.ts'
import { ownAccount, readHop, SshConfig, type SshMemory, type SshSettings } from './settings/ssh_config.ts'
import type { AskSecret, ConnectionSettings } from './target.ts'

export interface ReachOptions {
  readonly askSecret: AskSecret
  readonly env?: NodeJS.ProcessEnv | undefined
  /** How many log in at once; 50 by default. */
  readonly forks?: number | undefined
  /** What the system's `ssh` has said in earlier runs. */
  readonly sshMemory?: SshMemory | undefined
  /** Hears what is worth a line to those who ask for more. */
  note?(message: string): void
}

/** The way to a machine. */
export interface Way {
  /** Names the machine: the same for two inventory names of one machine and login. */
  readonly name: string
  readonly connect: () => Promise<Connection>
}

/** Finds out which machine is meant and how it is reached. What only some runs need is loaded when needed. */
export class Reach {
  readonly #env: NodeJS.ProcessEnv
  readonly #config: SshConfig
  readonly #ask: AskSecret
  readonly #limit: LoginTools['limit']
  readonly #note: (message: string) => void
  #tools: Promise<LoginTools> | undefined

  constructor({ askSecret, env = process.env, forks = 50, note, sshMemory }: ReachOptions) {
    this.#note = (message) => note?.(message)
    this.#env = env
    this.#config = new SshConfig(env, sshMemory)
    this.#limit = pLimit(forks)
    // Two hosts must not ask at once.
    const one = pLimit(1)
    this.#ask = (prompt) => one(() => askSecret(prompt))
  }

  async find(settings: ConnectionSettings): Promise<Way> {
    const { host, kind, address, port, user, sshArguments } = settings
    if (kind === 'local') {
      const { connectLocal } = await import('./local.ts')
      return { name: `${ownAccount().username}@local`, connect: async () => connectLocal(this.#env) }
    }
    const found = await this.#config.settings({ address, port, user, words: sshArguments })
    const { machineName } = await import('./login/machine.ts')
    const name = machineName(found)
    const beyond = kind === 'openssh' ? [] : await this.#beyond(found)
    if (kind === 'openssh' || beyond.length > 0) {
      if (beyond.length > 0)
        this.#note(`${host}: openssh is used, for ${beyond.join(', ')} of ssh_config or ssh's arguments`)
      const { connectOpenssh } = await import('./openssh.ts')
      return { name, connect: () => connectOpenssh(settings, { config: this.#config, limit: this.#limit }, this.#env) }
    }
    const { connectSsh } = await import('./ssh.ts')
    return { name, connect: async () => connectSsh(settings, await (this.#tools ??= this.#loadTools())) }
  }

  /** Ends the connections to jump hosts. */
  async leave(): Promise<void> {
    const hops = [...((await this.#tools)?.hops.values() ?? [])]
    await Promise.all(
      hops.map((hop) =>
        hop.then(
          ({ client }) => client.end(),
          () => undefined,
        ),
      ),
    )
  }

  /** What only the system's `ssh` can do on the way to a host; whoever asked for it means it. */
  async #beyond(found: SshSettings): Promise<readonly string[]> {
    const hops = await Promise.all(found.proxyJump.map((hop) => this.#config.settings(readHop(hop))))
    return [...new Set([found, ...hops].flatMap(({ beyond }) => beyond))]
  }

  async #loadTools(): Promise<LoginTools> {
    const [{ Keys }, { KnownHosts }] = await Promise.all([
      import('./login/keys.ts'),
      import('./settings/known_hosts.ts'),
    ])
    const ask = this.#ask
    return {
      config: this.#config,
      keys: new Keys(ask),
      knownHosts: new KnownHosts(),
      ask,
      limit: this.#limit,
      hops: new Map(),
    }
  }
}
