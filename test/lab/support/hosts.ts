import './own-lab.ts'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { supervisorOf } from '../boot.ts'
import { host } from '../host.ts'
import { reset, up } from '../lab.ts'
import { runFolder } from '../places.ts'
import { testNames } from '../roster.ts'

const userFile = join(runFolder, 'used-by')

/** Whether the run of vitest with that process id was the last one to boot hosts. */
export function isUsedBy(pid: number): boolean {
  try {
    return Number(readFileSync(userFile, 'utf8')) === pid
  } catch {
    return false
  }
}

/** Says that test1 to test5 carry a whole cluster; it goes with the lab, and with the first of them that is made bare. */
export const builtFile = join(runFolder, 'cluster-built')

/** Hosts as bare as after their first boot, with systemd at rest. */
export async function bareHosts(names: readonly string[]): Promise<void> {
  const running = names.filter(supervisorOf)
  if (names.some((name) => testNames(5).includes(name))) rmSync(builtFile, { force: true })
  await up(names)
  // Workers are children of the run.
  writeFileSync(userFile, String(process.ppid))
  await Promise.all(running.map(reset))
  await Promise.all(names.map((name) => host(name).exec('systemctl is-system-running --wait')))
}
