import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of every cache: `$KPLAY_CACHE`, else `kplay` in the user's cache folder. */
export function cacheFolder(): string {
  return resolve(
    process.env['KPLAY_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kplay'),
  )
}

/** Where the mirror keeps what it made: `www` is served, the rest are the means to make it. */
export function mirrorFolders(cache = cacheFolder()) {
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
