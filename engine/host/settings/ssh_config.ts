import { execFile } from 'node:child_process'
import { access, readFile, stat } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import { KplayError } from '../../errors.ts'
import { beyondUs } from './beyond.ts'
import { readPlainHosts } from './plain-hosts.ts'

/** What `ssh` would do to reach one host: ssh_config(5), with the inventory's port and user put in. */
export interface SshSettings {
  /** As it was asked for: an alias of the file, a name or an address. */
  readonly alias: string
  readonly hostName: string
  readonly port: number
  readonly user: string
  /** Paths; `explicit` when the user named them somewhere. */
  readonly identityFiles: readonly string[]
  readonly explicitIdentities: boolean
  readonly identitiesOnly: boolean
  /** Path of the agent's socket; undefined: no agent. */
  readonly agent: string | undefined
  /** `user@host:port`, first hop first. */
  readonly proxyJump: readonly string[]
  readonly proxyCommand: string | undefined
  readonly certificateFiles: readonly string[]
  readonly knownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  readonly hostKeyAlias: string | undefined
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | 'off'
  readonly hashKnownHosts: boolean
  readonly addressFamily: 0 | 4 | 6
  /** Seconds. */
  readonly connectTimeout: number | undefined
  /** Options that only the program ssh can follow, by their names in lower case. */
  readonly beyond: readonly string[]
}

export interface Wish {
  readonly address: string
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** Words for ssh, as -o Name=value. */
  readonly words?: readonly string[] | undefined
}

/** What `ssh -G` has said in earlier runs, by all that it depends on. */
export interface SshMemory {
  get(key: string): string | undefined
  keep(key: string, text: string): void
}

/** Stands for every host of which the files say nothing in particular. */
const ANY = 'any-host.invalid'

/** Reads the settings of hosts, each once, by `ssh -G`; where there is no such program, by the `ssh-config` package. */
export class SshConfig {
  readonly #env: NodeJS.ProcessEnv
  readonly #known = new Map<string, Promise<SshSettings>>()
  readonly #read = new Map<string, Promise<Options>>()
  #unasked: Promise<Options | undefined> | undefined
  #plain: ReturnType<typeof readPlainHosts> | undefined
  /** Each is a process of some 20 ms. */
  readonly #limit = pLimit(4)

  readonly #memory: SshMemory | undefined
  #program: Promise<string | undefined> | undefined

  constructor(env: NodeJS.ProcessEnv, memory?: SshMemory) {
    this.#env = env
    this.#memory = memory
  }

  get home(): string {
    return this.#env.HOME ?? ownAccount().homedir
  }

  /** Throws BAD_OPTIONS for a name, user or port that could be taken for something else, and for a broken file. */
  settings(wish: Wish): Promise<SshSettings> {
    refuseOdd(wish)
    const key = keyOf(wish)
    let settings = this.#known.get(key)
    if (!settings) this.#known.set(key, (settings = this.#find(wish)))
    return settings
  }

  async #find(wish: Wish): Promise<SshSettings> {
    const { isPlain } = await (this.#plain ??= readPlainHosts(join(this.home, '.ssh/config')))
    const asked = isPlain(wish.address) ? { ...wish, address: ANY } : wish
    const [options, usual] = await Promise.all([this.#options(asked), this.#usual()])
    return { ...readSettings(options, wish, this.home, this.#env), beyond: beyondUs(options, usual) }
  }

  /** What ssh would do for any host, were there no wishes; undefined: there is no ssh to ask. */
  async #usual(): Promise<Options | undefined> {
    const own = await this.words()
    const file = own.length > 0 || !(await exists('/etc/ssh/ssh_config')) ? 'none' : '/etc/ssh/ssh_config'
    this.#unasked ??= this.#limit(() => this.#ask(['-F', file, '--', ANY])).catch(() => undefined)
    return this.#unasked
  }

  /** What `ssh` must be told to read the same file: it looks into the home of the password database, we into HOME. */
  async words(): Promise<string[]> {
    if (this.home === ownAccount().homedir) return []
    const file = join(this.home, '.ssh/config')
    return ['-F', (await exists(file)) ? file : 'none']
  }

  #options(wish: Wish): Promise<Options> {
    const key = keyOf(wish)
    let options = this.#read.get(key)
    if (!options) {
      const read = () =>
        this.#bySsh(wish).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return this.#byPackage(wish)
          throw error
        })
      this.#read.set(key, (options = this.#limit(read)))
    }
    return options
  }

