import { KplayError } from '../errors.ts'
import type { Account, Reader } from '../host/reader.ts'
import type { Wanted } from '../module/define.ts'
import { accountTool } from './_accounts.ts'
import type { UserArgs } from './_user-args.ts'

export interface UserState {
  readonly [key: string]: string | number | boolean | null
  readonly state: 'present' | 'absent'
  readonly uid: number | null
  /** The primary group, by name where it has one. */
  readonly group: string | null
  readonly groups: string | null
  readonly comment: string | null
  readonly home: string | null
  readonly shell: string | null
  /** Never the hash itself. */
  readonly password: 'as wanted' | 'another' | 'none' | null
  readonly locked: boolean | null
  /** The day on which it expires. */
  readonly expires: string | null
  readonly 'home folder': string
  /** What the mode of a home folder would be that is still to be made. */
  readonly 'home mode': string
  readonly 'ssh key': string
  readonly tool: 'shadow' | 'busybox' | 'none'
  /** Groups that are asked for and not there. */
  readonly 'missing groups': string
  /** A group that bears the user’s name. */
  readonly 'own group': boolean
  /** It has others for members, so it stays when the user goes. */
  readonly 'group shared': boolean
  /** Number of the group asked for; null when it is not known by name. */
  readonly 'group gid': number | null
  /** The public key, for the result. */
  readonly 'public key': string | null
}

const DAY = 86_400
export const dayOf = (seconds: number): string | null =>
  seconds < 0 ? null : new Date(Math.floor(seconds / DAY) * DAY * 1000).toISOString().slice(0, 10)

export const keyFileOf = ({ ssh_key_file, ssh_key_type }: UserArgs, home: string): string => {
  const file = ssh_key_file ?? `.ssh/id_${ssh_key_type}`
  return file.startsWith('/') ? file : `${home}/${file}`
}

export async function probeUser(args: UserArgs, reader: Reader): Promise<UserState> {
  const { name, group, groups = [] } = args
  const present = args.state === 'present'
  const asked = present ? [...groups, ...(group === undefined ? [] : [group])] : []
  const [account, own, tool, ...found] = await Promise.all([
    reader.account(name),
    reader.group(name),
    accountTool(reader, 'user'),
    ...asked.map((one) => reader.group(one)),
  ])
  const home = args.home ?? account?.home ?? `/home/${name}`
  const key = keyFileOf(args, home)
  const makes = present && !account && args.create_home
  const [folder, defaults, keyEntry, publicKey] = await Promise.all([
    reader.stat(home),
    makes && tool === 'shadow' ? reader.readText('/etc/login.defs') : undefined,
    args.generate_ssh_key ? reader.lstat(key) : undefined,
    args.generate_ssh_key ? reader.readText(`${key}.pub`) : undefined,
  ])
  return {
    state: account ? 'present' : 'absent',
    uid: account?.uid ?? null,
    group: account ? primaryOf(account, group, own, group === undefined ? undefined : found.at(-1)) : null,
    groups: account ? shownGroups(account.groups) : null,
    comment: account?.comment ?? null,
    home: account?.home ?? null,
    shell: account?.shell ?? null,
    ...passwordOf(args, account),
    expires: account?.expires === undefined ? null : dayOf(account.expires * DAY),
    'home folder': folder?.kind ?? 'absent',
    'home mode': homeMode(defaults ?? '', args.umask),
    'ssh key': keyEntry ? 'present' : 'absent',
    tool,
    'missing groups': asked.filter((one, at) => !found[at] && !/^\d+$/.test(one)).join(', '),
    'own group': own !== undefined,
    'group shared': own?.members.some((member) => member !== name) ?? false,
    'group gid': (group === undefined ? own : found.at(-1))?.gid ?? null,
    'public key': publicKey?.trim() ?? null,
  }
}

/** login.defs(5): HOME_MODE, else what UMASK leaves. */
function homeMode(defaults: string, umask: string | undefined): string {
  const found = (key: string): string | undefined =>
    [...defaults.matchAll(/^[ \t]*(\w+)[ \t]+"?(0?[0-7]{1,4})\b/gm)].findLast(([, name]) => name === key)?.[2]
  const mode = found('HOME_MODE') ?? (0o777 & ~Number.parseInt(umask ?? found('UMASK') ?? '022', 8)).toString(8)
  return mode.replace(/^0+(?=\d)/, '').padStart(4, '0')
}

const shownGroups = (groups: readonly string[]): string => [...new Set(groups)].sort().join(',')

type Named = { readonly name: string; readonly gid: number } | undefined

/** The name of the primary group where we know it: the one asked for, or the user’s own; else its number. */
function primaryOf({ gid }: Account, wanted: string | undefined, own: Named, asked: Named): string {
  if (wanted !== undefined && asked?.gid === gid) return wanted
  return own?.gid === gid ? own.name : String(gid)
}

/** A locked password is its hash with a ! in front; ! alone is what an account has that never had one. */
function passwordOf(args: UserArgs, account: Account | undefined): Pick<UserState, 'password' | 'locked'> {
  const hash = account?.password
  const manages = args.state === 'present' && (args.password_lock !== undefined || isSet(args, account === undefined))
  if (account && manages && hash === undefined)
    throw new KplayError('CANNOT_LOOK', `the password of ${args.name} cannot be read`, {
      hint: 'only root may read /etc/shadow: use become',
    })
  if (hash === undefined) return { password: null, locked: null }
  const none = bare(hash) === ''
  const same = args.password !== undefined && bare(args.password) === bare(hash)
  return { password: same ? 'as wanted' : none ? 'none' : 'another', locked: hash.startsWith('!') }
}
export const bare = (hash: string): string => hash.replace(/^!+/, '')

export const isSet = ({ password, update_password }: UserArgs, fresh: boolean): boolean =>
  password !== undefined && (fresh || update_password === 'always')

export function wantedUser(args: UserArgs, now: UserState): Wanted<UserState> {
  if (args.state === 'absent') return { state: 'absent' }
  const { uid, group, groups, comment, home, shell, expires } = args
  const others = groups?.filter((one) => one !== (group ?? now.group))
  const kept = args.append && now.groups !== null ? now.groups.split(',').filter((one) => one !== '') : []
  return {
    state: 'present',
    uid,
    group: group ?? (now.state === 'absent' ? args.name : undefined),
    groups: others && shownGroups([...others, ...kept]),
    comment,
    home,
    shell,
    password: isSet(args, now.state === 'absent') ? 'as wanted' : undefined,
    locked: lockedAs(args, now),
    expires: expires === undefined ? undefined : dayOf(expires),
    'home folder': args.create_home ? 'dir' : undefined,
    'ssh key': args.generate_ssh_key ? 'present' : undefined,
  }
}

/** An account without a password cannot be unlocked: it would let anybody in. */
function lockedAs({ password, password_lock }: UserArgs, now: UserState): boolean | undefined {
  if (password_lock === undefined || password_lock) return password_lock
  return password === undefined && (now.password === 'none' || now.password === null) ? undefined : false
}
