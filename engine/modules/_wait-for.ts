import type { Reader } from '../host/reader.ts'
import { pattern } from './_pattern.ts'

export interface WaitArgs {
  readonly host: string
  readonly port: number | undefined
  readonly any_of: readonly string[] | undefined
  readonly send: string | undefined
  readonly path: string | undefined
  readonly state: 'started' | 'stopped' | 'present' | 'absent' | 'drained'
  readonly timeout: number
  readonly connect_timeout: number
  readonly search_regex: string | undefined
  readonly exclude_hosts: readonly string[]
  readonly active_connection_states: readonly string[]
}

/** One look: whether it is as it should be, why not, and what a pattern found. */
export interface Look {
  readonly met: boolean
  readonly seen: string
  readonly match?: RegExpExecArray | undefined
  /** What a port said, and at which address. */
  readonly said?: string | undefined
  readonly address?: string | undefined
}

const isUp = ({ state }: WaitArgs): boolean => state === 'started' || state === 'present'

export function look(args: WaitArgs, left: number, reader: Reader): Promise<Look> {
  if (args.path !== undefined) return lookAtPath(args, args.path, reader)
  if (args.any_of !== undefined) return lookAtAny(args, args.any_of, left, reader)
  return args.state === 'drained' ? lookForClients(args, reader) : lookAtPort(args, args.port ?? 0, left, reader)
}

const finder = ({ search_regex }: WaitArgs): RegExp | undefined =>
  search_regex === undefined ? undefined : pattern(search_regex, 'm')

async function lookAtPath(args: WaitArgs, path: string, reader: Reader): Promise<Look> {
  const found = finder(args)
  const there = (await reader.stat(path)) !== undefined
  if (!isUp(args)) return { met: !there, seen: `${path} is still there` }
  if (!there || !found) return { met: there, seen: `there is no ${path}` }
  const match = found.exec((await reader.readText(path)) ?? '') ?? undefined
  return { met: match !== undefined, seen: `${path} does not hold ${args.search_regex ?? ''}`, match }
}

/** `host:port`, an IPv6 address in brackets. */
export function addressIn(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text.trim()) ?? []
  const host = bracketed ?? bare
  return host === undefined ? undefined : { host, port: Number(port) }
}

/** One after the other, until one answers as wished. */
async function lookAtAny(args: WaitArgs, addresses: readonly string[], left: number, reader: Reader): Promise<Look> {
  const seen: string[] = []
  for (const text of addresses) {
    const { host, port } = addressIn(text) ?? { host: text, port: 0 }
    const found = await lookAtPort({ ...args, host }, port, left, reader)
    if (found.met) return { ...found, address: text }
    seen.push(`${text}: ${found.seen}`)
  }
  return { met: false, seen: seen.join('; ') }
}

async function lookAtPort(args: WaitArgs, port: number, left: number, reader: Reader): Promise<Look> {
  const { host, send } = args
  const found = finder(args)
  if (!found && send === undefined && isLocal(host)) {
    const open = (await reader.listening()).some((socket) => socket.port === port && reaches(host, socket.address))
    return { met: open === isUp(args), seen: open ? `something still listens` : 'nothing listens' }
  }
  const timeout = Math.max(1, Math.min(args.connect_timeout, left))
  const read = (found !== undefined || send !== undefined) && isUp(args)
  const { connected, data, error } = await reader.dial(host, port, {
    timeout,
    read,
    ...(send !== undefined && { send }),
  })
  if (!isUp(args)) return { met: !connected, seen: 'it still answers' }
  if (!connected || !found) return { met: connected, seen: error ?? 'no connection', said: data }
  const match = found.exec(data) ?? undefined
  const seen = `what it says does not match ${args.search_regex ?? ''}: ${data.slice(0, 200).trim() || 'nothing'}`
  return { met: match !== undefined, seen, match, said: data }
}

const isLocal = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1|0\.0\.0\.0)$/.test(host)

/** Whether a socket that listens at an address hears what goes to a local name. */
function reaches(host: string, address: string): boolean {
  const bare = address.replace(/^::ffff:/, '')
  if (bare === '0.0.0.0' || bare === '::') return true
  return host === 'localhost' ? isLocal(bare) : bare === host
}

/** proc(5), /proc/net/tcp: states by number, addresses in hex. */
const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
}

async function lookForClients(args: WaitArgs, reader: Reader): Promise<Look> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => reader.readText(path)))
  const wanted = args.active_connection_states.map((name) => STATES[name])
  const excluded = new Set([...args.exclude_hosts.map(hexOf)])
  const port = (args.port ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const mine = hexOf(args.host)
  const clients = tables
    .flatMap((table) => (table ?? '').split('\n'))
    .filter((line) => {
      const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/)
      const [address = '', localPort] = local.split(':')
      if (localPort !== port || !wanted.includes(state)) return false
      const here = mine === hexOf('0.0.0.0') || address.endsWith(mine)
      return here && ![...excluded].some((other) => remote.split(':')[0]?.endsWith(other))
    })
  return { met: clients.length === 0, seen: `${clients.length} connections are left` }
}

/** An IPv4 address as the kernel prints it on little-endian machines; it ends an IPv6 one that stands for it. */
const hexOf = (address: string): string =>
  (address === 'localhost' ? '127.0.0.1' : address)
    .split('.')
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .reverse()
    .join('')
