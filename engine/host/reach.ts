import pLimit from 'p-limit'
import type { Connection } from './connection.ts'
import type { LoginTools } from './login/connect.ts'
import { ownAccount, readHop, SshConfig, type SshSettings } from './settings/ssh_config.ts'
import type { AskSecret, ConnectionSettings } from './target.ts'

export interface ReachOptions {
  readonly askSecret: AskSecret
  readonly env?: NodeJS.ProcessEnv | undefined
  /** How many log in at once; 50 by default. */
  readonly forks?: number | undefined
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
  #tools: Promise<LoginTools> | undefined

  constructor({ askSecret, env = process.env, forks = 50 }: ReachOptions) {
    this.#env = env
    this.#config = new SshConfig(env)
    this.#limit = pLimit(forks)
    // Two hosts must not ask at once.
    const one = pLimit(1)
    this.#ask = (prompt) => one(() => askSecret(prompt))
  }

  async find(settings: ConnectionSettings): Promise<Way> {
    const { kind, address, port, user } = settings
    if (kind === 'local') {
      const { connectLocal } = await import('./local.ts')
      return { name: `${ownAccount().username}@local`, connect: async () => connectLocal(this.#env) }
    }
    const found = await this.#config.settings({ address, port, user })
    const { machineName } = await import('./login/machine.ts')
    const name = machineName(found)
    if (await this.#needsOpenssh(settings, found)) {
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

  /** Some things only the system's `ssh` can do; whoever asked for one of them means it. */
  async #needsOpenssh({ kind, sshArguments }: ConnectionSettings, found: SshSettings): Promise<boolean> {
    if (kind === 'openssh' || sshArguments.length > 0) return true
    const hops = await Promise.all(found.proxyJump.map((hop) => this.#config.settings(readHop(hop))))
    const way = [found, ...hops]
    return way.some(({ proxyCommand, certificateFiles }) => proxyCommand !== undefined || certificateFiles.length > 0)
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