  async #bySsh({ address, port, user, words: asked = [] }: Wish): Promise<Options> {
    const words = [...asked, ...(await this.words())]
    if (port !== undefined) words.push('-p', String(port))
    if (user !== undefined) words.push('-l', user)
    return this.#ask([...words, '--', address])
  }

  async #ask(words: readonly string[]): Promise<Options> {
    const key = words.at(-1) === ANY ? await this.#keyFor(words) : undefined
    const known = key === undefined ? undefined : this.#memory?.get(key)
    const said = known ?? (await this.#say(words))
    if (key !== undefined && known === undefined) this.#memory?.keep(key, said)
    const options: Options = new Map()
    for (const line of said.split('\n')) {
      const space = line.indexOf(' ')
      if (space > 0) add(options, line.slice(0, space), line.slice(space + 1))
    }
    return options
  }

  /** All that its answer about any host rests on; undefined: nobody knows. */
  async #keyFor(words: readonly string[]): Promise<string | undefined> {
    const [plain, program] = await Promise.all([this.#plain, (this.#program ??= programIn(this.#env))])
    if (plain?.text === undefined || program === undefined) return undefined
    return JSON.stringify([program, plain.text, ownAccount(), this.home, this.#env.SSH_AUTH_SOCK, ...words])
  }

  async #say(words: readonly string[]): Promise<string> {
    const run = promisify(execFile)
    const { stdout } = await run('ssh', ['-G', ...words], { env: this.#env, encoding: 'utf8' }).catch(
      (error: Failure) => {
        if (error.code === 'ENOENT') throw error
        throw new KplayError('BAD_OPTIONS', `the settings of ssh cannot be read: ${String(error.stderr).trim()}`, {
          cause: error,
        })
      },
    )
    return stdout
  }

  async #byPackage({ address, user }: Wish): Promise<Options> {
    const text = await readFile(join(this.home, '.ssh/config'), 'utf8').catch(() => '')
    const { default: Parser } = await import('ssh-config')
    const found = Parser.parse(text).compute({ Host: address, ...(user === undefined ? {} : { User: user }) })
    const options: Options = new Map()
    for (const [name, value] of Object.entries(found)) {
      for (const one of Array.isArray(value) ? value : [value]) add(options, name.toLowerCase(), one)
    }
    return options
  }
}

/** Which `ssh` is started: a newer one may have other defaults. */
async function programIn({ PATH = '' }: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of PATH.split(':').filter(Boolean)) {
    const path = join(folder, 'ssh')
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile() && (found.mode & 0o111) !== 0) return [path, found.ino, found.size, found.mtimeMs].join(' ')
  }
  return undefined
}

const keyOf = ({ address, port, user, words = [] }: Wish): string => JSON.stringify([address, port, user, ...words])

type Options = Map<string, string[]>
type Failure = NodeJS.ErrnoException & { readonly stderr?: unknown }

function add(options: Options, name: string, value: string): void {
  const values = options.get(name)
  if (values) values.push(value)
  else options.set(name, [value])
}

/** OpenSSH's own defaults, for when the file is read without it. */
const DEFAULT_IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ed25519']

