import type { Source } from './source.ts'

/** One address of one interface. */
export interface Address {
  readonly device: string
  readonly family: 4 | 6
  readonly text: string
  readonly prefix: number
  readonly broadcast: string
  readonly scope: string
  /** A name of its own, as eth0:1. */
  readonly label?: string | undefined
}

export interface Ipv4 {
  readonly address: string
  readonly broadcast: string
  readonly netmask: string
  readonly network: string
  readonly prefix: string
  readonly [key: string]: string
}

const number = (dotted: string): number => dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0)

/** What follows from an address and its prefix. */
export function ipv4Of(address: string, prefix: number, broadcast: string): Ipv4 {
  const mask = maskOf(prefix)
  return {
    address,
    broadcast,
    netmask: dotted(mask),
    network: dotted((number(address) & mask) >>> 0),
    prefix: String(prefix),
  }
}

/** All addresses, in the kernel's order: by `ip -o addr`, or where there is no `ip`, by what /proc knows of IPv4. */
export function addressesIn(source: Source): Address[] {
  const text = source.section('addresses')
  return text.includes('|--') ? fromTrie(text, source) : text.split('\n').flatMap((line) => fromLine(line) ?? [])
}

/** `2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global dynamic eth0\ …`. */
function fromLine(line: string): Address | undefined {
  const [, device, family, text, own] =
    /^\d+:\s+(\S+?)(?:@\S+)?\s+(inet6?)\s+([0-9a-f.:]+)(?:\/(\d+))?/.exec(line) ?? []
  if (device === undefined || text === undefined) return undefined
  const peer = / peer [0-9a-f.:]+\/(\d+)/.exec(line)?.[1]
  const label = / scope \S+ (?:[a-z]+ )*(\S+?)\\?(?:\s|$)/.exec(line)?.[1]
  return {
    device,
    family: family === 'inet' ? 4 : 6,
    text,
    prefix: Number(own ?? peer ?? (family === 'inet' ? 32 : 128)),
    broadcast: / brd (\S+)/.exec(line)?.[1] ?? '',
    scope: / scope (\S+)/.exec(line)?.[1] ?? 'global',
    label: label?.startsWith(`${device}:`) ? label : undefined,
  }
}

/** Local addresses are leaves of the kernel's trie; the interface is the one whose network has them. */
function fromTrie(trie: string, source: Source): Address[] {
  const own = [...trie.matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g)].map(([, text = '']) => text)
  const networks = source.lines('/proc/net/route').flatMap((line) => {
    const [device = '', destination = '', , , , , , mask = ''] = line.trim().split(/\s+/)
    const value = (hex: string) => Buffer.from(hex, 'hex').readUInt32LE()
    return /^[0-9A-F]{8}$/.test(destination) && mask !== '00000000'
      ? { device, network: value(destination), mask: value(mask) }
      : []
  })
  return [...new Set(own)].flatMap((text): Address[] => {
    if (text.startsWith('127.')) return [{ device: 'lo', family: 4, text, prefix: 8, broadcast: '', scope: 'host' }]
    const found = networks.find(({ network, mask }) => (number(text) & mask) >>> 0 === network)
    if (!found) return []
    const prefix = 32 - Math.log2((~found.mask >>> 0) + 1)
    const broadcast = dotted((number(text) | ~found.mask) >>> 0)
    return [{ device: found.device, family: 4, text, prefix, broadcast, scope: 'global' }]
  })
}
