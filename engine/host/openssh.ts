import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { KplayError } from '../errors.ts'
import type { Connection, Process, StartOptions } from './connection.ts'
import { Conversation, Unanswered } from './conversation.ts'
import { makeAskpass } from './login/askpass.ts'
import type { LoginTools } from './login/connect.ts'
import { explainSsh, isBusySsh } from './login/ssh-says.ts'
import { machineName } from './login/machine.ts'
import { persist } from './login/persist.ts'
import type { ConnectionSettings } from './target.ts'

const HELLO = 'kplay-hello'

/**
 * The system's `ssh` as the carrier: for certificates, security keys, ProxyCommand, GSSAPI, and whatever else only it
 * can do. Every process is an `ssh` of its own, so each session logs in by itself.
 */
export async function connectOpenssh(
  wanted: ConnectionSettings,
  tools: Pick<LoginTools, 'config' | 'limit'>,
  env: NodeJS.ProcessEnv,
): Promise<Connection> {
  const { address, port, user, sshArguments, timeout, password } = wanted
  const settings = await tools.config.settings({ address, port, user, words: sshArguments })
  const askpass = password === undefined ? undefined : await makeAskpass(password)
  const running = new Set<Process>()
  const place = { host: settings.hostName, port: settings.port, timeout }
  const begin = async (commandLine: string, terminal: boolean): Promise<Process> => {
    const trusting = settings.strictHostKeyChecking !== 'yes'
    const words = [...wordsFor(wanted, await tools.config.words(), trusting), terminal ? '-tt' : '-T', '--', address]
    // A process group of its own, so that Ctrl-C does not reach it.
    const options = { env: { ...env, ...askpass?.env }, stdio: 'pipe', detached: true } as const
    const child = spawn('ssh', [...words, `echo ${HELLO}; ${commandLine}`], options)
    await once(child, 'spawn').catch((cause: unknown) => {
      throw new KplayError('UNREACHABLE', 'this machine has no program ssh', { hint: 'install openssh-client', cause })
    })
    const process: Process = {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      terminal,
      ended: new Promise((resolve) =>
        child.once('close', (code, signal) => resolve({ code: code === 255 ? null : code, signal })),
      ),
      kill: () => void child.kill('SIGKILL'),
    }
    return greeted(process, timeout)
  }
  const connection = {
    machine: machineName(settings),
    alive: true,
    spares: 2,
    async start(commandLine: string, { terminal = false }: StartOptions = {}): Promise<Process> {
      const process = await persist(() => tools.limit(() => begin(commandLine, terminal)), isBusySsh).catch(
        (error: unknown) => {
          throw error instanceof Unanswered ? explainSsh(error, settings, password !== undefined, place) : error
        },
      )
      running.add(process)
      void process.ended.then(() => running.delete(process))
      return process
    },
    close() {
      connection.alive = false
      for (const process of running) process.stdin.end()
      void askpass?.remove()
    },
  }
  return connection
}

/** Waits for the first word from the host, so that why there is none can be told. */
async function greeted(process: Process, timeout: number): Promise<Process> {
  const conversation = new Conversation(process)
  try {
    // Connecting and logging in are bounded by ssh itself; this is for a host that falls silent in between.
    await conversation.until((heard) => heard.includes(HELLO) || undefined, timeout * 2 + 20)
    return conversation.release()
  } catch (error) {
    process.kill()
    throw error
  }
}

function wordsFor(wanted: ConnectionSettings, config: readonly string[], trusting: boolean): string[] {
  const { port, user, password, privateKeyFile, timeout, sshArguments, acceptNewHostKeys, knownHosts } = wanted
  const option = (text: string) => ['-o', text]
  return [
    ...sshArguments,
    ...config,
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(privateKeyFile === undefined ? [] : ['-i', privateKeyFile]),
    ...(password === undefined ? option('BatchMode=yes') : option('NumberOfPasswordPrompts=1')),
    ...option(`ConnectTimeout=${Math.ceil(timeout)}`),
    ...option('ServerAliveInterval=5'),
    ...option('ServerAliveCountMax=3'),
    ...option(`StrictHostKeyChecking=${acceptNewHostKeys || trusting ? 'accept-new' : 'yes'}`),
    ...(knownHosts.length > 0 ? option(`UserKnownHostsFile=${knownHosts.map((file) => `"${file}"`).join(' ')}`) : []),
  ]
}
