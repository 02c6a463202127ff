import { KplayError } from '../errors.ts'
import type { Entry, Reader } from '../host/reader.ts'
import { join } from './_path.ts'

/** One entry of a folder that is walked through. */
export interface Walked {
  readonly path: string
  readonly name: string
  readonly entry: Entry
}
export interface Walking {
  readonly recurse: boolean
  /** Levels below the folder; undefined or 0: all. */
  readonly depth: number | undefined
  readonly follow: boolean
}

type Listing = (folder: string) => Promise<readonly Walked[]>

/**
 * What is below a folder, shallowest first in each branch: of each folder first what is in it, then what is below.
 * `skipped` is told of folders that cannot be looked into. A link back to where one came from is not followed again.
 */
export async function* walk(
  folder: string,
  walking: Walking,
  reader: Reader,
  skipped: (path: string, why: string) => void,
): AsyncGenerator<Walked> {
  const list = walking.recurse && !walking.depth && !walking.follow ? await wholeTree(folder, reader) : undefined
  const look = list ?? listing(reader)
  const seen = new Set<string>()

  async function* below(path: string, level: number): AsyncGenerator<Walked> {
    let entries: readonly Walked[]
    try {
      entries = await look(path)
    } catch (error) {
      if (!(error instanceof KplayError) || error.code !== 'CANNOT_LOOK') throw error
      return skipped(path, error.message)
    }
    const deeper: string[] = []
    for (const each of entries) {
      yield each
      if (await leadsOn(each)) deeper.push(each.path)
    }
    if (!walking.recurse || (walking.depth && level >= walking.depth)) return
    for (const next of deeper) yield* below(next, level + 1)
  }
  async function leadsOn({ path, entry }: Walked): Promise<boolean> {
    if (entry.kind === 'dir') return true
    if (entry.kind !== 'link' || !walking.follow || !walking.recurse) return false
    const behind = await reader.stat(path)
    if (behind?.kind !== 'dir') return false
    const place = `${behind.device}:${behind.inode}`
    if (seen.has(place)) return false
    seen.add(place)
    return true
  }
  yield* below(folder, 1)
}

/** Files before folders, by name. */
const inOrder = (entries: readonly Walked[]): readonly Walked[] =>
  [...entries].sort(
    (one, other) =>
      Number(one.entry.kind === 'dir') - Number(other.entry.kind === 'dir') || (one.name < other.name ? -1 : 1),
  )

const listing =
  (reader: Reader): Listing =>
  async (folder) => {
    const names = (await reader.children(folder)) ?? []
    const entries = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name)
        const entry = await reader.lstat(path)
        return entry ? [{ path, name, entry }] : []
      }),
    )
    return inOrder(entries.flat())
  }

/** All of it in one question; undefined where part of it cannot be looked at. */
async function wholeTree(top: string, reader: Reader): Promise<Listing | undefined> {
  const tree = await reader.tree(top).catch((error: unknown) => {
    if (error instanceof KplayError && error.code === 'CANNOT_LOOK') return undefined
    throw error
  })
  if (!tree) return undefined
  const folders = new Map<string, Walked[]>()
  for (const [relative, entry] of tree) {
    const path = join(top, relative)
    const end = path.lastIndexOf('/')
    const above = end === 0 ? '/' : path.slice(0, end)
    const entries = folders.get(above) ?? []
    entries.push({ path, name: path.slice(end + 1), entry })
    folders.set(above, entries)
  }
  return async (folder) => inOrder(folders.get(folder) ?? [])
}
