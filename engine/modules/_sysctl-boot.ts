import type { Reader } from '../host/reader.ts'
import { readSysctlFile } from './_sysctl-file.ts'

/** Where sysctl.d(5) looks; a file hides those of its name in later folders. */
const FOLDERS = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d']
const OLD = '/etc/sysctl.conf'

export interface BootOrder {
  /** Whether the file is read at boot at all. */
  readonly read: boolean
  /** By key: the last assignment in a file that comes after ours. */
  readonly later: ReadonlyMap<string, { readonly value: string; readonly place: string }>
}

/**
 * What the host reads after `file` at boot, and therefore prefers: files in order of their names, then (but not by
 * systemd) /etc/sysctl.conf. `text` is what our file will be, whether or not it is there yet.
 */
export async function bootOrder(file: string, reader: Reader): Promise<BootOrder> {
  const [manager, old, ...found] = await Promise.all([
    reader.serviceManager(),
    reader.lstat(OLD),
    ...FOLDERS.map((folder) => reader.glob(`${folder}/*.conf`)),
  ])
  const paths = [...new Set([...found.flat(), ...(inFolder(file) ? [file] : [])])]
  const real = await Promise.all(paths.map(async (path) => (await reader.realpath(path)) ?? path))
  const visible = paths
    .map((path, at) => ({ path, real: real[at] ?? path, name: nameOf(path), rank: FOLDERS.indexOf(folderOf(path)) }))
    .sort((a, b) => (a.name === b.name ? a.rank - b.rank : a.name < b.name ? -1 : 1))
    .filter(({ name }, at, all) => all[at - 1]?.name !== name)
  if (old && manager !== 'systemd') visible.push({ path: OLD, real: OLD, name: OLD, rank: 0 })

  const ours = visible.findLastIndex(({ path, real }) => path === file || real === file)
  if (ours < 0) return { read: file === OLD && manager !== 'systemd', later: new Map() }
  // A link to /dev/null hides a file of the distribution.
  const after = visible.slice(ours + 1).filter(({ real }) => real !== '/dev/null')
  const texts = await Promise.all(after.map(({ path }) => reader.readText(path)))
  const later = after.flatMap(({ path }, at) =>
    readSysctlFile(texts[at] ?? '').map(({ key, value, line }) => [key, { value, place: `${path}:${line}` }] as const),
  )
  return { read: true, later: new Map(later) }
}

const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '')
const nameOf = (path: string): string => path.replace(/^.*\//, '')
const inFolder = (path: string): boolean => FOLDERS.includes(folderOf(path)) && path.endsWith('.conf')
