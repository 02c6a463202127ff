import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { hostFolder, rootFolder } from './places.ts'
import { attempt, poll, run } from './shell.ts'

const gigabyte = 1024 ** 3

const imageFile = (name: string): string => join(hostFolder(name), 'disk.img')

interface Loop {
  readonly name: string
  readonly 'back-file': string | null
  /** `major:minor` of the file system the file is on. */
  readonly 'back-maj:min': string
}

/** As JSON: the raw table pads its columns with escaped blanks. */
async function loops(): Promise<Loop[]> {
  const { stdout } = await attempt`losetup --list --json --output NAME,BACK-MAJ:MIN,BACK-FILE`
  return stdout.trim() ? (JSON.parse(stdout) as { loopdevices: Loop[] }).loopdevices : []
}

/** Makes the host's data disk, sparse and empty, unless it has one. */
export async function makeDisk(name: string, gigabytes = 4): Promise<void> {
  if (existsSync(imageFile(name))) return
  const file = await open(imageFile(name), 'w')
  await file.truncate(gigabytes * gigabyte)
  await file.close()
}

/**
 * Attaches the data disk.
 * @returns the loop device, such as `/dev/loop3`
 */
export async function attachDisk(name: string): Promise<string> {
  const attached = (await loops()).find((loop) => loop['back-file'] === imageFile(name))
  return attached?.name ?? (await run`losetup --find --show ${imageFile(name)}`).stdout.trim()
}

/** `major:minor` of a host's overlay while it is mounted: loop devices that the host itself made rest on it. */
function overlayNumber(name: string): string | undefined {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.map((line) => line.split(' ')).find((fields) => fields[4] === rootFolder(name))?.[2]
}

/** Detaches a stopped host's data disk, and the loop devices that the host left behind. Call it before the overlay goes. */
export async function detachDisks(name: string): Promise<void> {
  const number = overlayNumber(name)
  const isOf = (loop: Loop): boolean =>
    loop['back-file']?.startsWith(`${hostFolder(name)}/`) || loop['back-maj:min'].trim() === number
  // A file system that a dying host had mounted holds its device for a moment longer.
  await poll(10_000, async () => {
    const left = (await loops()).filter(isOf)
    for (const loop of left) await attempt`losetup --detach ${loop.name}`
    return left.length === 0
  })
}
