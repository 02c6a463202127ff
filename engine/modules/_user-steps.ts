import type { Account } from '../host/reader.ts'
import { joined, sh, type Command } from '../host/shell.ts'
import type { Effect, RunStep } from '../host/step.ts'
import type { Wanted } from '../module/define.ts'
import { refusal } from './_refuse.ts'
import type { UserArgs } from './_user-args.ts'
import { bare, isSet, keyFileOf, type UserState } from './_user-state.ts'

type Words = readonly (string | number)[]
const option = (name: string, value: string | number | undefined): Words => (value === undefined ? [] : [name, value])

export const homeOf = (args: UserArgs, now: UserState): string => args.home ?? now.home ?? `/home/${args.name}`
const parentOf = (path: string): string => path.replace(/\/+[^/]*\/*$/, '') || '/'
const differs = (key: string, now: UserState, want: Wanted<UserState>): boolean =>
  want[key] !== undefined && want[key] !== now[key]

export function createUser(args: UserArgs, now: UserState, want: Wanted<UserState>): RunStep {
  const { name, comment, shell, uid, create_home } = args
  const home = homeOf(args, now)
  const group = args.group ?? (now['own group'] ? name : undefined)
  const words: Words = [
    ...option('-u', uid),
    ...(args.non_unique ? ['-o'] : []),
    ...(group === undefined ? ['-U'] : ['-g', group]),
    ...(want.groups ? ['-G', want.groups] : []),
    ...option('-c', comment),
    ...option('-s', shell),
    ...option('-d', args.home),
    // Of a system account useradd writes no such day, and says nothing.
    ...(args.system ? [] : option('-e', want.expires ?? undefined)),
    ...(create_home ? ['-m', ...option('-k', args.skeleton)] : ['-M']),
    ...(args.system ? ['-r'] : []),
    ...(args.umask === undefined ? [] : ['-K', `UMASK=${args.umask}`]),
    ...(args.uid_min === undefined ? [] : ['-K', `UID_MIN=${args.uid_min}`]),
    ...(args.uid_max === undefined ? [] : ['-K', `UID_MAX=${args.uid_max}`]),
  ]
  const ages = args.system && want.expires ? sh` && usermod -e ${want.expires} -- ${name}` : sh``
  const add = now.tool === 'busybox' ? busyboxAdd(args, now, want) : sh`useradd ${words} -- ${name}${ages}`
  return {
    kind: 'run',
    command: create_home ? sh`mkdir -p -- ${parentOf(home)} && ${add}` : add,
    label: `make the user ${name}`,
    effects: [
      { effect: 'user', name, account: accountAs(args, now, want) },
      ...(group === undefined ? [{ effect: 'group', name, group: {} } as const] : []),
      // A folder that is there already is left to whom it belongs.
      ...(create_home && now['home folder'] === 'absent'
        ? [{ effect: 'dir', path: home, mode: now['home mode'], owner: name, group: group ?? name } as const]
        : []),
    ],
  }
}

function busyboxAdd(args: UserArgs, now: UserState, want: Wanted<UserState>): Command {
  const { name, uid, shell, comment } = args
  if (want.expires !== undefined || args.non_unique || args.skeleton !== undefined)
    throw refusal(
      `adduser of this host knows no expires, non_unique and skeleton`,
      'install useradd, or leave them out',
    )
  const group = args.group ?? (now['own group'] ? name : undefined)
  const words: Words = [
    '-D',
    ...(args.create_home ? [] : ['-H']),
    ...option('-u', uid),
    ...option('-G', group),
    ...option('-s', shell),
    ...option('-h', args.home),
    ...option('-g', comment),
    ...(args.system ? ['-S'] : []),
  ]
  const others = (want.groups ?? '').split(',').filter((one) => one !== '')
  return joined([sh`adduser ${words} ${name}`, ...others.map((one) => sh`addgroup ${name} ${one}`)])
}

export function modifyUser(args: UserArgs, now: UserState, want: Wanted<UserState>): RunStep[] {
  const { name } = args
  const change = (key: string, words: Words): Words => (differs(key, now, want) ? words : [])
  const words: Words = [
    ...change('uid', ['-u', want.uid ?? '', ...(args.non_unique ? ['-o'] : [])]),
    ...change('group', ['-g', want.group ?? '']),
    ...change('groups', ['-G', want.groups ?? '']),
    ...change('comment', ['-c', want.comment ?? '']),
    ...change('home', ['-d', want.home ?? '', ...(args.move_home ? ['-m'] : [])]),
    ...change('shell', ['-s', want.shell ?? '']),
    ...change('expires', ['-e', want.expires ?? '']),
  ]
  if (words.length === 0) return []
  if (now.tool === 'busybox') throw refusal(`${name} is there, and this host has no usermod to change it`, 'install it')
  const moved: Effect[] =
    differs('home', now, want) && args.move_home && now.home !== null
      ? [{ effect: 'move', from: now.home, to: want.home ?? '' }]
      : []
  return [
    {
      kind: 'run',
      command: sh`usermod ${words} -- ${name}`,
      effects: [{ effect: 'user', name, account: accountAs(args, now, want) }, ...moved],
    },
  ]
}

/** Hash and lock. The hash goes over stdin: what stands in a command line is for everybody to see. */
export function passwordSteps(args: UserArgs, now: UserState, want: Wanted<UserState>): RunStep[] {
  const { name, password = '' } = args
  const effects: Effect[] = [{ effect: 'user', name, account: { password: hashAs(args, now, want) } }]
  const set: RunStep = {
    kind: 'run',
    command: sh`chpasswd -e`,
    label: `set the password of ${name}`,
    stdin: `${name}:${password}\n`,
    secrets: [password],
    effects,
  }
  const sets = isSet(args, now.state === 'absent') && now.password !== 'as wanted'
  // What is set anew is not locked; so is what never was.
  const isLocked = sets ? password.startsWith('!') : now.state === 'present' ? now.locked : true
  const lock = want.locked !== undefined && want.locked !== isLocked
  if (lock && now.tool === 'busybox') throw refusal(`this host has no usermod to lock ${name}`, 'install it')
  return [
    ...(sets ? [set] : []),
    ...(lock ? [{ kind: 'run' as const, command: sh`usermod ${want.locked ? '-L' : '-U'} -- ${name}`, effects }] : []),
  ]
}

function hashAs(args: UserArgs, now: UserState, want: Wanted<UserState>): string {
  const sets = isSet(args, now.state === 'absent')
  const locked = want.locked ?? (sets && now.password !== 'as wanted' ? args.password?.startsWith('!') : now.locked)
  return `${locked ? '!' : ''}${sets ? bare(args.password ?? '') : 'hidden'}`
}

/** Of the account, what a step changes. */
function accountAs(args: UserArgs, now: UserState, want: Wanted<UserState>): Partial<Account> {
  const fresh = now.state === 'absent'
  const gid = now['group gid']
  const { uid, comment, home, shell, groups, expires } = want
  return {
    ...(typeof uid === 'number' && { uid }),
    ...((fresh || differs('group', now, want)) && {
      gid: gid ?? (/^\d+$/.test(args.group ?? '') ? Number(args.group) : -1),
    }),
    ...(typeof comment === 'string' && { comment }),
    home: home ?? homeOf(args, now),
    ...(typeof shell === 'string' && { shell }),
    ...(typeof groups === 'string' && { groups: groups.split(',').filter((one) => one !== '') }),
    ...(expires !== undefined && { expires: expires === null ? undefined : Date.parse(expires) / 86_400_000 }),
    ...(fresh && { password: '!' }),
  }
}

/** A home folder for an account that is there already. */
export function makeHome(args: UserArgs, now: UserState): RunStep {
  const home = homeOf(args, now)
  const { name, skeleton = '/etc/skel' } = args
  const mode = args.umask === undefined ? '0700' : (0o777 & ~parseInt(args.umask, 8)).toString(8).padStart(4, '0')
  const copy = sh`if [ -d ${skeleton} ]; then cp -R -- ${skeleton} ${home}; else mkdir -- ${home}; fi`
  return {
    kind: 'run',
    label: `make the home folder ${home}`,
    command: sh`mkdir -p -- ${parentOf(home)} && ${copy} && chown -h -R -- ${`${name}:`} ${home} && chmod -- ${mode} ${home}`,
    effects: [{ effect: 'dir', path: home, mode, owner: name, group: args.group ?? now.group ?? name }],
  }
}

/** As the user: whoever owns the folder could lead root anywhere. */
export function makeKey(args: UserArgs, now: UserState): RunStep {
  const { name, ssh_key_type, ssh_key_bits, ssh_key_comment } = args
  const key = keyFileOf(args, homeOf(args, now))
  const comment = ssh_key_comment === undefined ? sh`"generated on $(hostname)"` : sh`${ssh_key_comment}`
  const words: Words = ['-q', '-t', ssh_key_type, ...option('-b', ssh_key_bits)]
  const make = sh`umask 077 && mkdir -p -- ${parentOf(key)} && ssh-keygen ${words} -C ${comment} -N '' -f ${key}`
  const owner = { owner: name, group: args.group ?? now.group ?? name }
  return {
    kind: 'run',
    label: `make the SSH key ${key}`,
    command: sh`su -s /bin/sh ${name} -c ${make.text}`,
    effects: [
      { effect: 'dir', path: parentOf(key), mode: '0700', ...owner },
      { effect: 'file', path: key, content: 'unknown', mode: '0600', ...owner },
      { effect: 'file', path: `${key}.pub`, content: 'unknown', mode: '0644', ...owner },
    ],
  }
}

export function removeUser(args: UserArgs, now: UserState): RunStep {
  const { name, remove, force } = args
  const words = [...(force ? ['-f'] : []), ...(remove ? ['-r'] : [])]
  const busybox = now.tool === 'busybox'
  return {
    kind: 'run',
    command: busybox ? sh`deluser ${remove ? ['--remove-home'] : []} ${name}` : sh`userdel ${words} -- ${name}`,
    // 12: there was no home folder to remove.
    okCodes: [0, 12],
    effects: [
      { effect: 'user', name, account: 'absent' },
      ...(now.group === name && !now['group shared'] ? [{ effect: 'group', name, group: 'absent' } as const] : []),
      ...(remove && now['home folder'] === 'dir' ? [{ effect: 'remove', path: homeOf(args, now) } as const] : []),
    ],
  }
}
