import { defineRead, type ReadAnswer } from '../module/define.ts'
import { choice, float, list, path, text, whole } from '../schema/field.ts'
import { patternMistake } from './_pattern.ts'
import { addressIn, look, type Look, type WaitArgs } from './_wait-for.ts'

export const waitFor = defineRead({
  name: 'wait_for',
  summary: 'Waits until a port answers or a path is there, or no longer so, as seen from the host.',
  notes:
    'Nothing needs to be installed on the host: for a port of its own it reads which sockets listen, for others it opens a connection with what there is. With neither `port` nor `path` it waits for the whole `timeout`.',
  // Without time it is only asked how things are.
  waits: ({ timeout }) => timeout > 0,
  args: {
    host: text({ default: '127.0.0.1', help: 'Name or address to connect to.' }),
    port: whole({ optional: true, help: 'Port to wait for.' }),
    any_of: list(text({ help: '`host:port`.' }), {
      optional: true,
      help: 'Instead of host and port: servers as `host:port`, of which any one will do. They are asked in turn.',
    }),
    send: text({ optional: true, help: 'Text to send once connected; `search_regex` looks at the answer.' }),
    path: path({ optional: true, help: 'Path to wait for.' }),
    state: choice(['started', 'stopped', 'present', 'absent', 'drained'], {
      default: 'started',
      help: 'What is waited for: `started` and `present` are the same, as are `stopped` and `absent`; `drained` means that no client is connected.',
    }),
    timeout: float({ default: 300, help: 'Seconds after which it fails.' }),
    connect_timeout: float({ default: 5, help: 'Seconds that one connection may take.' }),
    delay: float({ default: 0, help: 'Seconds before the first look.' }),
    sleep: float({ default: 1, help: 'Seconds between two looks.' }),
    search_regex: text({ optional: true, help: 'Pattern that the file, or what the port says, must match.' }),
    msg: text({ optional: true, help: 'The error, when it takes too long.' }),
    exclude_hosts: list(text({ help: 'An address.' }), {
      default: [],
      help: 'With `drained`: clients that do not count.',
    }),
    active_connection_states: list(
      choice(['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'], { help: 'A state.' }),
      {
        default: ['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'SYN_RECV', 'SYN_SENT', 'TIME_WAIT'],
        help: 'With `drained`: states in which a connection counts.',
      },
    ),
  },
  examples: [
    { title: 'Until a broker listens', args: { port: 9092, timeout: 60 } },
    { title: 'Until a line is in a log', args: { path: '/var/log/kafka/server.log', search_regex: 'started' } },
    {
      title: 'Until a ZooKeeper leads or follows, without any tool',
      args: { port: 2181, send: 'srvr', search_regex: 'Mode: (leader|follower|standalone)' },
    },
    { title: 'Until a port is free', args: { port: 2181, state: 'stopped' } },
  ],

  rule({ port, path, any_of, send, state, search_regex, exclude_hosts }) {
    const mistake = patternMistake(search_regex)
    if (mistake !== undefined) return `search_regex: ${mistake}`
    if (port !== undefined && path !== undefined) return 'give port or path, not both'
    if (port !== undefined && (port < 1 || port > 65_535)) return `${port} is no port`
    if (any_of !== undefined) {
      if (port !== undefined || path !== undefined) return 'give any_of, or port, or path'
      if (state !== 'started' && state !== 'present') return `state ${state} is for one port`
      if (any_of.length === 0) return 'any_of is empty'
      const wrong = any_of.find((each) => addressIn(each) === undefined)
      if (wrong !== undefined) return `"${wrong}" is not host:port`
    } else if (send !== undefined && (port === undefined || (state !== 'started' && state !== 'present'))) {
      return 'send is for a port that is to be up'
    }
    if (path !== undefined && state === 'drained') return 'state drained is for a port'
    if (path !== undefined && state === 'stopped') return 'state stopped is for a port: use absent'
    if (port === undefined && path === undefined && any_of === undefined && state !== 'started')
      return `state ${state} needs port or path`
    return exclude_hosts.length > 0 && state !== 'drained' ? 'exclude_hosts is for state drained' : undefined
  },

  async read(args, reader, { sleep, now }): Promise<ReadAnswer> {
    const start = now()
    const elapsed = (): number => (now() - start) / 1000
    if (args.delay > 0) await sleep(args.delay * 1000)
    let seen: Look | undefined
    if (args.port === undefined && args.path === undefined && args.any_of === undefined) {
      await sleep(Math.max(args.timeout - elapsed(), 0) * 1000)
      return { values: valuesOf(args, elapsed()) }
    }
    for (;;) {
      seen = await look(args, args.timeout - elapsed(), reader)
      if (seen.met) return { values: valuesOf(args, elapsed(), seen) }
      const left = args.timeout - elapsed()
      if (left <= 0) break
      await sleep(Math.min(Math.max(args.sleep, 0.1), left) * 1000)
    }
    return {
      values: valuesOf(args, elapsed()),
      failed: args.msg ?? `timeout after ${args.timeout} s waiting for ${subject(args)}`,
      hint: `last seen: ${seen.seen}`,
    }
  },
})

/** More of what a server says is not kept. */
const KEPT = 65_536

const subject = ({ host, port, path, any_of, state }: WaitArgs): string =>
  `${path ?? any_of?.join(' or ') ?? `${host}:${port ?? ''}`}${state === 'started' || state === 'present' ? '' : ` to be ${state}`}`

function valuesOf(args: WaitArgs, elapsed: number, seen?: Look): ReadAnswer['values'] {
  const { port, path, state, search_regex } = args
  return {
    state,
    port: port ?? null,
    path: path ?? null,
    search_regex: search_regex ?? null,
    elapsed: Math.floor(elapsed),
    ...(seen?.said !== undefined && seen.said !== '' && { data: seen.said.slice(0, KEPT) }),
    ...(seen?.address !== undefined && { address: seen.address }),
    match_groups: seen?.match?.slice(1) ?? [],
    match_groupdict: { ...seen?.match?.groups },
  }
}
