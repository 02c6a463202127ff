import { spawn } from 'node:child_process'
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { removeGroups } from './cgroup.ts'
import { attachDisk, detachDisks, makeDisk } from './disk.ts'
import { hostFolder, rootFolder, runFolder } from './places.ts'
import type { Mark } from './processes.ts'
import { childrenOf, endProcess, isAlive, markOf } from './processes.ts'
import type { Guest } from './roster.ts'
import { writeInit, writeSettings } from './settings.ts'
import { noteOverlay, writeSupervisor } from './supervisor.ts'
import { attempt, environment, poll, run } from './shell.ts'

const recordFile = (name: string): string => join(runFolder, `${name}.json`)

/** The process that keeps a host going; undefined when the host is off. */
export function supervisorOf(name: string): Mark | undefined {
  if (!existsSync(recordFile(name))) return undefined
  const mark = JSON.parse(readFileSync(recordFile(name), 'utf8')) as Mark
  return isAlive(mark) ? mark : undefined
}

/** The host's process 1, as the outer machine sees it: the child of systemd-nspawn, itself a child of the supervisor. */
export function initOf(name: string): Mark | undefined {
  const supervisor = supervisorOf(name)
  const [init] = supervisor ? childrenOf(supervisor.pid).flatMap(childrenOf) : []
  return init === undefined ? undefined : markOf(init)
}

/** Gives a host that is off an empty data disk and a file system as the image has it. */
export async function makeFresh(guest: Guest, gigabytes?: number): Promise<void> {
  const folder = hostFolder(guest.name)
  await rm(folder, { recursive: true, force: true })
  for (const part of ['upper', 'work', 'root']) await mkdir(join(folder, part), { recursive: true })
  await makeDisk(guest.name, gigabytes)
  await run`mount -t overlay overlay -o ${await noteOverlay(guest)} ${rootFolder(guest.name)}`
  try {
    await writeSettings(guest)
  } finally {
    await run`umount ${rootFolder(guest.name)}`
  }
}

/**
 * Starts a host that is off, with what it has on its disks, and waits until its sshd answers.
 * @throws Error with the last lines of its console when it does not within a minute
 */
export async function start(guest: Guest): Promise<void> {
  const { name, address } = guest
  if (supervisorOf(name)) return
  await rm(recordFile(name), { force: true })
  await unmount(name)
  await removeGroups(name)
  const disk = await attachDisk(name)
  const script = await writeSupervisor(guest, disk, await writeInit(guest, disk))
  const console = openSync(join(hostFolder(name), 'console.log'), 'a')
  const child = spawn('/bin/sh', [script], {
    detached: true,
    stdio: ['ignore', console, console],
    env: environment,
    cwd: '/',
  })
  child.unref()
  closeSync(console)
  const mark = child.pid === undefined ? undefined : markOf(child.pid)
  if (mark) await writeFile(recordFile(name), JSON.stringify(mark))
  const isUp = await poll(60_000, async () => (supervisorOf(name) ? answersSsh(address) : 'off'))
  if (isUp !== true) throw new Error(`${name} does not come up; its console says:\n${consoleTail(name)}`)
}

/** The last lines of what a host wrote to its console. */
export function consoleTail(name: string, lines = 15): string {
  const file = join(hostFolder(name), 'console.log')
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '(nothing)'
}

/** Whether a server at that address says SSH's first line within two seconds. */
export function answersSsh(address: string, port = 22): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: 2000 })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (text) => end(text.toString('latin1').startsWith('SSH-')))
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false))
  })
}

/** Ends a host as a power cut does: its process 1 is killed, and with it all others. Its disks stay as they are. */
export async function stop(name: string): Promise<void> {
  const init = initOf(name)
  if (init) endProcess(init)
  const isOff = await poll(init ? 10_000 : 0, () => !supervisorOf(name))
  const supervisor = supervisorOf(name)
  if (!isOff && supervisor) {
    for (const pid of childrenOf(supervisor.pid)) {
      const mark = markOf(pid)
      if (mark) endProcess(mark)
    }
    endProcess(supervisor)
  }
  await removeGroups(name)
  await rm(recordFile(name), { force: true })
}

async function unmount(name: string): Promise<void> {
  const root = rootFolder(name)
  if (!existsSync(root)) return
  while ((await attempt`mountpoint -q ${root}`).exitCode === 0) {
    if ((await attempt`umount ${root}`).exitCode !== 0) await run`umount --lazy ${root}`
  }
}

/** Stops a host and removes all it had. */
export async function remove(name: string): Promise<void> {
  await stop(name)
  await detachDisks(name)
  await unmount(name)
  await rm(hostFolder(name), { recursive: true, force: true })
}
