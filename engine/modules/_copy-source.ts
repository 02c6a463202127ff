import type { Reader } from '../host/reader.ts'
import type { Local } from '../module/define.ts'
import { atHome } from './_home.ts'
import { join, withoutSlash } from './_path.ts'

/** One thing to copy, `path` relative to where it goes; '' for a single file. */
export interface SourceEntry {
  readonly path: string
  readonly kind: 'file' | 'dir' | 'link'
  readonly mode: string
  readonly target?: string | undefined
  /** Where its bytes are, on the controller or on the host. */
  readonly from: string
  readonly size: number
  readonly sha256: string
}

export interface SourceArgs {
  readonly src: string
  readonly remote_src: boolean
  readonly local_follow: boolean
  /** Files that a vault encrypts are copied in clear. */
  readonly decrypt: boolean
}

export interface Source {
  /** undefined: there is nothing of that name. */
  readonly kind: 'file' | 'dir' | undefined
  readonly entries: readonly SourceEntry[]
}

/** What is to be copied: from the controller, or with remote_src from the host itself. */
export const sourceOf = (args: SourceArgs, reader: Reader, local: Local): Promise<Source> =>
  args.remote_src ? remoteSource(args, reader) : localSource(args, local)

async function localSource({ src, local_follow, decrypt }: SourceArgs, local: Local): Promise<Source> {
  const top = await local.find('files', withoutSlash(src))
  if ((await local.tree(top)) === undefined)
    return { kind: 'file', entries: [await localFile('', top, decrypt, local)] }
  return { kind: 'dir', entries: await localTree('', top, { local_follow, decrypt }, local) }
}

async function localFile(path: string, written: string, decrypt: boolean, local: Local): Promise<SourceEntry> {
  const from = decrypt ? await local.decrypted(written) : written
  const [{ file, size, sha256 }, mode] = await Promise.all([local.file(from), local.mode(written)])
  return { path, kind: 'file', mode, from: file, size, sha256 }
}

async function localTree(
  prefix: string,
  top: string,
  how: Pick<SourceArgs, 'local_follow' | 'decrypt'>,
  local: Local,
): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = []
  for (const { path: name, kind, mode, target } of (await local.tree(top)) ?? []) {
    const path = prefix === '' ? name : `${prefix}/${name}`
    const from = join(top, name)
    if (kind === 'file') entries.push(await localFile(path, from, how.decrypt, local))
    else if (kind === 'dir') entries.push({ path, kind, mode, from, size: 0, sha256: '' })
    else if (!how.local_follow) entries.push({ path, kind, mode, target, from, size: 0, sha256: '' })
    else if ((await local.tree(from)) === undefined) entries.push(await localFile(path, from, how.decrypt, local))
    else
      entries.push(
        { path, kind: 'dir', mode: '0755', from, size: 0, sha256: '' },
        ...(await localTree(path, from, how, local)),
      )
  }
  return entries
}

async function remoteSource({ src, local_follow }: SourceArgs, reader: Reader): Promise<Source> {
  const top = withoutSlash(await atHome(src, reader))
  const entry = await reader.stat(top)
  if (!entry) return { kind: undefined, entries: [] }
  if (entry.kind !== 'dir') return { kind: 'file', entries: [await remoteFile('', top, entry, reader)] }
  const below = [...((await reader.tree(top)) ?? [])]
  const entries = await Promise.all(
    below.map(async ([path, found]): Promise<SourceEntry[]> => {
      const from = join(top, path)
      const real = found.kind === 'link' && local_follow ? await reader.stat(from) : found
      if (real?.kind === 'file') return [await remoteFile(path, from, real, reader)]
      if (real?.kind === 'dir' && found.kind === 'dir')
        return [{ path, kind: 'dir', mode: real.mode, from, size: 0, sha256: '' }]
      // A link to a folder stays a link: what is behind it may lie outside, or lead back.
      return found.kind === 'link'
        ? [{ path, kind: 'link', mode: '0777', target: found.target, from, size: 0, sha256: '' }]
        : []
    }),
  )
  return { kind: 'dir', entries: entries.flat() }
}

async function remoteFile(
  path: string,
  from: string,
  { mode, size }: { mode: string; size: number },
  reader: Reader,
): Promise<SourceEntry> {
  return { path, kind: 'file', mode, from, size, sha256: (await reader.digest(from, 'sha256')) ?? '' }
}
