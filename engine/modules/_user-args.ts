import type { ArgsOf } from '../schema/field.ts'
import { choice, flag, float, list, path, text, whole } from '../schema/field.ts'
import { isAccountName } from './_accounts.ts'

export const userFields = {
  name: text({ aliases: ['user'], help: 'The login name.' }),
  uid: whole({ optional: true, help: 'Its number.' }),
  group: text({
    optional: true,
    help: 'The primary group, by name or number; without it one of the same name is made.',
  }),
  groups: list(text({ help: 'A group.' }), {
    optional: true,
    help: 'Further groups; others are taken away, unless `append` is on. An empty list takes all away.',
  }),
  append: flag({ default: false, help: 'Keep groups that are not named.' }),
  comment: text({ optional: true, help: 'The full name, or what else the comment field is used for.' }),
  shell: text({ optional: true, help: 'The login shell.' }),
  home: text({ optional: true, help: 'The home folder.' }),
  create_home: flag({ default: true, aliases: ['createhome'], help: 'Make the home folder when it is not there.' }),
  move_home: flag({ default: false, help: 'Move the files when `home` changes.' }),
  skeleton: path({ optional: true, help: 'Folder whose files a new home gets; /etc/skel by default.' }),
  umask: text({ optional: true, help: 'The umask that a new home is made with.', pattern: /^[0-7]{3,4}$/ }),
  system: flag({ default: false, help: 'Give it a number of the range for system accounts, when it is made.' }),
  password: text({
    optional: true,
    secret: true,
    help: 'The hash of the password, as crypt(5) has it (never the password itself); `*` locks it.',
  }),
  update_password: choice(['always', 'on_create'], { default: 'always', help: 'When the password is set.' }),
  password_lock: flag({ optional: true, help: 'Whether the password is locked.' }),
  expires: float({ optional: true, help: 'When the account expires, in seconds since 1970; negative: never.' }),
  non_unique: flag({ default: false, help: 'Let it share its number with another account.' }),
  uid_min: whole({ optional: true, help: 'Smallest number that may be chosen.' }),
  uid_max: whole({ optional: true, help: 'Largest number that may be chosen.' }),
  generate_ssh_key: flag({ default: false, help: 'Make an SSH key, when there is none; it has no passphrase.' }),
  ssh_key_type: choice(['rsa', 'ed25519', 'ecdsa'], { default: 'rsa', help: 'Its kind.' }),
  ssh_key_bits: whole({ optional: true, help: 'Its size.' }),
  ssh_key_comment: text({ optional: true, help: 'Its comment; “generated on” and the host by default.' }),
  ssh_key_file: text({ optional: true, help: 'Its file, below the home folder or absolute; .ssh/id_rsa by default.' }),
  force: flag({ default: false, help: 'With `state: absent`: also when the user is logged in.' }),
  remove: flag({ default: false, help: 'With `state: absent`: remove the home folder too.' }),
  local: flag({ default: false, help: 'Taken for the sake of existing tasks: only local accounts are ever changed.' }),
  state: choice(['present', 'absent'], { default: 'present', help: 'Whether it exists.' }),
} as const

export type UserArgs = ArgsOf<typeof userFields>

export function userMistake(args: UserArgs): string | undefined {
  const { name, group, groups = [], comment, shell, home, password, expires, non_unique, uid } = args
  if (!isAccountName(name)) return `"${name}" cannot be the name of a user`
  for (const one of [...groups, ...(group === undefined ? [] : [group])])
    if (!isAccountName(one)) return `"${one}" cannot be the name of a group`
  for (const [key, value] of Object.entries({ comment, shell, home, password }))
    if (/[:\n]/.test(value ?? '')) return `${key} holds a colon or a new line, which would break /etc/passwd`
  for (const [key, value] of Object.entries({ shell, home }))
    if (value !== undefined && value !== '' && !value.startsWith('/')) return `${key} must be an absolute path`
  if (expires !== undefined && !Number.isFinite(expires)) return 'expires must be a number of seconds'
  return non_unique && uid === undefined ? 'non_unique needs a uid' : undefined
}
