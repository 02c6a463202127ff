import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Mark } from './processes.ts'
import { isAlive, markOf } from './processes.ts'
import { runFolder } from './places.ts'
import { sleep } from './shell.ts'

const lockFile = `${runFolder}.lock`

function holder(): Mark | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Mark
  } catch {
    return undefined
  }
}

function take(mine: Mark): boolean {
  try {
    writeFileSync(lockFile, JSON.stringify(mine), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/**
 * Does `work` while no other process brings hosts up or down. A lock whose owner is gone is taken over.
 * @throws Error when another process holds the lock for ten minutes
 */
export async function locked<T>(work: () => Promise<T>): Promise<T> {
  const mine = markOf(process.pid)
  if (!mine) throw new Error('the lab cannot read /proc')
  for (let tries = 0; !take(mine); tries++) {
    const other = holder()
    if (other && !isAlive(other)) rmSync(lockFile, { force: true })
    else if (tries > 3000) throw new Error(`process ${other?.pid ?? '?'} is bringing the lab up or down (${lockFile})`)
    else await sleep(200)
  }
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}
