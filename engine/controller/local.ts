import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { homedir, hostname, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { KplayError } from '../errors.ts'
import type { ArchiveEntry } from '../host/reader.ts'
import type { ControllerFile } from '../host/step.ts'
import type { Local, RenderOptions } from '../module/define.ts'
import { DateTime } from '../values/moment.ts'
import { Scope } from '../values/scope.ts'
import { settled } from '../values/suspend.ts'
import { renderText } from '../values/template.ts'
import { fromPlain, type Variable, type Vars } from '../value.ts'
import { listArchive } from './archive.ts'
import { checksumIn } from './checksums.ts'
import type { ClearFiles } from './clear.ts'
import type { Digests } from './digests.ts'
import type { Downloads } from './downloads.ts'
import { cannotRead } from './files.ts'
import { notFound, searchPlaces, type SearchKind, type Standing } from './search.ts'
import { octal, treeOf } from './tree.ts'

/** What all tasks of a run share. */
export interface Shared {
  readonly digests: Digests
  readonly downloads: Downloads
  /** Listings of archives, by digest. */
  readonly archives: Map<string, Promise<readonly ArchiveEntry[]>>
  /** Where the files lie that tasks of this run have sent, by sha256. */
  readonly held: Map<string, string>
  /** What a dry run would have brought from hosts: sha1 by path. */
  readonly foreseen: Map<string, string | undefined>
  readonly clear: ClearFiles
}

export interface LocalPlace extends Standing {
  readonly scope: Scope
}

/** The controller's side of one task. */
export function openLocal(place: LocalPlace, { digests, downloads, archives, held, foreseen, clear }: Shared): Local {
  const kept = (file: ControllerFile): ControllerFile => {
    held.set(file.sha256, file.file)
    return file
  }
  return {
    find: async (kind, name) => findFile(kind, name, place),
    tree: treeOf,
    decrypted: (path) => clear.of(path),
    readText: readWhole,
    async readBytes(path) {
      try {
        return await readFile(path)
      } catch (cause) {
        throw cannotRead(path, cause)
      }
    },
    async file(path) {
      const { hex, size } = await digests.of(path, 'sha256')
      return kept({ file: path, size, sha256: hex })
    },
    async digest(of, algorithm) {
      if ('text' in of) return createHash(algorithm).update(of.text).digest('hex')
      return (await digests.of(of.file, algorithm)).hex
    },
    async mode(path) {
      try {
        return octal((await stat(path)).mode)
      } catch (cause) {
        throw cannotRead(path, cause)
      }
    },
    async render(path, options) {
      const source = await readWhole(options.decrypt === false ? path : await clear.of(path))
      return settled(() => render(source, path, options, place))
    },
    fetch: async (request) => kept(await downloads.fetch(request)),
    async checksum(algorithm, url, name, request) {
      const { file } = await downloads.fetch({ url, ...request })
      return checksumIn(await readWhole(file), algorithm, name, url)
    },
    async archive(name) {
      const digest = /^sha256:([0-9a-f]{64})$/.exec(name)?.[1]
      const path = digest === undefined ? name : held.get(digest)
      if (path === undefined) throw new KplayError('NOT_FOUND', `no task of this run has sent a file with ${name}`)
      const { hex } = await digests.of(path, 'sha256')
      const listing = archives.get(hex) ?? listArchive(path)
      archives.set(hex, listing)
      listing.catch(() => archives.delete(hex))
      return listing
    },
    host: nameOf(place.scope),
    outside: (name) => placeOutside(name, place.playbook),
    async kept(path) {
      if (foreseen.has(path)) return { kind: 'file', sha1: foreseen.get(path) ?? null, md5: null }
      const entry = statSync(path, { throwIfNoEntry: false })
      if (entry === undefined) return undefined
      if (!entry.isFile()) return { kind: 'dir', sha1: null, md5: null }
      const [sha1, md5] = await Promise.all([digests.of(path, 'sha1'), digests.of(path, 'md5')])
      return { kind: 'file', sha1: sha1.hex, md5: md5.hex }
    },
    foresee: (path, sha1) => void foreseen.set(path, sha1),
  }
}

function nameOf(scope: Scope): string {
  const name = scope.get('inventory_hostname')
  return typeof name === 'string' ? name : ''
}

function placeOutside(name: string, playbook: string): string {
  if (name === '~' || name.startsWith('~/')) return join(homedir(), name.slice(1))
  return resolve(dirname(playbook), name)
}

/** The first of the places where a name is; throws NOT_FOUND with all of them. */
export function findFile(kind: SearchKind, name: string, standing: Standing): string {
  const places = searchPlaces(kind, name, standing)
  const found = places.find((path) => existsSync(path))
  if (found === undefined) throw notFound(kind, name, places)
  return found
}

async function readWhole(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw cannotRead(path, cause)
  }
}

function render(source: string, path: string, options: RenderOptions, place: LocalPlace): string {
  const { trimBlocks, lstripBlocks, newlineSequence, markers, names } = options
  const given = Object.entries({ trimBlocks, lstripBlocks, newlineSequence, ...markers })
  const syntax = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  const layer = { name: 'template', vars: templateNames(path, names, place.scope) }
  const scope = new Scope([...place.scope.layers, layer], { ...place.scope.magic, lazy: templateTimes(path) })
  return renderText(source, scope, { ...syntax, file: path, load: (name) => loadTemplate(name, path, place) })
}

/** Included templates: by the search path, then beside the one that includes. */
function loadTemplate(name: string, from: string, place: LocalPlace): { file: string; source: string } | undefined {
  const { files } = place.scope.magic
  const found = [...searchPlaces('templates', name, place), join(dirname(from), name)].find((path) => existsSync(path))
  const source = found === undefined ? undefined : files?.readText(found)
  return found === undefined || source === undefined ? undefined : { file: found, source }
}

/** When the template was written and is rendered: one that uses the latter is never right already. */
const templateTimes = (path: string): NonNullable<Scope['magic']['lazy']> => ({
  template_mtime: () => DateTime.now(statSync(path).mtime, false),
  template_run_date: () => DateTime.now(new Date(), false),
})

/** The names that Ansible gives a template. */
function templateNames(path: string, names: RenderOptions['names'], scope: Scope): Vars {
  const own = {
    template_path: path,
    template_fullpath: path,
    template_host: hostname(),
    template_uid: ownerOf(path),
    ...(scope.has('ansible_managed') ? {} : { ansible_managed: 'Ansible managed' }),
    ...names,
  }
  return new Map(Object.entries(own).map(([name, value]): [string, Variable] => [name, { value: fromPlain(value) }]))
}

function ownerOf(path: string): string {
  const uid = statSync(path).uid
  const user = userInfo()
  return user.uid === uid ? user.username : String(uid)
}
