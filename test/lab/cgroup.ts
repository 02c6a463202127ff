import { existsSync, readFileSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labNumber } from './places.ts'
import { endProcess, markOf } from './processes.ts'
import { poll } from './shell.ts'

const top = '/sys/fs/cgroup'

/** The hierarchies systemd-nspawn uses: one of version 2, or, on an older set-up, two of the mixed kind. */
function hierarchies(): string[] {
  if (existsSync(join(top, 'cgroup.procs'))) return [top]
  return ['unified', 'systemd'].map((name) => join(top, name)).filter((folder) => existsSync(folder))
}

/** A host's groups, one per hierarchy. Without groups of its own a host would share them with all others. */
const groups = (name: string): string[] => hierarchies().map((folder) => join(folder, `kplay-lab-${labNumber}`, name))

/** Shell lines that put the shell itself into a host's groups, which they make. */
export function enterGroups(name: string): string {
  return groups(name)
    .map((folder) => `mkdir -p '${folder}' && echo $$ > '${folder}/cgroup.procs'`)
    .join('\n')
}

function folders(path: string): string[] {
  if (!existsSync(path)) return []
  const below = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [...below.flatMap((entry) => folders(join(path, entry.name))), path]
}

function endMembers(folder: string): void {
  const members = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)
  for (const member of members) {
    const mark = markOf(Number(member))
    if (mark && mark.pid !== process.pid) endProcess(mark)
  }
}

/** Removes groups with all processes in them: those of one host, or of the whole lab. */
export async function removeGroups(name = ''): Promise<void> {
  await poll(10_000, () => {
    const all = groups(name).flatMap(folders)
    for (const folder of all) {
      try {
        endMembers(folder)
        rmdirSync(folder)
      } catch (error) {
        if (!['EBUSY', 'ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      }
    }
    return !all.some((folder) => existsSync(folder))
  })
}

/** Stops a host in its tracks, or lets it go on: it then answers no packet of its own, but its addresses stay. */
export function setFrozen(name: string, frozen: boolean): void {
  const switches = groups(name).flatMap((folder) => [
    join(folder, 'payload/cgroup.freeze'),
    join(folder, 'cgroup.freeze'),
  ])
  const file = switches.find((path) => existsSync(path) && statSync(path).isFile())
  if (!file) throw new Error(`${name} has no group to freeze: is it running?`)
  writeFileSync(file, frozen ? '1' : '0')
}
