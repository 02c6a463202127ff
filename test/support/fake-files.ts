import { createHash } from 'node:crypto'
import { KplayError } from '../../engine/errors.ts'
import type { Algorithm, Entry, Kind } from '../../engine/host/reader.ts'
import type { Content } from '../../engine/host/step.ts'

/** One file, folder or link. Two paths with the same node are hard links of each other. */
export interface FakeNode {
  kind: Kind
  mode: string
  owner: string
  group: string
  /** null: nobody knows. */
  content: Content | null
  target?: string | undefined
  mtime: number
  /** The same as mtime, where nobody set it. */
  atime?: number
  inode: number
}
/** As a case writes it: text is a file's content, `{ link: … }` a link, `{ dir: true }` a folder. */
export type CannedFile =
  | string
  | {
      readonly content?: string
      readonly base64?: string
      readonly link?: string
      readonly dir?: boolean
      readonly kind?: Kind
      readonly same?: string
      readonly mode?: string
      readonly owner?: string
      readonly group?: string
      readonly mtime?: number
    }

const STANDARD = [
  '/',
  '/dev',
  '/etc',
  '/etc/systemd',
  '/etc/systemd/system',
  '/home',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/srv',
  '/tmp',
  '/usr',
  '/var',
]
const NOW = 1_700_000_000

/** A file system in memory, with links. */
export class FakeFiles {
  readonly nodes = new Map<string, FakeNode>()
  readonly #home: (user: string) => string | undefined
  readonly #controller: (file: string) => Buffer | undefined
  #inode = 100

  constructor(home: (user: string) => string | undefined, controller: (file: string) => Buffer | undefined) {
    this.#home = home
    this.#controller = controller
    for (const path of STANDARD) this.nodes.set(path, this.node('dir'))
    this.need('/root').mode = '0700'
    this.need('/tmp').mode = '1777'
  }

  node(kind: Kind, more: Partial<FakeNode> = {}): FakeNode {
    const mode = kind === 'dir' ? '0755' : kind === 'link' ? '0777' : '0644'
    this.#inode += 1
    return { kind, mode, owner: 'root', group: 'root', content: '', mtime: NOW, inode: this.#inode, ...more }
  }

  /** Puts what a case says there, with the folders above it. */
  can(path: string, canned: CannedFile): void {
    const spec = typeof canned === 'string' ? { content: canned } : canned
    const { link, dir, kind, content, base64, same, ...more } = spec
    this.parents(path)
    if (same !== undefined) return void this.nodes.set(path, this.need(same))
    const node =
      link !== undefined
        ? this.node('link', { ...more, target: link })
        : this.node(dir ? 'dir' : (kind ?? 'file'), {
            ...more,
            content: base64 === undefined ? (content ?? '') : Buffer.from(base64, 'base64'),
          })
    this.nodes.set(path, node)
  }

  parents(path: string): void {
    for (let above = parent(path); !this.nodes.has(above); above = parent(above))
      this.nodes.set(above, this.node('dir'))
  }

  /** Where a path leads: links resolved component by component, the last one only when `follow`. */
  resolve(path: string, follow: boolean, depth = 0): string {
    if (depth > 40) throw new KplayError('CANNOT_LOOK', `${path}: too many levels of symbolic links`)
    const [, user = '', below = ''] = /^~([^/]*)(.*)$/.exec(path) ?? []
    if (path.startsWith('~')) return this.resolve(`${this.#home(user) ?? `/nobody/${user}`}${below}`, follow, depth + 1)
    const words = path.split('/').filter((word) => word !== '' && word !== '.')
    let here = '/'
    for (const [at, word] of words.entries()) {
      if (word === '..') {
        here = parent(here)
        continue
      }
      const next = here === '/' ? `/${word}` : `${here}/${word}`
      const node = this.nodes.get(next)
      const last = at === words.length - 1
      if (node?.kind !== 'link' || (last && !follow && !path.endsWith('/'))) {
        here = next
        continue
      }
      const target = node.target ?? ''
      const rest = words.slice(at + 1).join('/')
      return this.resolve(`${target.startsWith('/') ? target : `${here}/${target}`}/${rest}`, follow, depth + 1)
    }
    return here
  }

  get(path: string, follow = true): FakeNode | undefined {
    return this.nodes.get(this.resolve(path, follow))
  }
  need(path: string): FakeNode {
    const node = this.nodes.get(path)
    if (!node) throw new Error(`the fake host has no ${path}`)
    return node
  }

  entry(
    path: string,
    follow: boolean,
    ids: { uid(name: string): number; gid(name: string): number },
  ): Entry | undefined {
    const node = this.get(path, follow)
    if (!node) return undefined
    const { kind, mode, owner, group, target, mtime, atime = mtime, inode } = node
    const links = kind === 'dir' ? 2 : [...this.nodes.values()].filter((other) => other === node).length
    const times = { mtime, atime, ctime: mtime }
    const size = kind === 'file' ? this.size(node) : kind === 'link' ? Buffer.byteLength(target ?? '') : 0
    const who = { owner, group, uid: ids.uid(owner), gid: ids.gid(group) }
    return { kind, mode, ...who, size, ...times, inode, device: 1, links, target }
  }

  size({ content }: FakeNode): number {
    if (content === null) return 1
    return typeof content === 'string' ? Buffer.byteLength(content) : 'size' in content ? content.size : content.length
  }

  bytes(path: string, limit = 16 * 1024 * 1024): Buffer | undefined {
    const node = this.get(path)
    if (!node) return undefined
    if (node.kind !== 'file') throw new KplayError('CANNOT_LOOK', `${path} is a ${node.kind}, not a file`)
    if (this.size(node) > limit) throw new KplayError('CANNOT_LOOK', `${path} is larger than ${limit} bytes`)
    const { content } = node
    if (content === null) throw new KplayError('UNPREDICTABLE', `the content of ${path} is not known`)
    if (typeof content === 'string') return Buffer.from(content)
    if (!('file' in content)) return content
    const sent = this.#controller(content.file)
    if (!sent) throw new KplayError('UNPREDICTABLE', `the content of ${path} is known by its digest only`)
    return sent
  }

  digest(path: string, algorithm: Algorithm): string | undefined {
    const node = this.get(path)
    if (node && algorithm === 'sha256' && typeof node.content === 'object' && node.content && 'sha256' in node.content)
      return node.content.sha256
    const bytes = this.bytes(path, Infinity)
    return bytes && createHash(algorithm).update(bytes).digest('hex')
  }

  /** Paths below a folder, relative to it, sorted. */
  below(path: string): string[] {
    const top = this.resolve(path, true)
    const prefix = top === '/' ? '/' : `${top}/`
    const inside = [...this.nodes.keys()].filter((name) => name.startsWith(prefix) && name !== top)
    return inside.map((name) => name.slice(prefix.length)).sort()
  }

  remove(path: string): void {
    const top = this.resolve(path, false)
    for (const name of this.nodes.keys()) if (name === top || name.startsWith(`${top}/`)) this.nodes.delete(name)
  }

  move(from: string, to: string): void {
    const source = this.resolve(from, false)
    const target = this.resolve(to, false)
    const moved = [...this.nodes].filter(([name]) => name === source || name.startsWith(`${source}/`))
    this.remove(target)
    this.remove(source)
    for (const [name, node] of moved) this.nodes.set(target + name.slice(source.length), node)
  }
}

export const parent = (path: string): string => path.replace(/\/+[^/]*\/*$/, '') || '/'