function readSettings(options: Options, wish: Wish, home: string, env: NodeJS.ProcessEnv): Omit<SshSettings, 'beyond'> {
  const last = (name: string): string | undefined => {
    const value = options.get(name)?.[0]
    return value === undefined || value === 'none' ? undefined : value
  }
  const yes = (name: string): boolean => ['yes', 'true'].includes(last(name) ?? '')
  const named = last('hostname')
  const hostName = named === undefined || named === ANY ? wish.address : named.replaceAll('%h', wish.address)
  const user = wish.user ?? last('user') ?? ownAccount().username
  const port = wish.port ?? Number(last('port') ?? 22)
  const tokens: Record<string, string> = { d: home, h: hostName, n: wish.address, p: String(port), r: user, '%': '%' }
  tokens.u = ownAccount().username
  const path = (text: string): string => {
    const bare = text.replace(/^"(.*)"$/, '$1').replace(/%([%dhnpru])/g, (_, token: string) => tokens[token] ?? '')
    const system = `${ownAccount().homedir}/.ssh/`
    if (bare.startsWith(system)) return join(home, '.ssh', bare.slice(system.length))
    return bare.startsWith('~/') ? join(home, bare.slice(2)) : bare
  }
  const paths = (name: string): string[] =>
    (options.get(name) ?? []).flatMap((value) => value.match(/"[^"]*"|\S+/g) ?? []).map(path)
  const identities = (options.get('identityfile') ?? []).filter((one) => one !== 'none').map(path)
  const defaults = DEFAULT_IDENTITIES.map((name) => join(home, '.ssh', name))
  const strict = last('stricthostkeychecking') ?? 'ask'
  const agent = options.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK'
  const family = last('addressfamily')
  const timeout = Number(last('connecttimeout'))
  return {
    alias: wish.address,
    hostName,
    port,
    user,
    identityFiles: identities.length > 0 ? identities : defaults,
    explicitIdentities: identities.length > 0 && !identities.includes(join(home, '.ssh/id_rsa')),
    identitiesOnly: yes('identitiesonly'),
    agent: agent === 'none' ? undefined : agent === 'SSH_AUTH_SOCK' ? env.SSH_AUTH_SOCK : agentPath(agent, path, env),
    proxyJump: last('proxyjump')?.split(',') ?? [],
    proxyCommand: last('proxycommand'),
    certificateFiles: paths('certificatefile'),
    knownHostsFiles: options.has('userknownhostsfile')
      ? paths('userknownhostsfile').filter((one) => one !== 'none')
      : [join(home, '.ssh/known_hosts')],
    globalKnownHostsFiles: options.has('globalknownhostsfile')
      ? paths('globalknownhostsfile').filter((one) => one !== 'none')
      : ['/etc/ssh/ssh_known_hosts'],
    hostKeyAlias: last('hostkeyalias'),
    strictHostKeyChecking:
      strict === 'accept-new' ? 'accept-new' : ['no', 'off', 'false'].includes(strict) ? 'off' : 'yes',
    hashKnownHosts: yes('hashknownhosts'),
    addressFamily: family === 'inet' ? 4 : family === 'inet6' ? 6 : 0,
    connectTimeout: timeout > 0 ? timeout : undefined,
  }
}

/** IdentityAgent may name an environment variable: `$NAME`. */
const agentPath = (text: string, path: (text: string) => string, env: NodeJS.ProcessEnv): string | undefined =>
  text.startsWith('$') ? env[text.slice(1).replace(/^\{(.*)\}$/, '$1')] : path(text)

/** What OpenSSH refuses too: a name that reads as an option, or that could mean something to a shell. */
function refuseOdd({ address, port, user }: Wish): void {
  const hint = 'see ansible_host, ansible_user and ansible_port of this host'
  if (!/^[\w.:%[\]][\w.:%[\]-]*$/.test(address))
    throw new KplayError('BAD_OPTIONS', `${JSON.stringify(address)} is no host name`, { hint })
  if (user !== undefined && !/^[^-\s'"`$\\;&<>|(){}][^\s'"`;&<>|(){}]*$/.test(user)) {
    throw new KplayError('BAD_OPTIONS', `${JSON.stringify(user)} is no user name`, { hint })
  }
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new KplayError('BAD_OPTIONS', `${port} is no port`, { hint })
  }
}

/** One hop of ProxyJump: `user@host:port` or `ssh://user@host:port`. */
export function readHop(text: string): Wish {
  const parts = /^(?:ssh:\/\/)?(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text.trim())
  if (!parts?.[2]) throw new KplayError('BAD_OPTIONS', `${JSON.stringify(text)} is no jump host`)
  const [, user, address, port] = parts
  return { address, user, port: port === undefined ? undefined : Number(port) }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Who runs kplay; in a container there may be no such entry in the password database. */
export function ownAccount(): { readonly username: string; readonly homedir: string } {
  return (account ??= readAccount())
}

let account: { readonly username: string; readonly homedir: string } | undefined

function readAccount(): { readonly username: string; readonly homedir: string } {
  try {
    return userInfo()
  } catch {
    return { username: String(process.getuid?.() ?? 'nobody'), homedir: homedir() }
  }
}
