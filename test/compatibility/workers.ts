import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Ending } from './judge.ts'
import type { Job } from './worker.ts'

const idle: ChildProcess[] = []

const started = (): ChildProcess =>
  fork(join(import.meta.dirname, 'worker.js'), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })

/** Runs a job in a process that has run others before it. */
export async function runInWorker(job: Job, seconds: number): Promise<Ending> {
  const worker = idle.pop() ?? started()
  const ending = await new Promise<Ending>((resolve) => {
    const timer = setTimeout(() => worker.kill('SIGKILL'), seconds * 1000)
    const gone = (): void => {
      clearTimeout(timer)
      resolve({ exit: null, output: '', errors: '' })
    }
    worker.once('exit', gone)
    worker.once('message', (message: Ending) => {
      clearTimeout(timer)
      worker.off('exit', gone)
      idle.push(worker)
      resolve(message)
    })
    worker.send(job)
  })
  return ending
}

/** Lets this process end. */
export function endWorkers(): void {
  for (const worker of idle) worker.kill()
}
