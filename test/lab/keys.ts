import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFile, keysFolder, knownHostsFile, sshConfigFile } from './places.ts'
import type { Guest } from './roster.ts'
import { legacyPort, users } from './roster.ts'
import { run } from './shell.ts'

async function makeKey(path: string, type: string): Promise<void> {
  if (existsSync(path)) return
  await mkdir(keysFolder, { recursive: true, mode: 0o700 })
  const size = type === 'rsa' ? ['-b', '2048'] : []
  await run`ssh-keygen -q -t ${type} ${size} -N '' -C kplay-lab -f ${path}`
}

/** The lab's own key pair, the same from one `up` to the next. */
export const clientKey = join(keysFolder, 'key')

/** Hosts keep their keys from one `up` to the next. Only SysV hosts have the RSA key that their old sshd needs. */
const keyTypes = ({ kind }: Guest): string[] => (kind === 'sysv' ? ['ed25519', 'ecdsa', 'rsa'] : ['ed25519', 'ecdsa'])

export const hostKeys = (guest: Guest): { type: string; path: string }[] =>
  keyTypes(guest).map((type) => ({ type, path: join(keysFolder, `${guest.name}_${type}`) }))

export async function makeKeys(guests: readonly Guest[]): Promise<void> {
  await makeKey(clientKey, 'ed25519')
  for (const guest of guests) for (const { type, path } of hostKeys(guest)) await makeKey(path, type)
}

async function knownHosts(guest: Guest): Promise<string> {
  const lines = hostKeys(guest).map(async ({ type, path }) => {
    const [algorithm, key] = (await readFile(`${path}.pub`, 'utf8')).split(' ')
    const names = [guest.name, guest.address]
    if (type === 'rsa') names.push(...names.map((name) => `[${name}]:${legacyPort}`))
    return `${names.join(',')} ${algorithm} ${key}\n`
  })
  return (await Promise.all(lines)).join('')
}

/** Writes what a client needs to log in: the private key, known_hosts and a configuration for `ssh -F`. */
export async function writeClientFiles(guests: readonly Guest[]): Promise<void> {
  await copyFile(clientKey, keyFile)
  await chmod(keyFile, 0o600)
  await copyFile(`${clientKey}.pub`, `${keyFile}.pub`)
  await writeFile(knownHostsFile, (await Promise.all(guests.map(knownHosts))).join(''))
  const hosts = guests.map(({ name, address }) => `Host ${name} ${address}\n  HostName ${address}\n`)
  await writeFile(
    sshConfigFile,
    `${hosts.join('')}Host *
  User root
  IdentityFile ${keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHostsFile}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
`,
  )
}

/** Who logs in with the lab's key: the path of the home folder and its owner. */
export const homes = ({ kind }: Guest): { home: string; uid: number }[] => [
  { home: 'root', uid: 0 },
  ...(kind === 'busybox' ? [] : users.map(({ name, uid }) => ({ home: `home/${name}`, uid }))),
]
