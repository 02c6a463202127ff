import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Everything that may be kept from one run to the next: one folder, moved by one variable. */
export const cacheFolder = resolve(
  process.env['KPLAY_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kplay'),
)

/** The lab's part of the cache: `images/`, `debs/`, `keys/` stay; `hosts/` lives from `up` to `down`. */
export const labCache = join(cacheFolder, 'lab')
export const imagesFolder = join(labCache, 'images')
export const debsFolder = join(labCache, 'debs')
export const keysFolder = join(labCache, 'keys')

/** What a running lab says about itself, at one place whatever the cache: there is one lab on a machine. */
export const runFolder = '/run/kplay-lab'
export const keyFile = join(runFolder, 'key')
export const rsaKeyFile = join(runFolder, 'key_rsa')
export const knownHostsFile = join(runFolder, 'known_hosts')
export const sshConfigFile = join(runFolder, 'ssh_config')

/** A link to the hosts' folder, so that `down` also finds a lab that was started with another cache. */
export const hostsLink = join(runFolder, 'hosts')

/** The folder of all hosts' disks and overlays: of the running lab, else of this cache. */
export function hostsFolder(): string {
  return existsSync(hostsLink) ? realpathSync(hostsLink) : join(labCache, 'hosts')
}

export const hostFolder = (name: string): string => join(hostsFolder(), name)
export const rootFolder = (name: string): string => join(hostFolder(name), 'root')
