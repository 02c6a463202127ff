import type { Reader } from '../host/reader.ts'
import { early } from './_early.ts'
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
  const visible = paths
    .map((path) => ({ path, name: nameOf(path), rank: FOLDERS.indexOf(folderOf(path)) }))
    .sort((a, b) => (a.name === b.name ? a.rank - b.rank : a.name < b.name ? -1 : 1))
    .filter(({ name }, at, all) => all[at - 1]?.name !== name)
    .map(({ path }) => path)
  if (old && manager !== 'systemd') visible.push(OLD)

  // Only those behind our file matter; a link among them may be that file once more.
  const place = visible.lastIndexOf(file)
  const rest = visible.slice(place + 1)
  const texts = place < 0 ? [] : rest.map((path) => early(reader.readText(path)))
  const real = await Promise.all(rest.map(async (path) => (path === OLD ? path : await reader.realpath(path)) ?? path))
  const again = real.lastIndexOf(file)
  if (place < 0 && again < 0) return { read: file === OLD && manager !== 'systemd', later: new Map() }
  const later = await Promise.all(
    rest.map(async (path, at) => {
      // A link to /dev/null hides a file of the distribution.
      if (at <= again || real[at] === '/dev/null') return []
      const text = (await (texts[at] ?? reader.readText(path))) ?? ''
      return readSysctlFile(text).map(({ key, value, line }) => [key, { value, place: `${path}:${line}` }] as const)
    }),
  )
  return { read: true, later: new Map(later.flat()) }
}

const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '')
const nameOf = (path: string): string => path.replace(/^.*\//, '')
const inFolder = (path: string): boolean => FOLDERS.includes(folderOf(path)) && path.endsWith('.conf')
