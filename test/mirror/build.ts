import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Archive } from './archive.ts'
import { digestFile, writeChecksums } from './checksums.ts'
import { withLock } from './lock.ts'
import { emptyFolder, pack } from './pack.ts'
import { mirrorFolders, textsFolder, type MirrorFolders } from './places.ts'
import { plans, type Plan } from './plans.ts'
import { ensureTools } from './tools.ts'

/** What is known of a finished archive. */
export interface BuiltArchive {
  readonly name: string
  readonly version: string
  readonly path: string
  readonly folder: string
  readonly sha256: string
  readonly sha512: string
  readonly note?: string
}

interface Record {
  readonly recipe: string
  readonly built: BuiltArchive
}

export interface BuiltMirror {
  /** The folder to serve. */
  readonly www: string
  readonly archives: readonly BuiltArchive[]
}

/**
 * Builds what is missing or outdated and leaves the rest alone.
 * @param say is told each step, a line at a time
 * @param options `all`: also what takes long and few need; once built it is kept up to date like the rest
 */
export async function buildMirror(
  say: (line: string) => void = () => {},
  { all = false }: { readonly all?: boolean } = {},
): Promise<BuiltMirror> {
  const folders = mirrorFolders()
  await mkdir(folders.mirror, { recursive: true })
  const wanted = plans.filter((plan) => all || !plan.onlyWhenAsked || existsSync(recordOf(plan, folders)))
  return withLock(join(folders.mirror, 'build.lock'), say, () => buildPlans(wanted, folders, say))
}

async function buildPlans(
  wanted: readonly Plan[],
  folders: MirrorFolders,
  say: (line: string) => void,
): Promise<BuiltMirror> {
  const archives: BuiltArchive[] = []
  for (const plan of wanted) archives.push(await buildOnce(plan, folders, say))
  await writeLists(archives, folders)
  await rm(folders.work, { recursive: true, force: true })
  await rm(folders.apt, { recursive: true, force: true })
  return { www: folders.www, archives }
}

const recordOf = ({ name }: Plan, { mirror }: MirrorFolders): string =>
  join(mirror, 'built', `${name.replaceAll('/', '-')}.json`)

async function buildOnce(plan: Plan, folders: MirrorFolders, say: (line: string) => void): Promise<BuiltArchive> {
  const { name } = plan
  const recipe = await recipeOf(plan.source)
  const recordPath = recordOf(plan, folders)
  const known = await readRecord(recordPath)
  if (known?.recipe === recipe && existsSync(join(folders.www, known.built.path))) return known.built

  say(`building ${name}`)
  await ensureTools()
  const archive = await plan.define(folders, say)
  const parent = await emptyFolder(join(folders.work, name))
  const target = await emptyFolder(join(parent, archive.folder))
  await archive.fill(target, folders)
  const path = join(folders.www, archive.path)
  if (known !== undefined && known.built.path !== archive.path)
    await remove(join(folders.www, known.built.path), archive)
  await pack(parent, archive.folder, path, archive.date)
  await writeChecksums(path, archive.checksums)
  for (const alias of archive.aliases ?? []) await linkAlias(path, join(folders.www, alias), archive)

  const { version, folder, note } = archive
  const digests = { sha256: await digestFile(path, 'sha256'), sha512: await digestFile(path, 'sha512') }
  const built: BuiltArchive = {
    name,
    version,
    path: archive.path,
    folder,
    ...digests,
    ...(note === undefined ? {} : { note }),
  }
  await mkdir(dirname(recordPath), { recursive: true })
  await writeFile(recordPath, JSON.stringify({ recipe, built } satisfies Record, undefined, 2))
  return built
}

async function linkAlias(path: string, alias: string, archive: Archive): Promise<void> {
  await rm(alias, { force: true })
  await link(path, alias)
  await writeChecksums(alias, archive.checksums)
}

/** Takes an archive of an earlier version away. */
async function remove(path: string, { checksums }: Archive): Promise<void> {
  const endings = ['', ...Object.keys(checksums).map((algorithm) => `.${algorithm}`)]
  for (const ending of endings) await rm(`${path}${ending}`, { force: true })
}

async function readRecord(path: string): Promise<Record | undefined> {
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Record) : undefined
}

/** A digest over everything in this repository that archives of one source file are made from. */
async function recipeOf(source: string): Promise<string> {
  const texts = join(textsFolder(), source)
  const entries = existsSync(texts) ? await readdir(texts, { recursive: true, withFileTypes: true }) : []
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const code = [source, 'archive', 'checksums', 'maven', 'pack'].map((name) =>
    join(dirname(textsFolder()), `${name}.ts`),
  )
  const hash = createHash('sha256')
  for (const file of [...code, ...files.sort()]) hash.update(`\0${basename(file)}\0`).update(await readFile(file))
  return hash.digest('hex')
}

/**
 * `sums.json` (and `peers/sums.json`): archive without its ending → sha256, as `-e @sums.json` reads it.
 * `vars.json`: all that is known of each archive, as variables for a playbook.
 */
async function writeLists(archives: readonly BuiltArchive[], { www }: MirrorFolders): Promise<void> {
  const sums = (wanted: readonly BuiltArchive[]) => ({
    sums: Object.fromEntries(
      wanted.map(({ path, sha256 }) => [basename(path).replace(/\.(tgz|tar\.gz)$/, ''), sha256]),
    ),
  })
  const isPeer = ({ name }: BuiltArchive) => name.startsWith('peers/')
  const real = archives.filter((archive) => !isPeer(archive))
  await writeJson(join(www, 'sums.json'), sums(real))
  await writeJson(join(www, 'peers/sums.json'), sums(archives.filter(isPeer)))
  await writeJson(join(www, 'vars.json'), {
    mirror_archives: Object.fromEntries(real.map(({ name, ...rest }) => [name, rest])),
  })
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.partial`, `${JSON.stringify(value, undefined, 2)}\n`)
  await rename(`${path}.partial`, path)
}
