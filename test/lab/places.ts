import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Everything that may be kept from one run to the next: one folder, moved by one variable. */
export const cacheFolder = resolve(
  process.env['KPLAY_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kplay'),
)

/** A machine may have several labs side by side, each with a number of its own; 99 is the usual one. */
export const labNumber = Number(process.env['KPLAY_LAB'] || 99)
if (!Number.isInteger(labNumber) || labNumber < 1 || labNumber > 99) {
  throw new Error('KPLAY_LAB, the number of the lab, must be from 1 to 99')
}
const suffix = labNumber === 99 ? '' : `-${labNumber}`

/** The lab's part of the cache: `images/`, `debs/`, `keys/` stay; `hosts/` lives from `up` to `down`. */
export const labCache = join(cacheFolder, 'lab')
export const imagesFolder = join(labCache, 'images')
export const debsFolder = join(labCache, 'debs')
export const keysFolder = join(labCache, 'keys')

export const ownHosts = join(labCache, `hosts${suffix}`)

/** What a running lab says about itself, at one place whatever the cache. */
export const runFolder = `/run/kplay-lab${suffix}`

export const lockFile = `${runFolder}.lock`

/** The outer machine's kernel values as they were before `up`. */
export const kernelFile = join(runFolder, 'kernel.json')
export const keyFile = join(runFolder, 'key')
export const rsaKeyFile = join(runFolder, 'key_rsa')
export const knownHostsFile = join(runFolder, 'known_hosts')
export const sshConfigFile = join(runFolder, 'ssh_config')

/** A link to the hosts' folder, so that `down` also finds a lab that was started with another cache. */
export const hostsLink = join(runFolder, 'hosts')

/** The folder of all hosts' disks and overlays: of the running lab, else of this cache. */
export function hostsFolder(): string {
  return existsSync(hostsLink) ? realpathSync(hostsLink) : ownHosts
}

export const hostFolder = (name: string): string => join(hostsFolder(), name)
export const rootFolder = (name: string): string => join(hostFolder(name), 'root')
