import { makeLink } from '../host/actions.ts'
import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { choice, text } from '../schema/field.ts'
import { named, refusal } from './_refuse.ts'

const ZONES = '/usr/share/zoneinfo'
const LINK = '/etc/localtime'
/** Where the name stands besides: Debian; Red Hat before systemd. */
const DEBIAN = '/etc/timezone'
const RED_HAT = '/etc/sysconfig/clock'

export const timezone = defineModule({
  name: 'timezone',
  summary: 'Sets the time zone of the host.',
  notes:
    '`/etc/localtime` is pointed at the zone, and the name is written where the distribution keeps it besides. Programs that run already may go on in the old zone: restart cron.',
  args: {
    name: text({ pattern: /^[A-Za-z0-9][\w+-]*(\/[A-Za-z0-9][\w+-]*)*$/, help: 'The zone, such as Europe/Berlin.' }),
    hwclock: choice(['UTC', 'local'], {
      optional: true,
      aliases: ['rtc'],
      help: 'Not supported: the hardware clock stays as it is.',
    }),
  },
  examples: [{ title: 'Berlin', args: { name: 'Europe/Berlin' } }],

  rule: ({ hwclock }) => (hwclock === undefined ? undefined : 'hwclock is not supported'),

  async probe({ name }, reader) {
    const [link, zone, debian, redHat] = await Promise.all([
      reader.lstat(LINK),
      reader.stat(`${ZONES}/${name}`),
      reader.readText(DEBIAN),
      reader.readText(RED_HAT),
    ])
    const [here, there] =
      link?.kind === 'file' && zone?.kind === 'file'
        ? await Promise.all([reader.digest(LINK, 'md5'), reader.digest(`${ZONES}/${name}`, 'md5')])
        : []
    const copied = here !== undefined && here === there
    return {
      kind: link?.kind ?? 'absent',
      zone: copied ? name : zoneIn(link?.target),
      known: zone?.kind ?? 'absent',
      debian: debian ?? null,
      'red hat': redHat ?? null,
    }
  },

  want: ({ name }, now) => ({
    zone: name,
    ...(now.debian !== null && { debian: `${name}\n` }),
    ...(now['red hat'] !== null && { 'red hat': clock(now['red hat'], name) }),
  }),

  apply({ name }, now, want): Step[] {
    if (now.known !== 'file' && now.known !== 'unknown')
      throw refusal(`the host has no time zone ${name}`, 'is the name right, and the package tzdata installed?')
    if (now.kind === 'dir') throw refusal(`${LINK} is ${named(now.kind)}`)
    return [
      ...(now.zone === name ? [] : [makeLink(LINK, `${ZONES}/${name}`)]),
      ...file(DEBIAN, now.debian, want.debian),
      ...file(RED_HAT, now['red hat'], want['red hat']),
    ]
  },
  result: ({ name }) => ({ name }),
})

const zoneIn = (target: string | undefined): string | null => /(?:^|\/)zoneinfo\/(.+)$/.exec(target ?? '')?.[1] ?? null

const file = (path: string, now: string | null, want: string | null | undefined): Step[] =>
  typeof want === 'string' && want !== now ? [{ kind: 'write', path, content: want }] : []

const clock = (text: string, name: string): string =>
  /^ZONE=/m.test(text)
    ? text.replace(/^ZONE=.*$/m, `ZONE="${name}"`)
    : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}ZONE="${name}"\n`
