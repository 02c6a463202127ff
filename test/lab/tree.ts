import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

export type Kind = 'file' | 'directory' | 'link' | 'block' | 'character' | 'fifo' | 'socket'

export interface Entry {
  readonly kind: Kind
  /** Four octal digits; empty for a link, which has no mode of its own. */
  readonly mode: string
  /** `uid:gid` in numbers. */
  readonly owner: string
  /** Of a file: sha256 of its content. */
  readonly sha256?: string
  /** Of a link: its text. */
  readonly link?: string
}

/** Absolute paths to what is there. */
export type Tree = Map<string, Entry>

function kindOf(stats: Stats): Kind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isBlockDevice()) return 'block'
  if (stats.isCharacterDevice()) return 'character'
  return stats.isFIFO() ? 'fifo' : 'socket'
}

/** Synchronous throughout: for a tree of many small files anything else takes ten times as long. */
function readEntry(path: string): Entry {
  const stats = lstatSync(path)
  const kind = kindOf(stats)
  const entry = { kind, owner: `${stats.uid}:${stats.gid}` }
  if (kind === 'link') return { ...entry, mode: '', link: readlinkSync(path) }
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
  if (kind !== 'file') return { ...entry, mode }
  return { ...entry, mode, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }
}

/**
 * Reads a whole file tree without following links; what vanishes meanwhile is left out.
 * @param root where it begins on this machine, as in `/proc/PID/root`
 * @param isIgnored says of a path, as seen from `root`, that neither it nor what is below it counts
 */
export async function readTree(root: string, isIgnored: (path: string) => boolean): Promise<Tree> {
  const tree: Tree = new Map()
  const walk = async (path: string): Promise<void> => {
    if (isIgnored(path)) return
    try {
      const entry = readEntry(join(root, path))
      tree.set(path, entry)
      if (entry.kind !== 'directory') return
      await setImmediate()
      // The slash matters: /proc/PID/root is itself a link.
      for (const name of readdirSync(`${root}${path}/`).sort())
        await walk(path === '/' ? `/${name}` : `${path}/${name}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  await walk('/')
  return tree
}
