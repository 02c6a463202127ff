import { spawn } from 'node:child_process'
import { initOf } from './boot.ts'
import { keyFile, knownHostsFile, rootFolder, rsaKeyFile, sshConfigFile } from './places.ts'
import type { Guest } from './roster.ts'
import { guestNamed, legacyPort } from './roster.ts'
import { environment } from './shell.ts'

export interface Answer {
  /** The exit status; null when a signal ended the command. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ExecOptions {
  readonly stdin?: string
  /** Milliseconds after which the command is ended. */
  readonly timeout?: number
}

export interface SshOptions extends ExecOptions {
  readonly user?: string
  readonly port?: number
}

/** A host of the lab, for tests and people. */
export interface Host extends Guest {
  readonly port: number
  /** SysV hosts have a second sshd, as old as CentOS 6's. */
  readonly legacyPort: number | undefined
  readonly key: string
  /** The RSA key, the only one that the old sshd takes. */
  readonly rsaKey: string
  readonly knownHosts: string
  /** Its file system as the outer machine sees it, without the disks that the host mounts. */
  readonly rootDir: string
  /** Runs a command in the host as root, past its network and sshd. */
  exec(command: string, options?: ExecOptions): Promise<Answer>
  /** Runs a command through the system's `ssh`, host keys checked. */
  ssh(command: string, options?: SshOptions): Promise<Answer>
}

function start(command: string, args: readonly string[], { stdin, timeout }: ExecOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: environment, timeout })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text))
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
    child.stdin.on('error', () => undefined).end(stdin ?? '')
  })
}

const inside = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root']
const variables = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'USER=root']

/**
 * @returns the host of that name, whether it runs or not
 * @throws Error for a name the lab does not know
 */
export function host(name: string): Host {
  const guest = guestNamed(name)
  return {
    ...guest,
    port: 22,
    legacyPort: guest.kind === 'sysv' ? legacyPort : undefined,
    key: keyFile,
    rsaKey: rsaKeyFile,
    knownHosts: knownHostsFile,
    rootDir: rootFolder(name),
    async exec(command, options = {}) {
      const init = initOf(name)
      if (!init) throw new Error(`${name} is off`)
      const args = ['-t', String(init.pid), ...inside, '--', 'env', '-i', ...variables, '/bin/sh', '-c', command]
      return start('nsenter', args, options)
    },
    ssh(command, options = {}) {
      const { user = 'root', port = 22 } = options
      return start(
        'ssh',
        ['-F', sshConfigFile, '-o', 'BatchMode=yes', '-p', String(port), `${user}@${name}`, command],
        options,
      )
    },
  }
}
