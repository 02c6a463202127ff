import './own-lab.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { supervisorOf } from '../boot.ts'
import { host } from '../host.ts'
import { reset, up } from '../lab.ts'
import { runFolder } from '../places.ts'

const userFile = join(runFolder, 'used-by')

/** Whether the run of vitest with that process id was the last one to boot hosts. */
export function isUsedBy(pid: number): boolean {
  try {
    return Number(readFileSync(userFile, 'utf8')) === pid
  } catch {
    return false
  }
}

/** Hosts as bare as after their first boot, with systemd at rest. */
export async function bareHosts(names: readonly string[]): Promise<void> {
  const running = names.filter(supervisorOf)
  await up(names)
  // Workers are children of the run.
  writeFileSync(userFile, String(process.ppid))
  await Promise.all(running.map(reset))
  await Promise.all(names.map((name) => host(name).exec('systemctl is-system-running --wait')))
}
