import { sh } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { choice, flag, text, whole } from '../schema/field.ts'
import { accountTool, isAccountName } from './_accounts.ts'
import { refusal } from './_refuse.ts'

export const group = defineModule({
  name: 'group',
  summary: 'Makes, changes or removes a group of the host.',
  notes:
    'The host’s own tools do it: groupadd, groupmod and groupdel, or where these are missing addgroup and delgroup, as busybox has them, which cannot change a gid.',
  args: {
    name: text({ help: 'The group.' }),
    gid: whole({ optional: true, help: 'Its number.' }),
    system: flag({ default: false, help: 'Give it a number of the range for system groups, when it is made.' }),
    non_unique: flag({ default: false, help: 'Let it share its number with another group.' }),
    force: flag({ default: false, help: 'Remove it though it is the primary group of a user.' }),
    local: flag({ default: false, help: 'Taken for the sake of existing tasks: only local groups are ever changed.' }),
    gid_min: whole({ optional: true, help: 'Smallest number that may be chosen.' }),
    gid_max: whole({ optional: true, help: 'Largest number that may be chosen.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it exists.' }),
  },
  examples: [
    { title: 'A group for a service', args: { name: 'kafka', system: true } },
    { title: 'Remove a group', args: { name: 'old', state: 'absent' } },
  ],

  rule({ name, gid, non_unique }) {
    if (!isAccountName(name)) return `"${name}" cannot be the name of a group`
    if (gid !== undefined && gid < 0) return `${gid} is no number of a group`
    return non_unique && gid === undefined ? 'non_unique needs a gid' : undefined
  },

  async probe({ name, state }, reader) {
    const [found, tool, user] = await Promise.all([
      reader.group(name),
      accountTool(reader, 'group'),
      state === 'absent' ? reader.account(name) : undefined,
    ])
    const needed = found !== undefined && user?.gid === found.gid
    return { state: found ? 'present' : 'absent', gid: found?.gid ?? null, tool, needed }
  },

  want: ({ state, gid }) => ({ state, gid: state === 'present' ? gid : undefined }),

  apply(args, now, want): Step[] {
    const { name, gid } = args
    if (now.tool === 'none')
      throw refusal('the host has no tool that changes groups', 'install it first: the package is passwd on Debian')
    const busybox = now.tool === 'busybox'
    if (want.state === 'absent' && now.needed && !args.force)
      throw refusal(`${name} is the primary group of the user of that name`, 'remove the user first')
    if (want.state === 'absent')
      return [
        {
          kind: 'run',
          command: busybox ? sh`delgroup ${name}` : sh`groupdel ${args.force ? ['-f'] : []} -- ${name}`,
          effects: [{ effect: 'group', name, group: 'absent' }],
        },
      ]
    const words = [
      ...(gid === undefined ? [] : ['-g', gid]),
      ...(args.non_unique ? ['-o'] : []),
      ...(args.system && now.state === 'absent' ? [busybox ? '-S' : '-r'] : []),
      ...limits(args),
    ]
    if (busybox && now.state === 'present')
      throw refusal(
        `${name} has the gid ${now.gid ?? ''}, and this host has no groupmod`,
        'install it, or leave gid out',
      )
    const command =
      now.state === 'present'
        ? sh`groupmod ${words} -- ${name}`
        : busybox
          ? sh`addgroup ${words} ${name}`
          : sh`groupadd ${words} -- ${name}`
    return [{ kind: 'run', command, effects: [{ effect: 'group', name, group: { gid } }] }]
  },

  result: ({ name, state, system }, _, after) => ({
    name,
    state,
    system,
    ...(after.gid !== null && { gid: after.gid }),
  }),
})

const limits = ({ gid_min, gid_max }: { gid_min: number | undefined; gid_max: number | undefined }): string[] => [
  ...(gid_min === undefined ? [] : ['-K', `GID_MIN=${gid_min}`]),
  ...(gid_max === undefined ? [] : ['-K', `GID_MAX=${gid_max}`]),
]
