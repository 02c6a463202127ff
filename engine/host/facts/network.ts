import type { Facts } from '../facts.ts'
import { addressesIn, type Address, type Ipv4, ipv4Of } from './addresses.ts'
import type { Source } from './source.ts'

const TYPES: Readonly<Record<string, string>> = {
  1: 'ether',
  32: 'infiniband',
  512: 'ppp',
  772: 'loopback',
  65534: 'tunnel',
}

/** Interfaces, each a fact of its own too, the addresses of all, and those that the way out of the host has. */
export function networkFacts(source: Source): Facts {
  const addresses = addressesIn(source)
  const names = source.names('/sys/class/net/', '/mtu').sort()
  const interfaces = new Map(names.map((name) => [name, interfaceFacts(source, name, addresses)]))
  const outside = addresses.filter(({ text }) => !text.startsWith('127.') && text !== '::1')
  const texts = (family: 4 | 6) => outside.filter((address) => address.family === family).map(({ text }) => text)
  return {
    interfaces: names,
    ...Object.fromEntries([...interfaces].map(([name, facts]) => [name.replaceAll('-', '_'), facts])),
    all_ipv4_addresses: texts(4),
    all_ipv6_addresses: texts(6),
    default_ipv4: defaultIpv4(source, interfaces, addresses),
    default_ipv6: defaultIpv6(source, interfaces, addresses),
    dns: dnsFacts(source),
  }
}

interface Interface extends Facts {
  readonly mtu?: number
  readonly type: string
  readonly macaddress?: string
}

function interfaceFacts(source: Source, name: string, all: readonly Address[]): Interface {
  const text = (file: string) => source.text(`/sys/class/net/${name}/${file}`)
  const mac = text('address')
  const [primary, ...more] = all.filter((address) => address.device === name && address.family === 4)
  const six = all.filter((address) => address.device === name && address.family === 6)
  const module = moduleOf(source, name)
  const speed = Number(text('speed') ?? -1)
  const bridge = text('bridge/bridge_id')
  const bonding = text('bonding/mode')
  return {
    device: name,
    ...(mac === undefined || /^(00:)*00$/.test(mac) ? {} : { macaddress: mac }),
    mtu: Number(text('mtu') ?? 0),
    active: text('operstate') !== 'down',
    promisc: (Number(text('flags') ?? 0) & 0x100) !== 0,
    type:
      bridge !== undefined ? 'bridge' : bonding !== undefined ? 'bonding' : (TYPES[text('type') ?? ''] ?? 'unknown'),
    ...(module === undefined ? {} : { module }),
    ...(speed > 0 ? { speed } : {}),
    ...(bridge === undefined
      ? {}
      : { id: bridge, stp: text('bridge/stp_state') === '1', interfaces: portsOf(source, name) }),
    ...(bonding === undefined
      ? {}
      : {
          slaves: text('bonding/slaves')?.split(' ') ?? [],
          mode: bonding.split(' ')[0],
          miimon: text('bonding/miimon'),
          lacp_rate: text('bonding/lacp_rate')?.split(' ')[0],
        }),
    ...(primary ? { ipv4: ipv4Facts(primary) } : {}),
    ...(more.length > 0 ? { ipv4_secondaries: more.map(ipv4Facts) } : {}),
    ...(six.length > 0
      ? { ipv6: six.map(({ text: address, prefix, scope }) => ({ address, prefix: String(prefix), scope })) }
      : {}),
  }
}

function ipv4Facts(address: Address): Ipv4 {
  return ipv4Of(address.text, address.prefix, address.broadcast)
}

const moduleOf = (source: Source, name: string): string | undefined =>
  source
    .section('modules')
    .split('\n')
    .find((line) => line.startsWith(`/sys/class/net/${name}/device/`))
    ?.split('/')
    .at(-1)

const portsOf = (source: Source, name: string): string[] =>
  source
    .section('members')
    .split('\n')
    .filter((path) => path.startsWith(`/sys/class/net/${name}/brif/`))
    .map((path) => path.split('/').at(-1) ?? '')

