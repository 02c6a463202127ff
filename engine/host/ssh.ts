import type { Duplex } from 'node:stream'
import type { Client, ClientChannel, ExecOptions, PseudoTtyOptions } from 'ssh2'
import { KplayError } from '../errors.ts'
import { type Connection, type Ending, type Process, type StartOptions, TooManySessions } from './connection.ts'
import { type LoggedIn, logIn, type LoginTools } from './login/connect.ts'
import { machineName } from './login/machine.ts'
import type { ConnectionSettings } from './target.ts'

/** Raw and without echo from its first byte, so that a password is never shown and bytes pass as they are. */
const RAW = {
  ECHO: 0,
  ECHOE: 0,
  ECHOK: 0,
  ECHONL: 0,
  ICANON: 0,
  ISIG: 0,
  IEXTEN: 0,
  OPOST: 0,
  ONLCR: 0,
  ICRNL: 0,
  IXON: 0,
}
/** The host is asked for a sign of life every 5 s (see login/connect.ts); it is lost after so many silent ones. */
const BEAT = 5000
const SILENT_BEATS = 3
/** sshd opens ten shells in one connection where nothing else is said, for all users together. */
const SPARES = 2

/** Connects over ssh2, logging in as `ssh` would. Throws UNREACHABLE, HOST_KEY or LOGIN_REFUSED. */
export async function connectSsh(wanted: ConnectionSettings, tools: LoginTools): Promise<Connection> {
  const { address, port, user, sshArguments, password, privateKeyFile, timeout, acceptNewHostKeys, knownHosts, begun } =
    wanted
  const loggedIn = await logIn(
    {
      wish: { address, port, user, words: sshArguments },
      credentials: { password, privateKeyFile },
      policy: { acceptNew: acceptNewHostKeys, files: knownHosts },
      timeout,
      begun,
    },
    tools,
  )
  return new SshConnection(loggedIn)
}

class SshConnection implements Connection {
  readonly machine: string
  alive = true
  readonly spares = SPARES
  readonly #client: Client

  constructor({ client, socket, settings }: LoggedIn) {
    this.machine = machineName(settings)
    this.#client = client
    client.removeAllListeners('close').removeAllListeners('error')
    // A lost connection ends every channel, which is how it is noticed; unheard, the error would end kplay.
    client.on('error', () => undefined)
    client.on('close', () => (this.alive = false))
    watchSilence(client, socket)
  }

  start(commandLine: string, { terminal = false }: StartOptions = {}): Promise<Process> {
    const options: ExecOptions = terminal ? { pty: { term: 'dumb', modes: RAW } as PseudoTtyOptions } : {}
    return new Promise((resolve, reject) => {
      const lost = (cause: unknown): void => reject(new KplayError('UNREACHABLE', 'the connection was lost', { cause }))
      try {
        this.#client.exec(commandLine, options, (error: (Error & { reason?: unknown }) | undefined, channel) => {
          if (!error) resolve(processOf(channel, terminal))
          else if (error.reason !== undefined) reject(new TooManySessions(error.message))
          else if (this.alive && /exec/i.test(error.message))
            reject(new KplayError('LOGIN_REFUSED', 'the server runs no commands for this user', { cause: error }))
          else lost(error)
        })
      } catch (error) {
        lost(error)
      }
    })
  }

  close(): void {
    this.alive = false
    this.#client.end()
  }
}

function processOf(channel: ClientChannel, terminal: boolean): Process {
  const ended = new Promise<Ending>((resolve) => {
    let ending: Ending = { code: null, signal: null }
    channel.on('exit', (code: number | null, signal?: string) => (ending = { code, signal: signal ?? null }))
    // Never at `exit`: output may still come. And `exit` need not come at all.
    channel.on('close', () => resolve(ending))
  })
  return { stdin: channel, stdout: channel, stderr: channel.stderr, terminal, ended, kill: () => channel.close() }
}

/** Ends the connection to a host of which nothing at all is heard: noticed within 20 s, and a slow line is not silence. */
function watchSilence(client: Client, socket: Duplex): void {
  let silent = 0
  socket.on('data', () => (silent = 0))
  // Counting beats and not seconds: after this machine slept, the host gets its chance to answer.
  const beat = setInterval(() => {
    if (++silent > SILENT_BEATS) socket.destroy(new Error('the host has fallen silent'))
  }, BEAT)
  beat.unref()
  client.on('close', () => clearInterval(beat))
}
