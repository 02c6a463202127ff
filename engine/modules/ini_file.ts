import { defineModule } from '../module/define.ts'
import { any, choice, flag, list, text } from '../schema/field.ts'
import { plainOf } from '../schema/coerce.ts'
import { unsupported } from './_attributes.ts'
import { asWritten, editFields, editSteps, probeEdited, wantEdited } from './_edited.ts'
import { editIni, type IniArgs } from './_ini.ts'

const ONE_LINE = /^[^\n\0]*$/
const { path, backup, validate, create: _, ...attributes } = editFields

export const iniFile = defineModule({
  name: 'ini_file',
  files: true,
  summary: 'Sets or removes an option of an ini file, or a whole section of it.',
  notes:
    'Comments and all other lines stay as they are. An option that is commented out is set in its place, unless `modify_inactive_option` is off. Where the file is a link, the file behind it is changed.',
  args: {
    path,
    section: text({
      optional: true,
      pattern: ONE_LINE,
      help: 'The section; without it, what comes before the first one.',
    }),
    option: text({ optional: true, pattern: ONE_LINE, help: 'The option; without it, the section as a whole.' }),
    value: text({ optional: true, pattern: ONE_LINE, help: 'Its value.' }),
    values: list(text({ pattern: ONE_LINE, help: 'A value.' }), {
      optional: true,
      help: 'Several values, each of which gets a line of its own.',
    }),
    section_has_values: any({
      optional: true,
      help: 'Of several sections of that name, the one that has these: a list of `option` and `value` or `values`.',
    }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it should be there.' }),
    exclusive: flag({ default: true, help: 'Remove further lines of that option; otherwise they stay.' }),
    no_extra_spaces: flag({ default: false, help: 'Write no spaces around `=`.' }),
    ignore_spaces: flag({ default: false, help: 'Leave a line that differs only in spaces around `=`.' }),
    allow_no_value: flag({ default: false, help: 'Let an option be there without a value.' }),
    modify_inactive_option: flag({ default: true, help: 'Set an option in the place where it is commented out.' }),
    create: flag({ default: true, help: 'Make the file, and folders above it, when it is not there.' }),
    follow: flag({ default: false, help: 'Taken from Ansible; a link is always followed.' }),
    backup,
    validate,
    ...attributes,
  },
  examples: [
    { title: 'One option', args: { path: '/etc/app.conf', section: 'server', option: 'port', value: '8080' } },
    { title: 'Remove a section', args: { path: '/etc/app.conf', section: 'old', state: 'absent' } },
  ],

  rule({ option, value, values, state, allow_no_value, section_has_values }) {
    if (value !== undefined && values !== undefined) return 'give value or values, not both'
    if (option === undefined && (value !== undefined || values !== undefined)) return 'value needs option'
    if (state === 'present' && option !== undefined && value === undefined && !values?.length && !allow_no_value)
      return 'value is required, unless allow_no_value is set'
    return known(section_has_values) === undefined
      ? 'section_has_values is a list of dicts with option and value or values'
      : undefined
  },

  probe: (args, reader) => probeEdited(args, reader),
  want(args, now) {
    const written = <T extends string | undefined>(part: T): T => (part && asWritten(part, now)) as T
    const wanted: IniArgs = {
      ...args,
      section: written(args.section),
      option: written(args.option),
      value: written(args.value),
      values: args.values?.map(written),
      section_has_values: known(args.section_has_values) ?? [],
    }
    return wantEdited(args, now, editIni(now.content ?? '', wanted), args.state === 'absent')
  },
  apply: (args, now, want) => editSteps(args, now, want),
  text: ['content'],

  warnings: (args) => unsupported(args),
  result({ path, state, option }, now, after, ran) {
    const what = option === undefined ? 'section' : 'option'
    const backup_file = ran.map(({ backup }) => backup).find((one) => one !== undefined)
    return {
      path,
      msg: now.content === after.content ? 'OK' : `${what} ${state === 'absent' ? 'removed' : 'changed'}`,
      ...(backup_file !== undefined && { backup_file }),
    }
  },
})

function known(given: unknown): IniArgs['section_has_values'] | undefined {
  const plain = plainOf(given)
  if (plain === undefined || plain === null) return []
  if (!Array.isArray(plain)) return undefined
  const all: IniArgs['section_has_values'][number][] = []
  for (const one of plain as Readonly<Record<string, unknown>>[]) {
    const { option, value, values } = one
    if (typeof option !== 'string') return undefined
    const each = Array.isArray(values) ? (values as unknown[]) : value === undefined ? [] : [value]
    if (!each.every((word) => ['string', 'number', 'boolean'].includes(typeof word))) return undefined
    all.push({ option, values: each.map(String) })
  }
  return all
}
