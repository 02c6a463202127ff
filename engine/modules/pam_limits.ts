import { defineModule } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { asWritten, editFields, editSteps, probeEdited, wantEdited } from './_edited.ts'
import { bare, endLast, linesOf } from './_lines.ts'

const ITEMS = [
  'core',
  'data',
  'fsize',
  'memlock',
  'nofile',
  'rss',
  'stack',
  'cpu',
  'nproc',
  'as',
  'maxlogins',
  'maxsyslogins',
  'priority',
  'locks',
  'sigpending',
  'msgqueue',
  'nice',
  'rtprio',
  'chroot',
] as const
const { backup } = editFields

export const pamLimits = defineModule({
  name: 'pam_limits',
  summary: 'Sets a limit of users in limits.conf.',
  notes:
    'A line of the same domain, type and item is changed in its place; further ones of them go. Limits count for logins from now on; services of systemd have their own (`LimitNOFILE=`).',
  args: {
    domain: text({ pattern: /^[^\s\0#]+$/, help: 'A user, @group, * or another domain of limits.conf.' }),
    limit_type: choice(['hard', 'soft', '-'], { help: 'Which limit; - is both.' }),
    limit_item: choice(ITEMS, { help: 'What is limited.' }),
    value: text({ pattern: /^(unlimited|infinity|-?\d+)$/, help: 'The limit: a number, unlimited or infinity.' }),
    dest: path({ default: '/etc/security/limits.conf', help: 'The file.' }),
    use_max: flag({ default: false, help: 'Leave a limit that is higher.' }),
    use_min: flag({ default: false, help: 'Leave a limit that is lower.' }),
    comment: text({ default: '', pattern: /^[^\n\0]*$/, help: 'A comment behind it.' }),
    backup,
  },
  examples: [
    { title: 'Open files', args: { domain: 'kafka', limit_type: '-', limit_item: 'nofile', value: '100000' } },
  ],

  rule({ value, limit_item, use_max, use_min }) {
    if (use_max && use_min) return 'give use_max or use_min, not both'
    if (limit_item === 'nice' || limit_item === 'priority')
      return /^-?\d+$/.test(value) && Math.abs(Number(value)) <= 20 ? undefined : `${value} is no ${limit_item}`
    return /^-(?!1$)/.test(value) ? `${value} is no limit` : undefined
  },

  probe: ({ dest, backup }, reader) => probeEdited(edit(dest, backup), reader),
  want(args, now) {
    const comment = asWritten(args.comment, now)
    return wantEdited(edit(args.dest, args.backup), now, limited(now.content ?? '', { ...args, comment }), false)
  },
  apply: ({ dest, backup }, now, want) => editSteps(edit(dest, backup), now, want),
  text: ['content'],
  result: ({ domain, limit_type, limit_item, value }) => ({ msg: [domain, limit_type, limit_item, value].join('\t') }),
})

const edit = (dest: string, backup: boolean) => ({
  path: dest,
  create: dest.endsWith('.conf'),
  backup,
  validate: undefined,
})

interface Limit {
  readonly domain: string
  readonly limit_type: string
  readonly limit_item: string
  readonly value: string
  readonly use_max: boolean
  readonly use_min: boolean
  readonly comment: string
}

const amount = (value: string): number => (/^(unlimited|infinity|-1)$/.test(value) ? Infinity : Number(value))

function limited(text: string, { domain, limit_type, limit_item, value, use_max, use_min, comment }: Limit): string {
  const lines = linesOf(text)
  const wordsOf = (line: string): string[] => bare(line).replace(/#.*/, '').trim().split(/\s+/)
  const hits = lines.flatMap((line, at) => {
    const [who, type, item] = wordsOf(line)
    return who === domain && type === limit_type && item === limit_item ? [at] : []
  })
  const [first] = hits
  const old = first === undefined ? undefined : wordsOf(lines[first] ?? '')[3]
  const fits = old !== undefined && limit_item !== 'nice' && limit_item !== 'priority'
  const kept =
    fits && ((use_max && amount(old) >= amount(value)) || (use_min && amount(old) <= amount(value))) ? old : value
  const fresh = `${[domain, limit_type, limit_item, kept].join('\t')}${comment === '' ? '' : `\t# ${comment}`}\n`
  if (first === undefined) {
    endLast(lines)
    return [...lines, fresh].join('')
  }
  const right = old === kept && (comment === '' || (lines[first] ?? '').includes(`# ${comment}`))
  return lines.flatMap((line, at) => (at === first ? [right ? line : fresh] : hits.includes(at) ? [] : [line])).join('')
}
