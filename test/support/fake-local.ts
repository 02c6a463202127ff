import { createHash } from 'node:crypto'
import { KplayError } from '../../engine/errors.ts'
import type { ArchiveEntry } from '../../engine/host/reader.ts'
import type { ControllerFile } from '../../engine/host/step.ts'
import type { Local } from '../../engine/module/define.ts'

/** What a case says about the controller. Names are looked for as they stand. */
export interface CannedLocal {
  readonly files?: Readonly<Record<string, string>>
  readonly modes?: Readonly<Record<string, string>>
  /** Template name → what it renders to. */
  readonly templates?: Readonly<Record<string, string>>
  /** URL → content. */
  readonly urls?: Readonly<Record<string, string>>
  /** Name of a file or URL → its entries. */
  readonly archives?: Readonly<Record<string, readonly ArchiveEntry[]>>
  /** What lies outside of the playbook's own folders: a text is a file, null a folder. */
  readonly kept?: Readonly<Record<string, string | null>>
}
export interface FakeLocal extends Local {
  /** The bytes of a ControllerFile. */
  readonly bytes: (file: string) => Buffer | undefined
  /** What a step brought from a host. */
  keep(path: string, bytes: Buffer): void
}

const FOLDER = { files: '/controller/files/', templates: '/controller/templates/', urls: '/controller/cache/' }

/** The controller's side, from canned answers. */
export function fakeLocal(canned: CannedLocal = {}): FakeLocal {
  const contents = new Map<string, string>()
  for (const [name, content] of Object.entries(canned.files ?? {})) contents.set(absolute('files', name), content)
  for (const [name, text] of Object.entries(canned.templates ?? {})) contents.set(absolute('templates', name), text)
  for (const [url, content] of Object.entries(canned.urls ?? {})) contents.set(FOLDER.urls + cached(url), content)

  const kept = new Map<string, Buffer | null>(
    Object.entries(canned.kept ?? {}).map(([path, content]) => [path, content === null ? null : Buffer.from(content)]),
  )
  const foreseen = new Map<string, string | undefined>()

  const text = (path: string): string => {
    const content = contents.get(path)
    if (content === undefined) throw new KplayError('NOT_FOUND', `the controller has no ${path}`)
    return content
  }
  const file = (path: string): ControllerFile => ({
    file: path,
    size: Buffer.byteLength(text(path)),
    sha256: digest('sha256', text(path)),
  })
  const fetched = (url: string): string => {
    if (!contents.has(FOLDER.urls + cached(url))) throw new KplayError('DOWNLOAD', `${url}: 404 Not Found`)
    return FOLDER.urls + cached(url)
  }

  return {
    bytes: (path) => (contents.has(path) ? Buffer.from(text(path)) : undefined),
    decrypted: async (path) => path,
    find: async (kind, name) => {
      const path = absolute(kind, name.replace(/\/$/, ''))
      if (!contents.has(path) && ![...contents.keys()].some((key) => key.startsWith(`${path}/`)))
        throw new KplayError('NOT_FOUND', `no ${name} in ${FOLDER[kind]}`)
      return path
    },
    tree: async (path) => {
      const below = [...contents.keys()]
        .filter((key) => key.startsWith(`${path}/`))
        .map((key) => key.slice(path.length + 1))
      if (below.length === 0) return undefined
      const folders = below.flatMap((name) => name.split('/').map((_, at, words) => words.slice(0, at).join('/')))
      const dirs = [...new Set(folders)].filter((name) => name !== '')
      return [
        ...dirs.map((name) => ({ path: name, kind: 'dir' as const, mode: '0755' })),
        ...below.map((name) => ({
          path: name,
          kind: 'file' as const,
          mode: canned.modes?.[`${base(path)}/${name}`] ?? '0644',
        })),
      ].sort((a, b) => (a.path < b.path ? -1 : 1))
    },
    readText: async (path) => text(path),
    readBytes: async (path) => Buffer.from(text(path)),
    file: async (path) => file(path),
    digest: async (of, algorithm) => digest(algorithm, 'text' in of ? of.text : text(of.file)),
    mode: async (path) => canned.modes?.[path.replace(/^\/controller\/\w+\//, '')] ?? '0644',
    render: async (path, { newlineSequence = '\n' }) => text(path).replaceAll('\n', newlineSequence),
    fetch: async ({ url, checksum }) => {
      const path = fetched(url)
      const hex = checksum && digest(checksum.algorithm, text(path))
      if (checksum && hex !== checksum.hex) throw new KplayError('CHECKSUM', `${url}: ${checksum.algorithm} is ${hex}`)
      return file(path)
    },
    checksum: async (algorithm, url, name) => {
      const line =
        text(fetched(url))
          .split('\n')
          .find((row) => row.includes(name)) ?? text(fetched(url))
      const hex = /\b[0-9a-fA-F]{32,128}\b/.exec(line)?.[0]
      if (!hex) throw new KplayError('CHECKSUM', `${url} has no checksum for ${name}`)
      return { algorithm, hex: hex.toLowerCase() }
    },
    archive: async (given) => {
      const path = [...contents].find(([, content]) => `sha256:${digest('sha256', content)}` === given)?.[0] ?? given
      const name = Object.keys(canned.archives ?? {}).find(
        (key) => absolute('files', key) === path || FOLDER.urls + cached(key) === path,
      )
      if (name === undefined) throw new KplayError('NOT_FOUND', `${path} is no archive`)
      return canned.archives?.[name] ?? []
    },
    host: 'h1',
    outside: (name) => (name.startsWith('/') ? name : `/playbook/${name}`),
    kept: async (path) => {
      if (foreseen.has(path)) return { kind: 'file', sha1: foreseen.get(path) ?? null, md5: null }
      const bytes = kept.get(path)
      if (bytes === undefined) return undefined
      if (bytes === null) return { kind: 'dir', sha1: null, md5: null }
      return { kind: 'file', sha1: digest('sha1', bytes.toString()), md5: digest('md5', bytes.toString()) }
    },
    foresee: (path, sha1) => void foreseen.set(path, sha1),
    keep: (path, bytes) => void kept.set(path, bytes),
  }
}

const absolute = (kind: 'files' | 'templates', name: string): string =>
  name.startsWith('/') ? name : FOLDER[kind] + name
const cached = (url: string): string => digest('sha256', url).slice(0, 16)
const base = (path: string): string => path.replace(/^\/controller\/\w+\//, '')
const digest = (algorithm: string, text: string | Buffer): string => createHash(algorithm).update(text).digest('hex')
