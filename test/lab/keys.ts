import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFile, keysFolder, knownHostsFile, rsaKeyFile, sshConfigFile } from './places.ts'
import type { Guest } from './roster.ts'
import { legacyPort, users } from './roster.ts'
import { run } from './shell.ts'

async function makeKey(path: string, type: string): Promise<void> {
  if (existsSync(path)) return
  await mkdir(keysFolder, { recursive: true, mode: 0o700 })
  const size = type === 'rsa' ? ['-b', '2048'] : []
  await run`ssh-keygen -q -t ${type} ${size} -N '' -C kplay-lab -f ${path}`
}

/** The lab's own key pairs, the same from one `up` to the next. The old sshd takes the RSA one only. */
export const clientKeys = ['ed25519', 'rsa'].map((type) => join(keysFolder, `client_${type}`))

/** Hosts keep their keys from one `up` to the next. Only SysV hosts have the RSA key that their old sshd needs. */
const keyTypes = ({ kind }: Guest): string[] => (kind === 'sysv' ? ['ed25519', 'ecdsa', 'rsa'] : ['ed25519', 'ecdsa'])

export const hostKeys = (guest: Guest): { type: string; path: string }[] =>
  keyTypes(guest).map((type) => ({ type, path: join(keysFolder, `${guest.name}_${type}`) }))

export async function makeKeys(guests: readonly Guest[]): Promise<void> {
  for (const path of clientKeys) await makeKey(path, path.replace(/.*_/, ''))
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

/** The text of authorized_keys. */
export const authorizedKeys = async (): Promise<string> =>
  (await Promise.all(clientKeys.map((path) => readFile(`${path}.pub`, 'utf8')))).join('')

/** Algorithms that today's ssh offers to an old sshd only when told to. */
const legacy = `  HostKeyAlgorithms +ssh-rsa
  PubkeyAcceptedAlgorithms +ssh-rsa
  KexAlgorithms +diffie-hellman-group14-sha1
  Port ${legacyPort}
`

function sshConfig(guests: readonly Guest[]): string {
  const hosts = guests.flatMap(({ name, address, kind }) => {
    const own = `Host ${name} ${address}\n  HostName ${address}\n`
    return kind === 'sysv' ? [own, `Host ${name}-legacy\n  HostName ${address}\n${legacy}`] : [own]
  })
  const files = [keyFile, rsaKeyFile].map((path) => `  IdentityFile ${path}\n`)
  return `${hosts.join('')}Host *
  User root
${files.join('')}  IdentitiesOnly yes
  UserKnownHostsFile ${knownHostsFile}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`
}

/** Writes what a client needs to log in: the private keys, known_hosts and a configuration for `ssh -F`. */
export async function writeClientFiles(guests: readonly Guest[]): Promise<void> {
  for (const [index, path] of [keyFile, rsaKeyFile].entries()) {
    const source = clientKeys[index] ?? ''
    await copyFile(source, path)
    await chmod(path, 0o600)
    await copyFile(`${source}.pub`, `${path}.pub`)
  }
  await writeFile(knownHostsFile, (await Promise.all(guests.map(knownHosts))).join(''))
  await writeFile(sshConfigFile, sshConfig(guests))
}

/** Who logs in with the lab's key: the path of the home folder and its owner. */
export const homes = ({ kind }: Guest): { home: string; uid: number }[] => [
  { home: 'root', uid: 0 },
  ...(kind === 'busybox' ? [] : users.map(({ name, uid }) => ({ home: `home/${name}`, uid }))),
]
