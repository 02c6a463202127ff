import { posix } from 'node:path'
import { KplayError } from '../../errors.ts'
import { resolveMode } from '../../host/mode.ts'
import type { Entry } from '../../host/reader.ts'
import type { Effect } from '../../host/step.ts'
import { madeEntry, sizeOf, type Found, type PredictedEntry, type PredictedFiles } from './files.ts'
import type { Overlay } from './overlay.ts'
import { ownersOf } from './owners.ts'

type FileEffect = Exclude<Effect, { effect: 'unit' | 'sysctl' | 'user' | 'group' | 'package' | 'filesystem' }>

/** Puts an effect on files or mounts into the predicted tree, as `user` would have made it. */
export async function absorbFileEffect(overlay: Overlay, effect: FileEffect, user: string): Promise<void> {
  const { files } = overlay
  switch (effect.effect) {
    case 'file': {
      await refuseNoFolder(overlay, posix.dirname(effect.path))
      const { path, entry: own } = await files.find(effect.path, false)
      // A file that a link points to counts as the old one, as for the step.
      const led = own?.kind === 'link' ? (await files.find(effect.path, true)).entry : undefined
      const old = led?.kind === 'file' ? led : own
      const entry = {
        ...madeEntry('file', '0644', user, old),
        ...(await attributes(overlay, effect)),
        size: sizeOf(effect.content),
      }
      const content =
        effect.copied === undefined ? { content: effect.content } : contentOf(await files.find(effect.copied, true))
      return files.set(path, { entry, ...content, fresh: false, open: false })
    }
    case 'dir':
      return absorbFolder(overlay, effect, user)
    case 'link': {
      await refuseNoFolder(overlay, posix.dirname(effect.path))
      const { path } = await files.find(effect.path, false)
      const entry = { ...madeEntry('link', '0777', user), target: effect.target, size: effect.target.length }
      return files.set(path, { entry, fresh: false, open: false })
    }
    case 'hardlink': {
      await refuseNoFolder(overlay, posix.dirname(effect.path))
      const { path } = await files.find(effect.path, false)
      const source = await files.find(effect.target, false)
      const old = source.entry ?? madeEntry('file', '0644', user)
      const node = { ...contentOf(source), entry: { ...old, links: old.links + 1 }, fresh: false, open: false }
      // Both are known from now on, so that what happens to one is seen under the other.
      files.set(source.path, node)
      return files.set(path, node)
    }
    case 'remove': {
      const { path } = await files.find(effect.path, false)
      return files.set(path, 'absent')
    }
    case 'move': {
      const from = await files.find(effect.from, false)
      const to = await files.find(effect.to, false)
      const entry = from.entry ?? madeEntry('file', '0644', user)
      // What lies below a moved folder is not copied: it is there or not, nobody says.
      files.set(to.path, { ...contentOf(from), entry, fresh: entry.kind === 'dir', open: entry.kind === 'dir' })
      return files.set(from.path, 'absent')
    }
    case 'attributes':
      return absorbAttributes(overlay, effect)
    case 'extraction':
      return absorbExtraction(overlay, effect, user)
    case 'mount': {
      const { path } = await files.find(effect.path, true)
      overlay.mounts.set(path, {
        path,
        source: effect.source,
        fstype: effect.fstype,
        options: effect.options,
        device: '',
        root: '/',
      })
      if (effect.remount) return
      // A file system made in this very run is empty; any other holds what it holds.
      const made = overlay.devices.has(effect.source)
      const entry = { ...madeEntry('dir', rootMode(effect), 'root'), ...(await boundFolder(overlay, effect)) }
      return files.set(path, { entry, fresh: true, open: !made })
    }
    case 'unmount': {
      const { path } = await files.find(effect.path, true)
      overlay.mounts.set(path, 'absent')
    }
  }
}

/** Of a tmpfs all may write to the top, unless told otherwise. */
function rootMode({ fstype, options }: Extract<FileEffect, { effect: 'mount' }>): string {
  const given = options.map((option) => /^mode=([0-7]{1,4})$/.exec(option)?.[1]).findLast((mode) => mode !== undefined)
  return fstype === 'tmpfs' ? (given ?? '1777').padStart(4, '0') : '0755'
}

/** A folder that is mounted elsewhere too shows its own owner and mode there. */
async function boundFolder(
  { files }: Overlay,
  { source }: Extract<FileEffect, { effect: 'mount' }>,
): Promise<Entry | undefined> {
  const { entry } = source.startsWith('/') ? await files.find(source, true) : {}
  return entry?.kind === 'dir' ? entry : undefined
}

/** What a file holds, for another name or a copy of it. */
const contentOf = ({ path, predicted }: Found): Pick<PredictedEntry, 'content' | 'from'> =>
  predicted?.content === undefined ? { from: predicted?.from ?? path } : { content: predicted.content }

/** Nothing can be made below a file, or a link that points to nothing: the real step would fail. */
async function refuseNoFolder({ files }: Overlay, path: string): Promise<void> {
  for (let part = posix.normalize(path); part !== '/'; part = posix.dirname(part)) {
    const { entry } = await files.find(part, false)
    if (!entry) continue
    const found = entry.kind === 'link' ? await files.find(part, true) : { path: part, entry }
    const real = found.entry
    if (real?.kind === 'unknown') return takeForFolders(files, found.path)
    if (real?.kind === 'dir') return
    const what = real ? `is a ${real.kind}` : `is a link to ${entry.target ?? ''}, which is not there`
    throw new KplayError('COMMAND_FAILED', `${path} cannot be made: ${part} ${what}`)
  }
}

