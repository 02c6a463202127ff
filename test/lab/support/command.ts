import { spawn } from 'node:child_process'

export interface Answer {
  /** The exit status; null when a signal ended the command. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Milliseconds after which the command and all it started are ended. */
  readonly timeout?: number
}

/** Runs a command on the outer machine, whatever its exit status. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, stdin, timeout = 120_000 }: CommandOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text))
    }
    const timer = setTimeout(() => {
      // Its whole group: npx runs kplay as a child of a child.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      texts.stderr += `\n(ended after ${timeout / 1000} s)\n`
    }, timeout)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, ...texts })
    })
    child.stdin.on('error', () => undefined).end(stdin ?? '')
  })
}
