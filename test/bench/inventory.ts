import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostKeys } from '../lab/keys.ts'
import { keyFile } from '../lab/places.ts'
import { guestNamed } from '../lab/roster.ts'

/** A host as the tools know it. */
export interface Member {
  readonly name: string
  readonly address: string
  readonly port: number
  /** The host of the lab that answers there. */
  readonly guest: string
  readonly vars?: Readonly<Record<string, string | number>>
}

export type Groups = Readonly<Record<string, readonly Member[]>>

/** How the tools are told of the hosts, each in its own words. */
export interface Inventory {
  readonly groups: Groups
  readonly members: readonly Member[]
  readonly file: string
  readonly knownHosts: string
}

/** Writes an inventory for kplay and Ansible, and the hosts' keys. Only the first group's members need be whole. */
export async function writeInventory(folder: string, name: string, groups: Groups): Promise<Inventory> {
  const members = [...new Map(Object.values(groups).flatMap((group) => group.map((member) => [member.name, member])))]
  const unique = members.map(([, member]) => member)
  const line = ({ address, port, vars }: Member): string =>
    JSON.stringify({ ansible_host: address, ansible_port: port, ...vars })
  const text = [
    'all:',
    '  vars:',
    '    ansible_user: root',
    '    ansible_python_interpreter: /usr/bin/python3',
    '  hosts:',
    ...unique.map((member) => `    ${member.name}: ${line(member)}`),
    '  children:',
    ...Object.entries(groups).flatMap(([group, list]) => [
      `    ${group}:`,
      '      hosts:',
      ...list.map((member) => `        ${member.name}:`),
    ]),
    '',
  ].join('\n')
  const [file, knownHosts] = [join(folder, `${name}.yml`), join(folder, `${name}.known_hosts`)]
  await writeFile(file, text)
  await writeFile(knownHosts, (await Promise.all(unique.map(knownKeys))).join(''))
  return { groups, members: unique, file, knownHosts }
}

async function knownKeys({ address, port, guest }: Member): Promise<string> {
  const place = port === 22 ? address : `[${address}]:${port}`
  const keys = hostKeys(guestNamed(guest)).map(async ({ path }) => {
    const [algorithm, key] = (await readFile(`${path}.pub`, 'utf8')).split(' ')
    return `${place} ${algorithm} ${key}\n`
  })
  return (await Promise.all(keys)).join('')
}

/** What pyinfra knows of a host. */
export const pyinfraData = ({ address, port, vars }: Member, knownHosts: string): Record<string, string | number> => ({
  ssh_hostname: address,
  ssh_port: port,
  ssh_user: 'root',
  ssh_key: keyFile,
  ssh_known_hosts_file: knownHosts,
  ssh_strict_host_key_checking: 'yes',
  ...vars,
})
