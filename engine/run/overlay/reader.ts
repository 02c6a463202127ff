import { posix } from 'node:path'
import picomatch from 'picomatch'
import { resolveMode } from '../../host/mode.ts'
import type { Algorithm, Entry, Reader } from '../../host/reader.ts'
import { bytesOf, digestOf, type Found } from './files.ts'
import type { Overlay } from './overlay.ts'
import { systemQuestions } from './system.ts'
import { unpredictable, type OverlayOptions } from './unpredictable.ts'

/** A machine as it would be. Asks the host only for what no prediction covers. */
export function overlayReader(base: Reader, overlay: Overlay, options: OverlayOptions): Reader {
  const { files } = overlay

  function sure(path: string, entry: Entry | undefined): Entry | undefined {
    if (entry?.kind === 'unknown' && options.question) throw unpredictable(path)
    return entry && swept(overlay, path, entry)
  }
  /** Nothing predicted can concern it; links of /proc lead elsewhere for each process that looks. */
  const direct = (path = ''): boolean => (files.empty && overlay.sweeps.length === 0) || /^\/(?:proc|sys)\//.test(path)

  /** A regular file, links followed; undefined where nothing is. */
  async function file(path: string): Promise<Found | undefined> {
    const found = await files.find(path, true)
    return found.entry ? found : undefined
  }
  async function bytes(path: string, limit?: number): Promise<Buffer | undefined> {
    const found = await file(path)
    if (!found) return undefined
    if (found.entry?.kind === 'unknown') throw unpredictable(path)
    if (!found.predicted || found.predicted.content === undefined)
      return base.readBytes(found.predicted?.from ?? found.path, limit)
    const known = bytesOf(found.predicted.content)
    if (!known) throw unpredictable(`the content of ${path}`)
    return known
  }
  async function children(path: string): Promise<readonly string[] | undefined> {
    const found = await files.find(path, true)
    if (!found.entry) return undefined
    if (found.entry.kind === 'unknown' || found.predicted?.open) {
      if (options.question) throw unpredictable(path)
      if (found.entry.kind === 'unknown') return []
    }
    const real = found.predicted?.fresh ? [] : ((await base.children(found.path)) ?? [])
    const { present, absent } = files.names(found.path)
    return [...new Set([...real.filter((name) => !absent.has(name)), ...present])].sort()
  }
  async function tree(path: string, limit = 100_000): Promise<ReadonlyMap<string, Entry> | undefined> {
    const all = new Map<string, Entry>()
    const names = await children(path)
    if (!names) return undefined
    const todo = names.map((name) => name)
    for (let relative = todo.shift(); relative !== undefined && all.size < limit; relative = todo.shift()) {
      const full = posix.join(path, relative)
      const { entry, path: real } = await files.find(full, false)
      if (!entry) continue
      all.set(relative, swept(overlay, real, entry))
      if (entry.kind === 'dir') for (const name of (await children(full)) ?? []) todo.push(posix.join(relative, name))
    }
    return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  return {
    async lstat(path) {
      if (direct(path)) return base.lstat(path)
      const found = await files.find(path, false)
      return sure(found.path, found.entry)
    },
    async stat(path) {
      if (direct(path)) return base.stat(path)
      const found = await files.find(path, true)
      return sure(found.path, found.entry)
    },
    async realpath(path) {
      if (direct(path)) return base.realpath(path)
      const found = await files.find(path, true)
      return found.entry && found.path
    },
    readBytes: (path, limit) => (direct(path) ? base.readBytes(path, limit) : bytes(path, limit)),
    readText: async (path, limit) =>
      direct(path) ? base.readText(path, limit) : (await bytes(path, limit))?.toString('utf8'),
    async digest(path: string, algorithm: Algorithm) {
      if (direct()) return base.digest(path, algorithm)
      const found = await file(path)
      if (!found) return undefined
      if (found.entry?.kind === 'unknown' || found.predicted?.content !== undefined) {
        const digest = found.predicted && digestOf(found.predicted.content, algorithm)
        if (digest === undefined && options.question) throw unpredictable(`the content of ${path}`)
        return digest ?? 'unknown'
      }
      return base.digest(found.predicted?.from ?? found.path, algorithm)
    },
    children: (path) => (direct() ? base.children(path) : children(path)),
    tree: (path, limit) => (direct() ? base.tree(path, limit) : tree(path, limit)),
    async glob(pattern) {
      const real = await base.glob(pattern)
      if (direct()) return real
      const still = await Promise.all(
        real.map(async (path) => ((await files.find(path, false)).entry ? path : undefined)),
      )
      const matches = picomatch(pattern)
      const made = [...files.nodes].filter(([path, node]) => node !== 'absent' && matches(path)).map(([path]) => path)
      return [...new Set([...still.filter((path) => path !== undefined), ...made])].sort()
    },
    async extraction(stampPath, destination) {
      const found = direct() ? undefined : await files.find(stampPath, false)
      const stamp = found && overlay.stamps.get(found.path)
      if (stamp !== undefined) return { stamp, damage: [] }
      const place = direct() ? undefined : await files.find(destination, true)
      if (place && !place.entry) return undefined
      return base.extraction(stampPath, destination)
    },
    ...systemQuestions(base, overlay, options),
  }
}

/** What recursive attribute changes make of an entry that no step named. */
function swept(overlay: Overlay, path: string, entry: Entry): Entry {
  if (overlay.files.nodes.has(path)) return entry
  return overlay.sweeps
    .filter(({ root }) => path.startsWith(`${root}/`))
    .reduce(
      (now, { mode, owners }) => ({
        ...now,
        ...(mode !== undefined && { mode: resolveMode(mode, now.mode, now.kind === 'dir') }),
        ...owners,
      }),
      entry,
    )
}