/** By what the kernel would do with a packet to the outside; without `ip`, by the routing table. */
function defaultIpv4(source: Source, interfaces: ReadonlyMap<string, Interface>, all: readonly Address[]): Facts {
  const route = source.section('route')
  const table = source.lines('/proc/net/route').map((line) => line.trim().split(/\s+/))
  const [entry] = table
    .filter(
      ([, destination, , flags, , , , mask]) =>
        destination === '00000000' && mask === '00000000' && (Number(`0x${flags}`) & 1) === 1,
    )
    .sort((one, other) => Number(one[6]) - Number(other[6]))
  const name = / dev (\S+)/.exec(route)?.[1] ?? entry?.[0]
  const gateway = / via (\S+)/.exec(route)?.[1] ?? (entry?.[2] === undefined ? undefined : dotted(entry[2]))
  if (name === undefined) return {}
  const own = all.filter((address) => address.device === name && address.family === 4)
  const chosen = own.find(({ text }) => text === / src (\S+)/.exec(route)?.[1]) ?? own[0]
  if (!chosen) return {}
  const { mtu, type, macaddress } = interfaces.get(name) ?? { type: 'unknown' }
  return {
    ...(gateway === undefined || gateway === '0.0.0.0' ? {} : { gateway }),
    interface: name,
    alias: chosen.label ?? name,
    ...ipv4Facts(chosen),
    ...(macaddress === undefined ? {} : { macaddress }),
    mtu,
    type,
  }
}

/** proc(5) has no ipv6_route: destination, prefix, source, prefix, next hop, metric, uses, counts, flags, device. */
function defaultIpv6(source: Source, interfaces: ReadonlyMap<string, Interface>, all: readonly Address[]): Facts {
  const [entry] = source
    .lines('/proc/net/ipv6_route')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([destination, prefix, , , hop]) =>
        /^0{32}$/.test(destination ?? '') && prefix === '00' && !/^0{32}$/.test(hop ?? ''),
    )
    .sort((one, other) => Number.parseInt(one[5] ?? '', 16) - Number.parseInt(other[5] ?? '', 16))
  const name = entry?.[9]
  const address = all.find(({ device, family, scope }) => device === name && family === 6 && scope === 'global')
  if (!entry || name === undefined || !address) return {}
  const { mtu, type, macaddress } = interfaces.get(name) ?? { type: 'unknown' }
  const gateway = new URL(`http://[${(entry[4] ?? '').replace(/(.{4})(?=.)/g, '$1:')}]`).hostname.slice(1, -1)
  return {
    gateway,
    interface: name,
    address: address.text,
    prefix: String(address.prefix),
    scope: address.scope,
    ...(macaddress === undefined ? {} : { macaddress }),
    mtu,
    type,
  }
}

/** Addresses in /proc/net/route are in the machine's own byte order. */
const dotted = (hex: string): string => [...Buffer.from(hex, 'hex')].reverse().join('.')

/** resolv.conf(5). */
function dnsFacts(source: Source): Facts {
  const facts: {
    nameservers?: string[]
    search?: string[]
    sortlist?: string[]
    domain?: string
    options?: Record<string, string | true>
  } = {}
  for (const line of source.lines('/etc/resolv.conf')) {
    const [keyword, ...words] = line
      .replace(/^\s*[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver') facts.nameservers = [...(facts.nameservers ?? []), ...words]
    else if (keyword === 'domain' && words[0] !== undefined) facts.domain = words[0]
    else if (keyword === 'search') facts.search = words
    else if (keyword === 'sortlist') facts.sortlist = words
    else if (keyword === 'options') {
      facts.options = Object.fromEntries(
        words.map((word) => [
          word.split(':', 1)[0] ?? '',
          word.includes(':') ? word.slice(word.indexOf(':') + 1) : true,
        ]),
      )
    }
  }
  return facts
}
