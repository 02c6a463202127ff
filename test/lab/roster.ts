import { labNumber } from './places.ts'

/** What a host boots: `debian` has systemd; `ansible` is that with Python and Ansible; `sysv` and `busybox` have no systemd. */
export type Kind = 'debian' | 'ansible' | 'sysv' | 'busybox'

export interface Guest {
  readonly name: string
  readonly kind: Kind
  readonly address: string
}

/** The lab with the number 99 has 10.99.0.0/24. */
export const network = `10.${labNumber}.0`
export const outerAddress = `${network}.1`
export const bridge = `kplay${labNumber}`

/** The port of the second sshd on SysV hosts, which offers only what CentOS 6's OpenSSH 5.3 does. */
export const legacyPort = 2222

const families: Record<string, { kind: Kind; first: number; count: number }> = {
  test: { kind: 'debian', first: 10, count: 20 },
  sysv: { kind: 'sysv', first: 30, count: 9 },
  busybox: { kind: 'busybox', first: 40, count: 9 },
  bare: { kind: 'debian', first: 50, count: 19 },
  ansible: { kind: 'ansible', first: 70, count: 9 },
}

/** The odd hosts of `up --odd`. */
export const oddNames = ['sysv1', 'busybox1']

/** The names in every host's /etc/hosts, alike on all of them, whether such a host runs or not. */
export const knownNames = [
  ...Array.from({ length: 9 }, (_, index) => `test${index + 1}`),
  ...Array.from({ length: 9 }, (_, index) => `bare${index + 1}`),
  ...['sysv1', 'sysv2', 'busybox1', 'busybox2', 'ansible1', 'ansible2'],
]

export const testNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `test${index + 1}`)

/**
 * A host's kind and address follow from its name: test3 is 10.99.0.13.
 * @throws Error for a name of no family, or a number beyond it
 */
export function guestNamed(name: string): Guest {
  const [, prefix = '', digits = ''] = /^([a-z]+)([1-9][0-9]?)$/.exec(name) ?? []
  const family = families[prefix]
  const number = Number(digits)
  if (!family || number < 1 || number > family.count) {
    const names = Object.entries(families).map(([key, { count }]) => `${key}1-${key}${count}`)
    throw new Error(`the lab knows no host ${name}: the names are ${names.join(', ')}`)
  }
  return { name, kind: family.kind, address: `${network}.${family.first + number}` }
}

export interface User {
  readonly name: string
  readonly uid: number
  readonly password: string
  /** Lines of /etc/sudoers.d/NAME; none means that sudo refuses. */
  readonly sudo: readonly string[]
}

/** The users of every Debian and SysV host (busybox has root alone). The lab's key logs in as each of them. */
export const users: readonly User[] = [
  { name: 'op', uid: 1001, password: 'op-lab', sudo: ['op ALL=(ALL:ALL) NOPASSWD: ALL'] },
  { name: 'pw', uid: 1002, password: 'pw-lab', sudo: ['pw ALL=(ALL:ALL) ALL'] },
  { name: 'plain', uid: 1003, password: 'plain-lab', sudo: [] },
  { name: 'tty', uid: 1004, password: 'tty-lab', sudo: ['Defaults:tty requiretty', 'tty ALL=(ALL:ALL) NOPASSWD: ALL'] },
]

/** For `su`; sshd takes root's key only. */
export const rootPassword = 'root-lab'
