import { readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

/** Runs `work` while no other process that uses the same lock file does. A lock whose owner is gone is taken over. */
export async function withLock<T>(path: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  for (let told = false; !(await take(path)); told = true) {
    if (!told) say(`waiting for another build (${path})`)
    await setTimeout(500)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const owner = await readFile(path, 'utf8').catch(() => '')
    // An empty file is a lock being taken this very moment.
    if (owner !== '' && !isAlive(Number(owner))) await rm(path, { force: true })
    return false
  }
}

/** Whether there is a process of that id, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
