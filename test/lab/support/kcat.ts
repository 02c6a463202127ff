import './own-lab.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { guestNamed, knownNames } from '../roster.ts'
import { runCommand } from './command.ts'
import { emptyFolder } from './inventory.ts'

const versions = ['-X', 'api.version.request=false', '-X', 'broker.version.fallback=0.9.0.1']
let namesFile: string | undefined

async function names(): Promise<string> {
  if (namesFile !== undefined) return namesFile
  const lines = ['127.0.0.1 localhost', ...knownNames.map((name) => `${guestNamed(name).address} ${name}`)]
  namesFile = join(await emptyFolder(), 'hosts')
  await writeFile(namesFile, `${lines.join('\n')}\n`)
  return namesFile
}

/**
 * Debian's kcat on the outer machine, which is no broker. Brokers give their names, so it sees a hosts file of its own,
 * in a mount namespace of its own.
 */
export async function kcat(args: readonly string[], stdin = ''): Promise<string> {
  const script = 'mount --bind "$0" /etc/hosts && exec kcat "$@"'
  const answer = await runCommand('unshare', ['--mount', 'sh', '-c', script, await names(), ...versions, ...args], {
    stdin,
    timeout: 60_000,
  })
  if (answer.code !== 0) throw new Error(`kcat ${args.join(' ')}: ${answer.stderr}`)
  return answer.stdout
}

/** Writes messages and waits until all replicas in sync have them. */
export const produce = (brokers: readonly string[], topic: string, lines: readonly string[]): Promise<string> =>
  kcat(['-b', brokers.join(','), '-P', '-t', topic, '-X', 'topic.acks=-1'], `${lines.join('\n')}\n`)

export interface Producer {
  /** Ends it when all it wrote is acknowledged or given up. Answers what all replicas in sync have. */
  stop(): Promise<string[]>
}

/** Writes numbers, one every 20 ms, each until `min.insync.replicas` of its partition have it. */
export async function startProducer(brokers: readonly string[], topic: string): Promise<Producer> {
  const settings = [
    'topic.acks=-1',
    'message.send.max.retries=1000',
    'retry.backoff.ms=200',
    'queue.buffering.max.ms=20',
  ]
  const script = 'mount --bind "$0" /etc/hosts && exec kcat "$@"'
  const words = [...versions, '-b', brokers.join(','), '-P', '-t', topic, ...settings.flatMap((each) => ['-X', each])]
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, await names(), ...words], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const sent: string[] = []
  const timer = setInterval(() => {
    sent.push(String(sent.length))
    child.stdin.write(`${sent.at(-1) ?? ''}\n`)
  }, 20)
  return {
    async stop() {
      clearInterval(timer)
      const ended = once(child, 'close')
      child.stdin.end()
      const [code] = (await ended) as [number | null]
      if (code !== 0 || /Delivery failed|\bfailed to deliver/i.test(said))
        throw new Error(`kcat ends with ${code}: ${said}`)
      return sent
    },
  }
}

/** Reads all messages of a topic. */
export const consume = async (brokers: readonly string[], topic: string): Promise<string[]> =>
  (await kcat(['-b', brokers.join(','), '-C', '-t', topic, '-o', 'beginning', '-e', '-q'])).split('\n').filter(Boolean)

export interface Partition {
  readonly partition: number
  readonly leader: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}

interface Metadata {
  readonly brokers: readonly { readonly id: number; readonly name: string }[]
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly leader: number
      readonly replicas: readonly { readonly id: number }[]
      readonly isrs: readonly { readonly id: number }[]
    }[]
  }[]
}

const metadata = async (brokers: readonly string[], topic: readonly string[]): Promise<Metadata> =>
  JSON.parse(await kcat(['-b', brokers.join(','), '-L', '-J', ...topic])) as Metadata

/** The brokers that clients are told of, as `test1:9092`. */
export const knownBrokers = async (brokers: readonly string[]): Promise<string[]> =>
  (await metadata(brokers, [])).brokers.map(({ name }) => name).sort()

export async function partitionsOf(brokers: readonly string[], topic: string): Promise<Partition[]> {
  const { topics } = await metadata(brokers, ['-t', topic])
  return (topics.find((each) => each.topic === topic)?.partitions ?? []).map((each) => ({
    partition: each.partition,
    leader: each.leader,
    replicas: each.replicas.map(({ id }) => id).sort((a, b) => a - b),
    inSync: each.isrs.map(({ id }) => id).sort((a, b) => a - b),
  }))
}
