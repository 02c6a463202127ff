import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { KplayError } from '../errors.ts'
import type { Connection, Process } from './connection.ts'

/** Ends a process with all that it started in its group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** The controller itself as a host. There is no terminal to be had: `sudo` with requiretty does not work here. */
export function connectLocal(env: NodeJS.ProcessEnv = process.env): Connection {
  const running = new Set<Process>()
  const connection = {
    machine: 'local',
    alive: true,
    spares: 31,
    async start(commandLine: string): Promise<Process> {
      // A process group of its own: Ctrl-C at the terminal is for kplay, which decides what becomes of the host.
      const child = spawn('/bin/sh', ['-c', commandLine], { env, stdio: 'pipe', detached: true })
      await once(child, 'spawn').catch((cause: unknown) => {
        throw new KplayError('UNREACHABLE', 'no shell can be started here', { cause })
      })
      const started: Process = {
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        terminal: false,
        ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
        kill: () => endGroup(child.pid),
      }
      running.add(started)
      void started.ended.then(() => running.delete(started))
      return started
    },
    close() {
      connection.alive = false
      for (const one of running) one.stdin.end()
    },
  }
  return connection
}
