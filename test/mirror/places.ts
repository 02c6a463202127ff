import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../lab/places.ts'

/** Where the mirror keeps what it made: `www` is served, the rest are the means to make it. */
export function mirrorFolders(cache = cacheFolder) {
  const mirror = join(cache, 'mirror')
  return {
    mirror,
    www: join(mirror, 'www'),
    work: join(mirror, 'work'),
    apt: join(mirror, 'apt'),
    run: join(mirror, 'run'),
    maven: join(cache, 'maven'),
  }
}

export type MirrorFolders = ReturnType<typeof mirrorFolders>

/** The top folder of this repository, also when this runs from the build. */
export function repositoryFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** The texts that go into the archives. */
export function textsFolder(): string {
  return join(repositoryFolder(), 'test/mirror/files')
}