/** What nobody knows is a folder when something is made below it: else the real step would fail. */
async function takeForFolders(files: PredictedFiles, path: string): Promise<void> {
  const { path: real } = await files.find(path, false)
  const parts = real.split('/')
  for (let depth = 2; depth <= parts.length; depth++) {
    const part = parts.slice(0, depth).join('/')
    const { entry } = await files.at(part)
    if (entry?.kind === 'unknown') files.set(part, { entry: { ...entry, kind: 'dir' }, fresh: true, open: true })
  }
}

/** A folder, with the parents it lacks. */
async function absorbFolder(
  overlay: Overlay,
  effect: Extract<FileEffect, { effect: 'dir' }>,
  user: string,
): Promise<void> {
  const { files } = overlay
  await refuseNoFolder(overlay, effect.path)
  const { path, entry: old, predicted } = await files.find(effect.path, true)
  const made = await attributes(overlay, effect)
  for (
    let parent = posix.dirname(path);
    parent !== '/' && (await files.at(parent)).entry === undefined;
    parent = posix.dirname(parent)
  ) {
    files.set(parent, {
      entry: { ...madeEntry('dir', '0755', user), ...made },
      fresh: true,
      open: false,
    })
  }
  const fresh = predicted?.fresh ?? (old === undefined || old.kind === 'unknown')
  const entry = { ...madeEntry('dir', '0755', user, old), ...made }
  files.set(path, { entry, fresh, open: predicted?.open ?? old?.kind === 'unknown' })
}

async function attributes(
  overlay: Overlay,
  { mode, ...owners }: { mode?: string | undefined; owner?: string | undefined; group?: string | undefined },
): Promise<Partial<Entry>> {
  return { ...(mode !== undefined && { mode }), ...(await ownersOf(overlay, owners)) }
}

async function absorbAttributes(
  overlay: Overlay,
  effect: Extract<FileEffect, { effect: 'attributes' }>,
): Promise<void> {
  const { files } = overlay
  const found = await files.find(effect.path, effect.follow ?? false)
  if (!found.entry) return
  const owners = await ownersOf(overlay, effect)
  const changed = (entry: Entry): Entry => ({
    ...entry,
    mode:
      effect.mode === undefined ? modeOwned(entry, owners) : resolveMode(effect.mode, entry.mode, entry.kind === 'dir'),
    ...owners,
    ...(effect.mtime !== undefined && { mtime: effect.mtime }),
    ...(effect.atime !== undefined && { atime: effect.atime }),
  })
  files.set(found.path, { fresh: false, open: false, ...found.predicted, entry: changed(found.entry) })
  files.share(changed(found.entry))
  if (!effect.recurse) return
  overlay.sweeps.push({ root: found.path, mode: effect.mode, owners })
  for (const [path, node] of files.nodes) {
    if (node === 'absent' || !path.startsWith(`${found.path}/`)) continue
    files.nodes.set(path, { ...node, entry: changed(node.entry) })
    files.share(changed(node.entry))
  }
}

/** chown(2) takes the set-id bits from a file, but for that of a group that may not run it. */
function modeOwned({ kind, mode }: Entry, owners: Partial<Entry>): string {
  const bits = Number.parseInt(mode, 8)
  if (kind !== 'file' || Number.isNaN(bits) || Object.keys(owners).length === 0) return mode
  return (bits & ~0o4000 & ~((bits & 0o010) === 0 ? 0 : 0o2000)).toString(8).padStart(4, '0')
}

async function absorbExtraction(
  overlay: Overlay,
  effect: Extract<FileEffect, { effect: 'extraction' }>,
  user: string,
): Promise<void> {
  const { files } = overlay
  const owner = { owner: user, group: effect.owner ?? user, ...(await ownersOf(overlay, effect)) }
  const root = await files.find(effect.path, true)
  const open = effect.entries === 'unknown'
  const top: PredictedEntry = {
    entry: root.entry && root.entry.kind !== 'unknown' ? root.entry : { ...madeEntry('dir', '0755', user), ...owner },
    fresh: root.predicted?.fresh ?? root.entry === undefined,
    open: open || (root.predicted?.open ?? false),
  }
  files.set(root.path, top)
  for (const { path, kind, target, mode, empty } of open ? [] : effect.entries) {
    const place = posix.join(root.path, path)
    if (place === root.path) continue
    const old = await files.at(place)
    const entry = {
      ...madeEntry(kind, mode ?? (kind === 'dir' ? '0755' : '0644'), user),
      ...owner,
      ...(target !== undefined && { target }),
    }
    const fresh = old.entry === undefined || old.entry.kind === 'unknown'
    files.set(place, {
      entry: { ...entry, size: empty ? 0 : -1 },
      content: empty ? '' : null,
      fresh: kind === 'dir' && fresh,
      open: false,
    })
  }
  const stamp = await files.find(effect.stampPath, false)
  overlay.stamps.set(stamp.path, effect.stamp)
  files.set(stamp.path, { entry: madeEntry('file', '0600', user), content: effect.stamp, fresh: false, open: false })
}
