import { createHash } from 'node:crypto'
import { dirname, posix } from 'node:path'
import { KplayError } from '../../errors.ts'
import type { Algorithm, Entry, Reader } from '../../host/reader.ts'
import type { Content } from '../../host/step.ts'

/** One predicted path. `absent` hides whatever the host has there and below. */
export interface PredictedEntry {
  readonly entry: Entry
  readonly content?: Content | null | undefined
  /** Where the host has its content, when `content` does not say and it is not under its own path. */
  readonly from?: string | undefined
  /** A folder that the host itself does not have: below it only predicted paths exist. */
  readonly fresh: boolean
  /** Any path below that neither the host nor a prediction has may or may not come into being. */
  readonly open: boolean
}
export type Predicted = PredictedEntry | 'absent'

export interface Found {
  /** Where it really is: every link on the way resolved, the last one only when asked to. */
  readonly path: string
  readonly entry: Entry | undefined
  readonly predicted?: PredictedEntry | undefined
}

const MOST_LINKS = 40

/** Predicted files over those of a host. Paths are resolved component by component through predicted and real links. */
export class PredictedFiles {
  readonly nodes = new Map<string, Predicted>()
  private readonly base: Reader
  private made = 0

  constructor(base: Reader) {
    this.base = base
  }

  get empty(): boolean {
    return this.nodes.size === 0
  }

  /** Follows every link on the way to `path`, and the last component too when `follow` is set. */
  async find(path: string, follow: boolean): Promise<Found> {
    let todo = components(path)
    let here = '/'
    let links = 0
    let found: Found = { path: '/', entry: ROOT }
    while (todo.length > 0) {
      const [name = '', ...rest] = todo
      const next = name === '..' ? dirname(here) : posix.join(here, name)
      found = await this.at(next)
      if (found.entry?.kind === 'link' && (rest.length > 0 || follow)) {
        links += 1
        if (links > MOST_LINKS) throw new KplayError('CANNOT_LOOK', `${path}: too many levels of symbolic links`)
        const target = found.entry.target ?? ''
        if (target.startsWith('/')) here = '/'
        todo = [...components(target), ...rest]
        found = { path: here, entry: here === '/' ? ROOT : (await this.at(here)).entry }
        continue
      }
      if (found.entry === undefined) return { path: posix.join(next, ...rest), entry: undefined }
      if (found.entry.kind === 'unknown' && rest.length > 0) return { path: posix.join(next, ...rest), entry: UNKNOWN }
      here = next
      todo = rest
    }
    return found
  }

  /** What is at a path whose parents are resolved already. */
  async at(path: string): Promise<Found> {
    const own = this.nodes.get(path)
    if (own === 'absent') return { path, entry: undefined }
    if (own) return { path, entry: own.entry, predicted: own }
    const above = this.above(path)
    if (above === 'absent') return { path, entry: undefined }
    if (above === 'unknown') return { path, entry: UNKNOWN }
    const entry = await this.base.lstat(path)
    return { path, entry: entry ?? (above === 'open' ? UNKNOWN : undefined) }
  }

  /** What the nearest predictions above a path say of it. */
  private above(path: string): 'absent' | 'unknown' | 'open' | 'base' {
    let open = false
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const node = this.nodes.get(folder)
      if (node === 'absent') return 'absent'
      if (node) {
        open ||= node.open
        if (node.fresh) return open ? 'unknown' : 'absent'
      }
      if (folder === '/') return open ? 'open' : 'base'
    }
  }

  /** Whether a prediction took it away. */
  gone(path: string): boolean {
    for (let here = path; here !== '/' && here !== '.'; here = dirname(here))
      if (this.nodes.get(here) === 'absent') return true
    return false
  }

  set(path: string, node: Predicted): void {
    if (node === 'absent' || node.entry.kind !== 'dir') {
      const below = `${path}/`
      for (const key of [...this.nodes.keys()]) if (key.startsWith(below)) this.nodes.delete(key)
    }
    this.nodes.set(path, node === 'absent' || node.entry.inode !== 0 ? node : this.numbered(node))
  }

  /** What only a prediction made has a number below zero for an inode: two names of one file are told by it. */
  private numbered(node: PredictedEntry): PredictedEntry {
    this.made += 1
    return { ...node, entry: { ...node.entry, inode: -this.made } }
  }

  /** Owner, mode and times belong to the file, not to its name: they are the same under each of its other names. */
  share({ kind, inode, device, mode, owner, group, uid, gid, mtime, atime }: Entry): void {
    if (kind === 'dir' || inode === 0) return
    for (const [path, node] of this.nodes) {
      if (node === 'absent' || node.entry.inode !== inode || node.entry.device !== device) continue
      this.nodes.set(path, { ...node, entry: { ...node.entry, mode, owner, group, uid, gid, mtime, atime } })
    }
  }

  /** Names of predicted entries directly in a folder, and of those predicted away. */
  names(folder: string): { readonly present: string[]; readonly absent: Set<string> } {
    const prefix = folder === '/' ? '/' : `${folder}/`
    const present: string[] = []
    const absent = new Set<string>()
    for (const [path, node] of this.nodes) {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : ''
      if (name === '' || name.includes('/')) continue
      if (node === 'absent') absent.add(name)
      else present.push(name)
    }
    return { present, absent }
  }
}

const components = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

const BLANK = { uid: -1, gid: -1, mtime: 0, atime: 0, ctime: 0, inode: 0, device: 0, links: 1, size: 0 }
/** Whether and what is unknown until the real run: it differs from anything wanted. */
export const UNKNOWN: Entry = { kind: 'unknown', mode: 'unknown', owner: 'unknown', group: 'unknown', ...BLANK }
const ROOT: Entry = { kind: 'dir', mode: '0755', owner: 'root', group: 'root', ...BLANK, uid: 0, gid: 0 }

/** An entry that a step makes, on top of what was there. */
export function madeEntry(kind: Entry['kind'], mode: string, owner: string, old?: Entry): Entry {
  const kept = old && old.kind === kind ? old : undefined
  return {
    ...BLANK,
    kind,
    mode: kept?.mode ?? mode,
    owner: kept?.owner ?? owner,
    group: kept?.group ?? owner,
    uid: kept?.uid ?? (owner === 'root' ? 0 : -1),
    gid: kept?.gid ?? (owner === 'root' ? 0 : -1),
  }
}

export const sizeOf = (content: Content | null): number => {
  if (content === null) return -1
  if (typeof content === 'string') return Buffer.byteLength(content)
  return Buffer.isBuffer(content) ? content.length : content.size
}

/** Bytes of predicted content, where they are known. */
export const bytesOf = (content: Content | null | undefined): Buffer | undefined => {
  if (typeof content === 'string') return Buffer.from(content)
  return Buffer.isBuffer(content) ? content : undefined
}

export function digestOf(content: Content | null | undefined, algorithm: Algorithm): string | undefined {
  const bytes = bytesOf(content)
  if (bytes) return createHash(algorithm).update(bytes).digest('hex')
  return algorithm === 'sha256' && typeof content === 'object' && content !== null && 'sha256' in content
    ? content.sha256
    : undefined
}
