import { readdir, readlink, stat, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Local } from '../module/define.ts'
import { cannotRead } from './files.ts'

export type Tree = NonNullable<Awaited<ReturnType<Local['tree']>>>

/** Everything below a folder, sorted, links not followed; undefined when the path is no folder. */
export async function treeOf(path: string): Promise<Tree | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined
    const names = (await readdir(path, { recursive: true })).sort()
    return await Promise.all(names.map((name) => entryOf(path, name)))
  } catch (cause) {
    throw cannotRead(path, cause)
  }
}

async function entryOf(folder: string, path: string): Promise<Tree[number]> {
  const full = join(folder, path)
  const stats = await lstat(full)
  const mode = octal(stats.mode)
  if (stats.isSymbolicLink()) return { path, kind: 'link', mode, target: await readlink(full) }
  return { path, kind: stats.isDirectory() ? 'dir' : 'file', mode }
}

/** Four octal digits. */
export const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')
