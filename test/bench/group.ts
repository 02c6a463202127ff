import { existsSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { endProcess, markOf } from '../lab/processes.ts'
import { poll } from '../lab/shell.ts'

const top = '/sys/fs/cgroup'

/** The group of version 2 that a measured command runs in; one at a time. */
export function controlGroup(): string {
  const hierarchy = existsSync(join(top, 'cgroup.procs')) ? top : join(top, 'unified')
  return join(hierarchy, `kplay-bench-${process.env['KPLAY_LAB']}`)
}

/** Ends what a benchmark that was cut short left running. */
export async function emptyGroup(): Promise<void> {
  const group = controlGroup()
  await poll(10_000, () => {
    if (!existsSync(group)) return true
    for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
      const mark = markOf(Number(pid))
      if (mark) endProcess(mark)
    }
    try {
      rmdirSync(group)
      return true
    } catch {
      return false
    }
  })
}
