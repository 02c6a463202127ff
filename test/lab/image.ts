import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianMirror } from './machine.ts'
import { debsFolder, imagesFolder, labCache } from './places.ts'
import { recipes } from './recipes.ts'
import type { Recipe } from './recipes.ts'
import type { Kind } from './roster.ts'
import { attempt, environment, run, seconds } from './shell.ts'
import type { Say } from './shell.ts'

const suite = 'trixie'

/** An image's folder carries a digest of its recipe: a recipe that changes is built anew. */
function imageName(kind: Kind): string {
  const recipe = recipes[kind]
  const text = JSON.stringify([suite, recipe, recipe.base && imageName(recipe.base)])
  return `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

const imageFolder = (kind: Kind): string => join(imagesFolder, imageName(kind))

/** The folders that make up a kind's file system, uppermost first, as overlayfs wants them. */
export function imageLayers(kind: Kind): string[] {
  const { base } = recipes[kind]
  if (kind === 'busybox') return [join(imageFolder(kind), 'box')]
  return base ? [imageFolder(kind), ...imageLayers(base)] : [imageFolder(kind)]
}

/** Builds the images that are absent, one after the other; each appears under its name only when it is whole. */
export async function buildImages(kinds: Iterable<Kind>, say: Say): Promise<void> {
  for (const kind of kinds) await buildImage(kind, say)
}

async function buildImage(kind: Kind, say: Say): Promise<void> {
  const folder = imageFolder(kind)
  if (existsSync(folder)) return
  const { base } = recipes[kind]
  if (base) await buildImage(base, say)
  const since = performance.now()
  say(`image ${kind}: building (once)`)
  const partial = `${folder}.partial`
  await clear(partial)
  await mkdir(partial, { recursive: true })
  await (base ? buildOver(base, partial, recipes[kind]) : buildFresh(partial, recipes[kind]))
  await rename(partial, folder)
  await removeOlder(kind)
  say(`image ${kind}: built in ${seconds(since)}`)
}

async function buildFresh(folder: string, recipe: Recipe): Promise<void> {
  const { url, proxy } = await debianMirror()
  await mkdir(debsFolder, { recursive: true })
  const choices = [`--cache-dir=${debsFolder}`, '--variant=minbase', `--include=${(recipe.include ?? []).join(',')}`]
  if (recipe.exclude) choices.push(`--exclude=${recipe.exclude.join(',')}`)
  await run({ env: { ...environment, ...proxy } })`debootstrap ${choices} ${suite} ${folder} ${url}`
  await runInside(folder, recipe.script)
}

/** The image above another one is what its script changes there: the upper layer of an overlay. */
async function buildOver(base: Kind, folder: string, recipe: Recipe): Promise<void> {
  const [work, root] = [`${folder}.work`, `${folder}.root`]
  await run`mkdir -p ${work} ${root}`
  const options = `lowerdir=${imageLayers(base).join(':')},upperdir=${folder},workdir=${work}`
  await run`mount -t overlay overlay -o ${options} ${root}`
  try {
    await runInside(root, recipe.script)
  } finally {
    await run`umount ${root}`
    await run`rm -rf ${work} ${root}`
  }
}

/** Runs a recipe's script in the image, where for that time apt reaches the mirror and starts no service. */
async function runInside(root: string, script: string): Promise<void> {
  const { url, proxy } = await debianMirror()
  const [policy, names, sources] = ['usr/sbin/policy-rc.d', 'etc/resolv.conf', 'etc/apt/sources.list'].map((path) =>
    join(root, path),
  ) as [string, string, string]
  const recipe = '/root/recipe.sh'
  const before = await attempt`cat ${sources}`
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  await writeFile(sources, `deb ${url} ${suite} main\n`)
  await run`cp /etc/resolv.conf ${names}`
  await run`mount -t proc proc ${join(root, 'proc')}`
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', ...proxy }
  try {
    if (/apt-get (install|download)/.test(script)) await run({ env })`chroot ${root} apt-get -q update`
    await writeFile(join(root, recipe), script)
    await run({ env })`chroot ${root} /bin/sh -e ${recipe}`
  } finally {
    await run`umount ${join(root, 'proc')}`
    await run`rm -f ${policy} ${names} ${join(root, recipe)}`
  }
  if (!script.includes('> /etc/apt/sources.list')) await writeFile(sources, before.stdout)
}

/** Removes the images that earlier recipes made, unless a host stands on one. */
async function removeOlder(kind: Kind): Promise<void> {
  const older = (await readdir(imagesFolder)).filter((name) => name.startsWith(`${kind}-`) && name !== imageName(kind))
  const overlays = (await attempt`sh -c ${'cat "$1"/hosts*/*/overlay'} sh ${labCache}`).stdout
  for (const name of older) if (!overlays.includes(name)) await clear(join(imagesFolder, name))
}

/** Removes a folder, and first what a build that was cut off left mounted there. */
async function clear(folder: string): Promise<void> {
  for (const path of [join(folder, 'proc'), join(`${folder}.root`, 'proc'), `${folder}.root`]) {
    await attempt`mountpoint -q ${path} && umount ${path}`
  }
  for (const path of [folder, `${folder}.root`, `${folder}.work`]) await rm(path, { recursive: true, force: true })
}
