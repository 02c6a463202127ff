import type { Account, GroupEntry } from '../reader.ts'
import { type Command, sh } from '../shell.ts'
import { cannotLook, type Question, reasonIn } from './question.ts'

/** Lines of a user database for some names: by the system's name service where it can be asked, else from the file. */
const look = (database: 'passwd' | 'group', names: readonly string[]): Command =>
  sh`if command -v getent >/dev/null; then getent ${database} ${names}; [ "$?" -ne 1 ] && [ "$?" -ne 127 ]; else grep ${patterns(names)} ${`/etc/${database}`}; [ "$?" -le 1 ]; fi`

const patterns = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['-e', `^${name.replace(/[\\.*^$[\]]/g, '\\$&')}:`])

/** Accounts by name. */
export const accountQuestion: Question<string, Account | undefined> = {
  name: 'account',
  limit: () => 512 * 1024,
  // Supplementary groups come from the file, as that is where they can be changed. Only lines that are asked for leave
  // the shadow file.
  script: (names, mark) => sh`${look('passwd', names)} || exit
echo ${mark}
cat /etc/group || exit
echo ${mark}
[ ! -r /etc/shadow ] || grep ${patterns(names)} /etc/shadow || [ "$?" -eq 1 ]`,
  read({ stdout, stderr, code }, names, mark) {
    if (code !== 0) return names.map((name) => cannotLook(`the account ${name}`, reasonIn(stderr)))
    const [users = [], groups = [], shadows = []] = stdout
      .toString('utf8')
      .split(`${mark}\n`)
      .map((part) => part.split('\n').map((line) => line.split(':')))
    return names.map((name) => {
      const user = users.find((fields) => fields[0] === name && fields.length >= 7)
      if (!user) return undefined
      const [, , uid = '', gid = '', comment = '', home = '', shell = ''] = user
      const shadow = shadows.find((fields) => fields[0] === name)
      const member = groups.filter((fields) => (fields[3] ?? '').split(',').includes(name))
      return {
        name,
        uid: Number(uid),
        gid: Number(gid),
        comment,
        home,
        shell,
        groups: member.map((fields) => fields[0] ?? '').sort(),
        ...(shadow ? { password: shadow[1] ?? '' } : {}),
        ...(shadow?.[7] ? { expires: Number(shadow[7]) } : {}),
      }
    })
  },
}

/** Groups by name. */
export const groupQuestion: Question<string, GroupEntry | undefined> = {
  name: 'group',
  limit: () => 512 * 1024,
  script: (names) => look('group', names),
  read({ stdout, stderr, code }, names) {
    if (code !== 0) return names.map((name) => cannotLook(`the group ${name}`, reasonIn(stderr)))
    const lines = stdout
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'))
    return names.map((name) => {
      const fields = lines.find((line) => line[0] === name && line.length >= 4)
      if (!fields) return undefined
      const members = (fields[3] ?? '').split(',').filter((member) => member !== '')
      return { name, gid: Number(fields[2]), members }
    })
  },
}
