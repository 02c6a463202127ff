import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Mark } from './processes.ts'
import { isAlive, markOf } from './processes.ts'
import { sleep } from './shell.ts'

function holder(file: string): Mark | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Mark
  } catch {
    return undefined
  }
}

function take(file: string, mine: Mark): boolean {
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/**
 * Does `work` while no other process does what the same lock file guards. A lock whose owner is gone is taken over.
 * @throws Error when another process holds the lock for ten minutes
 */
export async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const mine = markOf(process.pid)
  if (!mine) throw new Error('the lab cannot read /proc')
  mkdirSync(dirname(file), { recursive: true })
  for (let tries = 0; !take(file, mine); tries++) {
    const other = holder(file)
    if (other && !isAlive(other)) rmSync(file, { force: true })
    else if (tries > 3000) throw new Error(`process ${other?.pid ?? '?'} is bringing a lab up or down (${file})`)
    else await sleep(200)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
