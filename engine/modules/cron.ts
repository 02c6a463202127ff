import { KplayError } from '../errors.ts'
import { removePath } from '../host/actions.ts'
import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { choice, flag, text } from '../schema/field.ts'
import { editCrontab, hasVariable, jobNames, variableNames, withoutBanner } from './_cron.ts'
import { lookAbove, makeAbove } from './_parents.ts'
import { join } from './_path.ts'
import { named, refusal } from './_refuse.ts'

const FIELD = /^[^\s\0]+$/
const ONE_LINE = /^[^\n\0]*$/
const field = (what: string, aliases: readonly string[] = []) =>
  text({ default: '*', pattern: FIELD, aliases, help: `${what}, as crontab has it.` })

export const cron = defineModule({
  name: 'cron',
  summary: 'Sets or removes a job, or a variable, in the crontab of a user or in a file of /etc/cron.d.',
  notes:
    'A job is known by its name, which stands in a comment above it (`#Ansible: name`); the very same job without a name gets one. The table of a user is installed by the program crontab, a file is put in place whole, and removed when nothing is left in it.',
  args: {
    name: text({ pattern: ONE_LINE, help: 'The name of the job, or with `env` of the variable.' }),
    user: text({
      optional: true,
      pattern: /^[^\s\0:/-][^\s\0:/]*$/,
      help: 'Whose crontab; with `cron_file`, who runs the job.',
    }),
    job: text({ optional: true, aliases: ['value'], help: 'The command, or with `env` the value.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it should be there.' }),
    cron_file: text({
      optional: true,
      pattern: /^[^\0\n]+$/,
      help: 'A file in /etc/cron.d, or any file by its path, instead of the table of a user.',
    }),
    minute: field('Minutes'),
    hour: field('Hours'),
    day: field('Days of the month', ['dom']),
    month: field('Months'),
    weekday: field('Days of the week', ['dow']),
    special_time: choice(['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'], {
      optional: true,
      help: 'Instead of all these.',
    }),
    disabled: flag({ default: false, help: 'Comment the job out.' }),
    env: flag({ default: false, help: 'It is a variable.' }),
    insertafter: text({ optional: true, help: 'A variable behind which a new one goes.' }),
    insertbefore: text({ optional: true, help: 'A variable before which a new one goes; by default it comes first.' }),
    backup: flag({ default: false, help: 'Keep the old file beside the new one; for `cron_file` only.' }),
  },
  examples: [
    { title: 'Each night', args: { name: 'clean up', minute: '30', hour: '3', job: '/usr/local/bin/clean-up' } },
    {
      title: 'In a file',
      args: { name: 'rotate', user: 'root', special_time: 'daily', job: 'logrotate /etc/x', cron_file: 'x' },
    },
    { title: 'A variable', args: { name: 'MAILTO', env: true, job: 'op@example.org' } },
  ],

  rule(args) {
    const { state, job, cron_file, user, env, name, insertafter, insertbefore } = args
    const timed = [args.minute, args.hour, args.day, args.month, args.weekday].some((one) => one !== '*')
    if (args.special_time !== undefined && timed) return 'give special_time, or minute, hour, day, month and weekday'
    if (cron_file === '/etc/crontab') return 'cron_file: /etc/crontab is not managed here'
    if (env && /\s/.test(name)) return `"${name}" cannot be the name of a variable`
    if (insertafter !== undefined && insertbefore !== undefined) return 'give insertafter or insertbefore, not both'
    if ((insertafter ?? insertbefore) !== undefined && !env)
      return 'insertafter and insertbefore are for variables (env)'
    if (state === 'absent') return undefined
    if (job === undefined) return 'job is required unless state is absent'
    if (/[\r\n\0]/.test(job.replace(/^[\r\n]+|[\r\n]+$/g, ''))) return 'job must be one line'
    return cron_file !== undefined && user === undefined ? 'cron_file needs user' : undefined
  },

  async probe({ cron_file, user }, reader) {
    const place = cron_file === undefined ? await spoolOf(user, reader) : join('/etc/cron.d', cron_file)
    const [entry, above, tool, self] = await Promise.all([
      reader.stat(place).catch(hidden),
      lookAbove(place, reader).catch(() => ({ missing: '', blocked: null })),
      reader.tool('crontab'),
      reader.stat('/proc/self'),
    ])
    const kind = entry === 'hidden' ? 'hidden' : (entry?.kind ?? 'absent')
    const table = kind === 'file' || kind === 'hidden' ? await tableAt(place, kind, reader) : null
    return { place, kind, table, ...above, tool: tool !== undefined, self: self?.owner ?? '' }
  },

  want(args, now) {
    const table = editCrontab(now.table ?? '', args)
    if (args.state === 'absent' && now.table === null) return {}
    // A file in which nothing is left would only be read in vain.
    return {
      table:
        args.cron_file !== undefined && args.state === 'absent' && table.trim() === '' && table !== now.table
          ? null
          : table,
    }
  },

  apply(args, now, want): Step[] {
    const { place, kind, tool, self } = now
    const other = args.insertafter ?? args.insertbefore
    if (
      other !== undefined &&
      args.state === 'present' &&
      !hasVariable(now.table ?? '', args.name) &&
      !hasVariable(now.table ?? '', other)
    )
      throw refusal(`there is no variable ${other} in ${place}`, 'leave out insertafter and insertbefore')
    if (!['file', 'absent', 'hidden', 'unknown'].includes(kind)) throw refusal(`${place} is ${named(kind)}, not a file`)
    const table = want.table ?? null
    if (table === null) return [removePath(place)]
    if (args.cron_file !== undefined)
      return [
        ...makeAbove(now),
        {
          kind: 'write',
          path: place,
          content: table,
          mode: kind === 'absent' ? '0644' : undefined,
          backup: args.backup && kind === 'file',
        },
      ]
    if (!tool) throw refusal('the host has no crontab', 'install cron first, or use cron_file')
    const user = args.user === undefined || args.user === self ? [] : ['-u', args.user]
    return [
      {
        kind: 'run',
        label: `install the crontab of ${args.user ?? self}`,
        command: sh`crontab ${user} -`,
        stdin: table,
        effects: [{ effect: 'file', path: place, content: table, mode: '0600' }],
      },
    ]
  },
  text: ['table'],

  result({ cron_file, state }, _, { table }) {
    return {
      jobs: jobNames(table ?? ''),
      envs: variableNames(table ?? ''),
      ...(cron_file !== undefined && { cron_file, state }),
    }
  },
})

const hidden = (error: unknown): 'hidden' => {
  if (error instanceof KplayError && error.code === 'CANNOT_LOOK') return 'hidden'
  throw error
}

/** Debian and busybox; SUSE; Red Hat. */
async function spoolOf(user: string | undefined, reader: Reader): Promise<string> {
  const folders = ['/var/spool/cron/crontabs', '/var/spool/cron/tabs', '/var/spool/cron']
  const [self, ...found] = await Promise.all([
    reader.stat('/proc/self'),
    ...folders.map((folder) => reader.stat(folder)),
  ])
  const folder = folders.find((_, at) => found[at]) ?? '/var/spool/cron/crontabs'
  return `${folder}/${user ?? self?.owner ?? 'root'}`
}

/** Only root may look into the folder of the tables; others ask crontab for their own. */
async function tableAt(place: string, kind: string, reader: Reader): Promise<string | null> {
  if (kind === 'file') {
    const table = await reader.readText(place).catch(hidden)
    if (table !== undefined && table !== 'hidden') return withoutBanner(table)
  }
  const { code, stdout } = await reader.ask(sh`crontab -l`)
  return code === 0 ? withoutBanner(stdout) : null
}
