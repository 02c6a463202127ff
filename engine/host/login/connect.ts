import type { Duplex } from 'node:stream'
import type { LimitFunction } from 'p-limit'
import { Client } from 'ssh2'
import { KplayError } from '../../errors.ts'
import type { KnownHosts } from '../settings/known_hosts.ts'
import { readHop, type SshConfig, type SshSettings, type Wish } from '../settings/ssh_config.ts'
import type { AskSecret } from '../target.ts'
import { algorithmsFor } from './algorithms.ts'
import { Deadline } from './deadline.ts'
import { dial, dialThrough } from './dial.ts'
import { cutOff, explainFailure, type Failure, isBusy } from './failures.ts'
import { HostKeyCheck, type HostKeyPolicy } from './hostkey.ts'
import type { Keys } from './keys.ts'
import { type Credentials, Login } from './methods.ts'
import { persist } from './persist.ts'

/** What all logins of a run share. */
export interface LoginTools {
  readonly config: SshConfig
  readonly keys: Keys
  readonly knownHosts: KnownHosts
  readonly ask: AskSecret
  /** Bounds how many log in at once. */
  readonly limit: LimitFunction
  /** Jump hosts that are logged in to, by their settings. */
  readonly hops: Map<string, Promise<LoggedIn>>
}

export interface LoginRequest {
  readonly wish: Wish
  readonly credentials: Credentials
  readonly policy: HostKeyPolicy
  /** Seconds, for each phase: connecting, agreeing on keys, each step of the login. */
  readonly timeout: number
  /** Told when the handshake has begun. */
  readonly begun?: (() => void) | undefined
  /** Jump hosts on the way, in place of those of ssh_config. */
  readonly through?: readonly string[] | undefined
}

export interface LoggedIn {
  readonly client: Client
  readonly socket: Duplex
  readonly settings: SshSettings
}

/** PAM takes its time, above all to say no. */
const AUTHENTICATION = 30

/** Connects and logs in, through jump hosts where there are any. Throws UNREACHABLE, HOST_KEY or LOGIN_REFUSED. */
export async function logIn(request: LoginRequest, tools: LoginTools): Promise<LoggedIn> {
  const settings = await tools.config.settings(request.wish)
  const timeout = settings.connectTimeout ?? request.timeout
  const hop = await openHop(request.through ?? settings.proxyJump, request, tools)
  const attempt = () =>
    tools.limit(async () => {
      const check = await HostKeyCheck.prepare(settings, request.policy, tools.knownHosts)
      const socket = hop ? await dialThrough(hop.client, settings, timeout) : await dial(settings, timeout)
      // At once: a socket that nobody listens to would lose its end.
      const greeted = greet(socket, settings, check, request.credentials, timeout, tools)
      request.begun?.()
      return greeted
    })
  return persist(attempt, (error) => isBusy(error as Failure)).catch((error: unknown) => {
    throw explainFailure(error as Failure, { host: settings.hostName, port: settings.port, timeout })
  })
}

/** Logs in to the last of the jump hosts, through those before it; once per run for all hosts behind it. */
function openHop(through: readonly string[], request: LoginRequest, tools: LoginTools): Promise<LoggedIn> | undefined {
  const last = through.at(-1)
  if (last === undefined) return undefined
  const key = through.join(',')
  let hop = tools.hops.get(key)
  if (!hop) {
    const before = through.slice(0, -1)
    const { policy, timeout } = request
    // A password is for the host it was given for. A first hop may have jump hosts of its own in ssh_config.
    const credentials = { password: undefined, privateKeyFile: request.credentials.privateKeyFile }
    const wish = readHop(last)
    hop = logIn({ wish, credentials, policy, timeout, through: before.length > 0 ? before : undefined }, tools).catch(
      (error: unknown) => {
        throw error instanceof KplayError ? ofHop(error, last) : error
      },
    )
    hop.then(
      ({ client }) => client.once('close', () => tools.hops.delete(key)),
      () => tools.hops.delete(key),
    )
    tools.hops.set(key, hop)
  }
  return hop
}

const ofHop = (error: KplayError, hop: string): KplayError =>
  new KplayError(error.code, `jump host ${hop}: ${error.message}`, { hint: error.hint, cause: error.cause })

/** The handshake and the login on an open socket. */
function greet(
  socket: Duplex,
  settings: SshSettings,
  check: HostKeyCheck,
  credentials: Credentials,
  timeout: number,
  tools: LoginTools,
): Promise<LoggedIn> {
  const client = new Client()
  return new Promise((resolve, reject) => {
    const deadline = new Deadline(() => fail(Object.assign(new Error('no answer'), { level: 'client-timeout' })))
    const login = new Login(settings, credentials, tools.keys, (prompt) => deadline.without(() => tools.ask(prompt)))
    let shaken = false
    let heard = ''
    const fail = (error: Failure): void => {
      deadline.clear()
      const refused = shaken && error.level !== 'client-timeout' && error.level !== 'client-socket'
      reject(check.error ?? (refused ? login.refused(error) : error))
      client.destroy()
    }
    client
      .on('error', (error: Failure) => {
        // A key that the agent does not sign with; the next one is tried.
        if (error.level === 'agent') return
        fail(!shaken && /before handshake/.test(error.message) ? cutOff(heard) : error)
      })
      .on('handshake', () => {
        if (shaken) return
        shaken = true
        deadline.set(AUTHENTICATION)
      })
      .on('change password', () => fail(new Error('the password has expired')))
      .on('close', () => fail(shaken ? new Error('the server closed the connection') : cutOff(heard)))
      .on('ready', () => {
        deadline.clear()
        resolve({ client, socket, settings })
      })
    deadline.set(timeout)
    client.connect({
      sock: socket,
      username: settings.user,
      algorithms: algorithmsFor(check.preferred),
      hostVerifier: (key: Buffer, done: (fine: boolean) => void) => {
        void check.verify(key).then(done)
      },
      authHandler: (left, partial, next) => {
        deadline.set(AUTHENTICATION)
        login.handler(left, partial, next as (method: unknown) => void)
      },
      // Our own clocks: they stop while a passphrase is typed, and a busy line is no silent host.
      readyTimeout: 0,
      keepaliveInterval: 5000,
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    })
    // Not before: until ssh2 listens the socket must keep what comes.
    socket.once('data', (first: Buffer) => (heard = first.toString('latin1')))
  })
}
