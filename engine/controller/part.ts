import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { codeOf } from './files.ts'

/** A file that is still arriving. */
export interface Part {
  readonly path: string
  release(): Promise<void>
}

/**
 * Where a download gathers what comes. The name stays the same, so that a later run can go on with it; while another
 * process is at it, this one takes a name of its own.
 */
export async function claimPart(to: string): Promise<Part> {
  const lock = `${to}.lock`
  if ((await take(lock)) || (await takeOver(lock)))
    return { path: `${to}.part`, release: () => rm(lock, { force: true }) }
  const own = `${to}.${process.pid}.part`
  return { path: own, release: () => rm(own, { force: true }) }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** A lock whose owner is gone is nobody's. */
async function takeOver(lock: string): Promise<boolean> {
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''))
  if (owner > 0 && owner !== process.pid && isAlive(owner)) return false
  await rm(lock, { force: true })
  return take(lock)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

export interface Resume {
  readonly size: number
  readonly etag: string | undefined
}

/** What is there to go on with: a part whose ETag is known, or any part when a digest will be checked afterwards. */
export async function resumable(part: string, checked: boolean): Promise<Resume | undefined> {
  const size = await stat(part).then(
    (stats) => stats.size,
    () => 0,
  )
  const etag = (await readFile(`${part}.etag`, 'utf8').catch(() => '')) || undefined
  return size > 0 && (checked || etag !== undefined) ? { size, etag } : undefined
}

/** Only a strong ETag says that bytes are the same (RFC 9110, 8.8.1). */
export const noteEtag = (part: string, etag: string | undefined): Promise<void> =>
  writeFile(`${part}.etag`, etag === undefined || etag.startsWith('W/') ? '' : etag, { mode: 0o600 })

/** Gives a part that is whole its name: durable before it is there. */
export async function settlePart(part: string, to: string): Promise<void> {
  const file = await open(part, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, to)
  await rm(`${part}.etag`, { force: true })
}
