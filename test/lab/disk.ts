import { existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { hostFolder, hostsFolder, rootFolder } from './places.ts'
import { attempt, poll, run } from './shell.ts'

const gigabyte = 1024 ** 3

const imageFile = (name: string): string => join(hostFolder(name), 'disk.img')

interface Loop {
  readonly device: string
  readonly file: string
  /** `major:minor` of the file system the file is on. */
  readonly on: string
}

async function loops(): Promise<Loop[]> {
  const list = await attempt`losetup --list --noheadings --raw --output NAME,BACK-MAJ:MIN,BACK-FILE`
  return list.stdout.split('\n').flatMap((line) => {
    const [, device, on, file] = /^(\S+) (\S+) (.*)$/.exec(line) ?? []
    return device && on && file ? [{ device, on, file }] : []
  })
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
  const attached = (await loops()).find(({ file }) => file === imageFile(name))
  return attached?.device ?? (await run`losetup --find --show ${imageFile(name)}`).stdout.trim()
}

/** `major:minor` of a host's mounted overlay: loop devices that the host itself made rest on it. */
function overlayNumber(name: string): string {
  if (!existsSync(rootFolder(name))) return 'none'
  const { dev } = statSync(rootFolder(name))
  return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`
}

/** Detaches a stopped host's data disk, and the loop devices that the host left behind. Call it before the overlay goes. */
export async function detachDisks(name: string): Promise<void> {
  const number = existsSync(join(hostFolder(name), 'upper')) ? overlayNumber(name) : 'none'
  const outer = statSync(hostsFolder()).dev
  const foreign = existsSync(rootFolder(name)) && statSync(rootFolder(name)).dev !== outer
  const isOf = (loop: Loop): boolean => loop.file.startsWith(`${hostFolder(name)}/`) || (foreign && loop.on === number)
  // A file system that a dying host had mounted holds its device for a moment longer.
  await poll(10_000, async () => {
    const left = (await loops()).filter(isOf)
    for (const { device } of left) await attempt`losetup --detach ${device}`
    return left.length === 0
  })
}
