import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { $ } from 'zx'

/**
 * Packs one folder of `parent` as a gzipped tar whose bytes depend on nothing but names, contents and who may execute.
 * @param date the time of every entry, as GNU tar's `--mtime` reads it
 */
export async function pack(parent: string, folder: string, archive: string, date: string): Promise<void> {
  const partial = `${archive}.partial`
  await mkdir(dirname(archive), { recursive: true })
  await $({ cwd: parent, quiet: true, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } })`set -o pipefail
    tar --sort=name --format=gnu --mtime=${date} --mode=u=rwX,go=rX --owner=0 --group=0 --numeric-owner -cf - ${folder} | gzip -n -6 > ${partial}`
  await rename(partial, archive)
}

/** An empty folder in place of whatever was there. */
export async function emptyFolder(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  return path
}
