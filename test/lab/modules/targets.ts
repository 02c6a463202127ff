import './lab-of-its-own.ts'
import { host } from '../host.ts'
import { keyFile } from '../places.ts'
import { users } from '../roster.ts'
import type { Kind } from './scenario.ts'

/** A host of the inventory: a machine of the lab, and a way to be root there. */
export interface Target {
  readonly name: string
  readonly machine: string
  readonly kind: Kind
  readonly vars: Readonly<Record<string, unknown>>
}

const passwordOf = (user: string): string | undefined => users.find(({ name }) => name === user)?.password

export const targets: readonly Target[] = [
  { name: 'systemd', machine: 'bare1', kind: 'systemd', vars: { fstype: 'ext4' } },
  {
    name: 'sudo',
    machine: 'bare2',
    kind: 'systemd',
    vars: { ansible_user: 'op', ansible_become: true, fstype: 'xfs' },
  },
  {
    name: 'sysv',
    machine: 'sysv1',
    kind: 'sysv',
    vars: { ansible_user: 'pw', ansible_become: true, ansible_become_password: passwordOf('pw'), fstype: 'ext4' },
  },
  { name: 'busybox', machine: 'busybox1', kind: 'busybox', vars: {} },
]

/** What a shell, an option parser, a pattern or a template could take for its own; it is the name of a file, too. */
export const odd = `- it's "x" $(touch pwned) \`touch pwned\` $HOME *?[a] \\n ünï☃ #% ~;|&<>!`

export const inventory = (vars: Readonly<Record<string, unknown>>): object => ({
  all: {
    vars: { ...vars, odd, on: ['systemd', 'sysv', 'busybox'], ansible_ssh_private_key_file: keyFile },
    hosts: Object.fromEntries(
      targets.map(({ name, machine, kind, vars: own }) => [
        name,
        { ansible_host: host(machine).address, ansible_user: 'root', kind, ...own },
      ]),
    ),
  },
})
