import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryFolder } from '../mirror/places.ts'
import { benchProgram } from './places.ts'
import type { TripCounter } from './race.ts'

/** kplay as a user has it who installed the package: nothing is built, and nothing of this clone is read. */
export interface Installed {
  readonly program: string
  readonly trips: TripCounter
}

export async function installKplay(folder: string): Promise<Installed> {
  const [from, to] = [repositoryFolder(), join(folder, 'kplay')]
  const { files } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as { files: string[] }
  await mkdir(to, { recursive: true })
  for (const path of [...files, 'package.json']) await cp(join(from, path), join(to, path), { recursive: true })
  await symlink(join(from, 'node_modules'), join(to, 'node_modules'))
  const counts = join(folder, 'trips.json')
  return {
    program: join(to, 'engine/launch.js'),
    trips: {
      env: { NODE_OPTIONS: `--import ${benchProgram('count.js')}`, BENCH_TRIPS: counts },
      read: async () => Math.max(0, ...(JSON.parse(await readFile(counts, 'utf8')) as number[])),
    },
  }
}
