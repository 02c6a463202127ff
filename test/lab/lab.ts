import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { answersSsh, makeFresh, remove, start, supervisorOf } from './boot.ts'
import { removeGroups } from './cgroup.ts'
import { host } from './host.ts'
import type { Host } from './host.ts'
import { buildImages } from './image.ts'
import { noteKernelValues, raiseLimits, restoreKernelValues } from './kernel.ts'
import { makeKeys, writeClientFiles } from './keys.ts'
import { locked } from './lock.ts'
import { installPackages, labProblem } from './machine.ts'
import { dropBridge, machineName, raiseBridge } from './net.ts'
import { hostsFolder, hostsLink, labCache, lockFile, ownHosts, runFolder } from './places.ts'
import { guestNamed } from './roster.ts'
import type { Guest } from './roster.ts'
import { attempt, seconds } from './shell.ts'
import type { Say } from './shell.ts'

const silent: Say = () => undefined

/** The names of all hosts the lab has, running or off. */
export const names = (): string[] => (existsSync(hostsFolder()) ? readdirSync(hostsFolder()).sort() : [])

/**
 * Sees to it that these hosts run: those that do stay as they are, the others boot with fresh disks. What a crashed
 * lab left behind is cleaned first.
 * @throws Error with one line when this machine cannot have the lab
 */
export async function up(wanted: readonly string[], say: Say = silent): Promise<Host[]> {
  const guests = wanted.map(guestNamed)
  const problem = labProblem()
  if (problem) throw new Error(problem)
  return locked(lockFile, async () => {
    await installPackages(say)
    if (!names().some(supervisorOf)) await clean()
    if (existsSync(hostsLink) && hostsFolder() !== ownHosts) {
      throw new Error(`this lab is up with another cache (${hostsFolder()}): run down first`)
    }
    await mkdir(runFolder, { recursive: true, mode: 0o755 })
    await mkdir(ownHosts, { recursive: true })
    if (!existsSync(hostsLink)) await symlink(ownHosts, hostsLink)
    await raiseBridge()
    noteKernelValues()
    raiseLimits()
    const fresh = guests.filter(({ name }) => !supervisorOf(name))
    await locked(join(labCache, 'lock'), async () => {
      await buildImages(new Set(guests.map(({ kind }) => kind)), say)
      await makeKeys(fresh)
    })
    const since = performance.now()
    await Promise.all(fresh.map(bootFresh))
    await writeClientFiles(names().map(guestNamed))
    if (fresh.length) say(`${fresh.map(({ name }) => name).join(' ')}: up in ${seconds(since)}`)
    return wanted.map(host)
  })
}

async function bootFresh(guest: Guest): Promise<void> {
  await remove(guest.name)
  await makeFresh(guest)
  await start(guest)
}

/** Gives a host fresh disks and boots it: within seconds it is as bare as after the first `up`. */
export async function reset(name: string): Promise<Host> {
  const guest = guestNamed(name)
  if (!names().includes(name)) throw new Error(`${name} is not in the lab: bring it up first`)
  await bootFresh(guest)
  return host(name)
}

/** Ends and removes all that the lab made outside its cache, also what a crashed one left. */
export async function down(say: Say = silent): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the lab needs root')
  const since = performance.now()
  await locked(lockFile, clean)
  say(`down in ${seconds(since)}`)
}

async function clean(): Promise<void> {
  await Promise.all(names().map(remove))
  await removeGroups()
  await dropBridge()
  restoreKernelValues()
  await rm(hostsFolder(), { recursive: true, force: true })
  await rm(runFolder, { recursive: true, force: true })
  // systemd-nspawn leaves its own folders; they go when nobody else has anything there.
  for (const part of [`propagate/${machineName('*')}`, 'propagate', 'locks', '']) {
    await attempt`sh -c ${`rmdir /run/systemd/nspawn/${part}`}`
  }
}

export interface Status extends Guest {
  readonly state: 'up' | 'silent' | 'off'
}

/** How each host is: `silent` runs, but its sshd does not answer. */
export async function status(): Promise<Status[]> {
  return Promise.all(
    names().map(async (name) => {
      const guest = guestNamed(name)
      if (!supervisorOf(name)) return { ...guest, state: 'off' as const }
      return { ...guest, state: (await answersSsh(guest.address)) ? ('up' as const) : ('silent' as const) }
    }),
  )
}
