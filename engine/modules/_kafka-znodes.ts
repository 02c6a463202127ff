/**
 * What Kafka writes into ZooKeeper, as JSON. Source: "Kafka data structures in Zookeeper" of Kafka's wiki, and
 * ZkUtils.scala (0.9) and ZkData.scala (1.1 and later), which know the same keys and more.
 */

/** A path holds something that Kafka does not write there. */
export class BadZnode extends Error {
  constructor(path: string, why: string) {
    super(`${path} in ZooKeeper ${why}`)
  }
}

export interface Broker {
  readonly host: string | null
  readonly port: number | null
  /** `PROTOCOL://host:port`; brokers before 0.9 tell none. */
  readonly endpoints: readonly string[]
  readonly rack: string | null
  /** Milliseconds since 1970, by the broker's clock: when it registered. */
  readonly timestamp: number | null
}

export interface PartitionState {
  /** -1: none. */
  readonly leader: number
  readonly isr: readonly number[]
}

/** /brokers/ids/N. A broker without a listener of plain text has its name in its endpoints only. */
export function brokerIn(path: string, data: Buffer): Broker {
  const { host, port, endpoints = [], rack, timestamp } = objectIn(path, data)
  if (!Array.isArray(endpoints) || !endpoints.every((each) => typeof each === 'string'))
    throw new BadZnode(path, `has endpoints that are none: ${JSON.stringify(endpoints)}`)
  const [, bracketed, bare, number] = /:\/\/(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(endpoints[0] ?? '') ?? []
  const named = typeof host === 'string' && host !== ''
  if (!named && number === undefined) throw new BadZnode(path, 'names no host')
  return {
    host: named ? host : (bracketed ?? bare ?? null),
    port: named && typeof port === 'number' && port >= 0 ? port : number === undefined ? null : Number(number),
    endpoints,
    rack: typeof rack === 'string' ? rack : null,
    timestamp: /^\d{1,15}$/.test(String(timestamp)) ? Number(timestamp) : null,
  }
}

/** /controller. */
export const controllerIn = (path: string, data: Buffer): number =>
  wholeIn(path, 'brokerid', objectIn(path, data)['brokerid'])

/** /cluster/id, since 0.10.1. */
export function clusterIn(path: string, data: Buffer): string {
  const { id } = objectIn(path, data)
  if (typeof id !== 'string') throw new BadZnode(path, 'has no id')
  return id
}

/** /brokers/topics/T: partition → brokers that are to have it, the preferred leader first. */
export function assignmentIn(path: string, data: Buffer): ReadonlyMap<number, readonly number[]> {
  const { partitions } = objectIn(path, data)
  if (typeof partitions !== 'object' || partitions === null) throw new BadZnode(path, 'has no partitions')
  const rows = Object.entries(partitions).map(
    ([key, replicas]) => [numberIn(path, key), numbersIn(path, `partition ${key}`, replicas)] as const,
  )
  return new Map(rows.sort(([a], [b]) => a - b))
}

/** /brokers/topics/T/partitions/N/state. */
export function stateIn(path: string, data: Buffer): PartitionState {
  const { leader, isr } = objectIn(path, data)
  return { leader: wholeIn(path, 'leader', leader), isr: numbersIn(path, 'isr', isr) }
}

/** A name that Kafka gives to what it counts: a broker, a partition. */
export function numberIn(path: string, name: string): number {
  if (!/^\d{1,10}$/.test(name)) throw new BadZnode(path, `lists "${name}", which is no number`)
  return Number(name)
}

function objectIn(path: string, data: Buffer): Readonly<Record<string, unknown>> {
  const text = data.toString('utf8')
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    found = undefined
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new BadZnode(path, `does not hold what Kafka writes: ${JSON.stringify(text.slice(0, 80))}`)
  return found as Readonly<Record<string, unknown>>
}

function wholeIn(path: string, key: string, value: unknown): number {
  if (!Number.isInteger(value)) throw new BadZnode(path, `has no number as ${key}: ${JSON.stringify(value)}`)
  return value as number
}

function numbersIn(path: string, key: string, value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw new BadZnode(path, `has no list as ${key}: ${JSON.stringify(value)}`)
  return value.map((each) => wholeIn(path, key, each))
}
