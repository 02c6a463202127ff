import type { Step } from '../host/step.ts'
import { defineModule, type Wanted } from '../module/define.ts'
import { refusal } from './_refuse.ts'
import { userFields, userMistake, type UserArgs } from './_user-args.ts'
import { keyFileOf, probeUser, wantedUser, type UserState } from './_user-state.ts'
import { createUser, homeOf, makeHome, makeKey, modifyUser, passwordSteps, removeUser } from './_user-steps.ts'

export const user = defineModule({
  name: 'user',
  summary: 'Makes, changes or removes a user of the host.',
  notes:
    'The host’s own tools do it: useradd, usermod and userdel, or where these are missing adduser and deluser, as busybox has them, which cannot change an account. Without `group` a new user gets a group of its own name. A password is given as a hash (`password_hash` filter, `openssl passwd -6`), goes to the host over stdin, and is never shown.',
  args: userFields,
  examples: [
    {
      title: 'An account for a service',
      args: { name: 'kafka', system: true, shell: '/usr/sbin/nologin', home: '/data/kafka' },
    },
    { title: 'Add groups, and keep the others', args: { name: 'op', groups: ['sudo', 'adm'], append: true } },
    { title: 'Remove a user with all files at home', args: { name: 'old', state: 'absent', remove: true } },
  ],

  rule: userMistake,
  probe: probeUser,
  want: wantedUser,

  apply(args, now, want): Step[] {
    refuse(args, now, want)
    if (args.state === 'absent') return [removeUser(args, now)]
    const fresh = now.state === 'absent'
    const moves = args.move_home && want.home !== undefined && want.home !== now.home
    const home = !fresh && !moves && args.create_home && now['home folder'] !== 'dir'
    return [
      ...(fresh ? [createUser(args, now, want)] : modifyUser(args, now, want)),
      ...passwordSteps(args, now, want),
      ...(home ? [makeHome(args, now)] : []),
      ...(want['ssh key'] !== undefined && now['ssh key'] === 'absent' ? [makeKey(args, now)] : []),
    ]
  },

  warnings: ({ password, state }) =>
    password !== undefined && state === 'present' && !/^(!?(\$[\w-]+\$.+|\*|[\w./]{13})|!)$/.test(password)
      ? ['password is no hash as crypt(5) has it: nobody can log in with it']
      : [],

  result(args, now, after) {
    const home = homeOf(args, after)
    return {
      name: args.name,
      state: args.state,
      ...(args.state === 'absent' ? { force: args.force, remove: args.remove } : accountOf(args, after)),
      ...(args.generate_ssh_key && { ssh_key_file: keyFileOf(args, home), ssh_public_key: after['public key'] }),
      ...(now.state === 'absent' && args.state === 'present' && { create_home: args.create_home, system: args.system }),
    }
  },
})

const accountOf = (args: UserArgs, after: UserState) => ({
  uid: after.uid,
  group: after.group,
  groups: after.groups,
  append: args.append,
  comment: after.comment,
  home: after.home,
  shell: after.shell,
  move_home: args.move_home,
})

function refuse(args: UserArgs, now: UserState, want: Wanted<UserState>): void {
  const { name, state } = args
  if (now.tool === 'none')
    throw refusal('the host has no tool that changes accounts', 'install it first: the package is passwd on Debian')
  if (state === 'absent' && name === 'root') throw refusal('root is never removed')
  if (now['missing groups'] !== '')
    throw refusal(`the host has no group ${now['missing groups']}`, 'the module `group` makes one')
  const folder = now['home folder']
  if (state === 'present' && want['home folder'] !== undefined && folder !== 'dir' && folder !== 'absent')
    throw refusal(`${homeOf(args, now)} is a ${folder}, not a folder`, 'move it away, or set create_home: false')
}
