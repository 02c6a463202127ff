import './support/own-lab.ts'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import { askZookeeper, createTopic, playbook, serveMirror } from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { login, writeFiles } from './support/inventory.ts'
import { consume, kcat, produce } from './support/kcat.ts'
import { changesOf, changesPerHost, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { outerAddress } from './roster.ts'
import { compareSnapshots, snapshot } from './snapshot.ts'

const names = ['bare1', 'bare2', 'bare3']
const advertised = 9292

/** Variable of the role, its value, the broker's setting and how the broker's log shows it. None is a default. */
const settings: readonly (readonly [variable: string, value: unknown, setting: string, shown: string])[] = [
  ['kafka_broker_id', 101, 'broker.id', '101'],
  ['kafka_port', 9192, 'port', '9192'],
  ['kafka_advertised_host_name', outerAddress, 'advertised.host.name', outerAddress],
  ['kafka_advertised_port', advertised, 'advertised.port', String(advertised)],
  ['kafka_log_dirs', ['/data/first', '/data/second'], 'log.dirs', '/data/first,/data/second'],
  ['kafka_num_recovery_threads_per_data_dir', 3, 'num.recovery.threads.per.data.dir', '3'],
  ['kafka_auto_create_topics_enable', false, 'auto.create.topics.enable', 'false'],
  ['kafka_num_partitions', 4, 'num.partitions', '4'],
  ['kafka_default_replication_factor', 2, 'default.replication.factor', '2'],
  ['kafka_min_insync_replicas', 2, 'min.insync.replicas', '2'],
  ['kafka_unclean_leader_election_enable', false, 'unclean.leader.election.enable', 'false'],
  ['kafka_log_retention_ms', 7_200_000, 'log.retention.ms', '7200000'],
  ['kafka_log_retention_minutes', 121, 'log.retention.minutes', '121'],
  ['kafka_log_retention_hours', 3, 'log.retention.hours', '3'],
  ['kafka_log_retention_bytes', 3_221_225_472, 'log.retention.bytes', '3221225472'],
  ['kafka_log_segment_bytes', 536_870_912, 'log.segment.bytes', '536870912'],
  ['kafka_log_roll_ms', 3_600_001, 'log.roll.ms', '3600001'],
  ['kafka_log_roll_hours', 5, 'log.roll.hours', '5'],
  ['kafka_message_max_bytes', 1_000_013, 'message.max.bytes', '1000013'],
  ['kafka_replica_fetch_max_bytes', 1_100_000, 'replica.fetch.max.bytes', '1100000'],
]

const extra = { 'num.io.threads': 5, 'delete.topic.enable': true, 'log.cleaner.backoff.ms': 14_000 }

const inventory = (mirror: string): object => ({
  all: {
    vars: {
      ...login,
      mirror,
      java_archive_url: '{{ mirror }}/java/jdk-linux-x64.tar.gz',
      zookeeper_heap: '64m',
      kafka_heap: '200m',
      kafka_zookeeper_chroot: '/deep/kafka',
    },
    hosts: {
      bare1: {
        ...Object.fromEntries(settings.map(([variable, value]) => [variable, value])),
        ansible_host: host('bare1').address,
        zookeeper_id: 7,
        kafka_extra_properties: extra,
      },
      // The names that the broker itself would ignore.
      bare2: {
        ansible_host: host('bare2').address,
        kafka_broker_id: 2,
        kafka_log_segment_minutes: 90,
        kafka_log_segment_hours: 7,
      },
      bare3: {
        ansible_host: host('bare3').address,
        kafka_broker_id: 3,
        kafka_extra_properties: { 'log.segment.ms': 5_400_001 },
      },
    },
    children: {
      zookeeper: { hosts: { bare1: {} } },
      kafka: { hosts: { bare1: {}, bare2: {}, bare3: {} } },
    },
  },
})

/** The last `KafkaConfig values` block of a broker's log. */
async function readConfig(name: string): Promise<Map<string, string>> {
  const log = (await host(name).exec('cat /var/log/kafka/server.log')).stdout
  const [, block = ''] = /KafkaConfig values: \n((?:\t.*\n)+)(?![\s\S]*KafkaConfig values:)/.exec(log) ?? []
  return new Map(
    block
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim().split(' = '))
      .map(([key = '', value = '']) => [key, value]),
  )
}

/** Who reaches a broker by another name and port comes by way of something like this. */
function forward(port: number, to: { host: string; port: number }): Promise<Server> {
  const server = createServer((client) => {
    const upstream = createConnection(to)
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const]) {
      one.on('error', () => undefined).once('close', () => other.destroy())
    }
  })
  return new Promise((resolve) => server.listen(port, outerAddress, () => resolve(server)))
}

describe.skipIf(labProblem())("every setting of Kafka's role", () => {
  let mirror: ServedMirror | undefined
  let way: Server | undefined
  let file: string
  let config: Map<string, string>[]
  const run = (...more: string[]): Promise<Run> => runPlaybook(['-i', file, playbook('site'), ...more])

  beforeAll(async () => {
    await bareHosts(names)
    mirror = await serveMirror()
    way = await forward(advertised, { host: host('bare1').address, port: 9192 })
    file = join(await writeFiles({ 'hosts.yml': inventory(mirror.url) }), 'hosts.yml')
    const built = await run()
    expect(built.code, story(built)).toBe(0)
    config = await Promise.all(names.map(readConfig))
  })
  afterAll(async () => {
    way?.close()
    await mirror?.close()
  })

  test.each(settings)('%s: %j is %s = %s', (_variable, _value, setting, shown) => {
    const [all, plain] = config
    expect(all?.get(setting)).toBe(shown)
    // And nobody else has it, so that it is no default.
    expect(plain?.get(setting)).not.toBe(shown)
  })

  test('the chroot of ZooKeeper', async () => {
    for (const each of config) expect(each.get('zookeeper.connect')).toBe('bare1:2181/deep/kafka')
    const sessions = await askZookeeper(host('bare1').address, 'dump')
    for (const id of [101, 2, 3]) expect(sessions).toContain(`/deep/kafka/brokers/ids/${id}\n`)
  })

  test.each(Object.entries(extra))('a free setting: %s = %s', (setting, value) => {
    expect(config[0]?.get(setting)).toBe(String(value))
    expect(config[1]?.get(setting)).not.toBe(String(value))
  })

  test("the guide's names for the age of a segment become settings that the broker knows", async () => {
    expect(config[1]?.get('log.roll.ms')).toBe(String(90 * 60_000))
    expect(config[1]?.get('log.roll.hours')).toBe('7')
    expect(config[2]?.get('log.roll.ms')).toBe('5400001')
    for (const name of names) {
      const text = (await host(name).exec('cat /home/programs/kafka/config/server.properties')).stdout
      expect(text, name).not.toMatch(/^log\.segment\.(ms|minutes|hours)/m)
    }
  })

  test('heap and garbage collector are those of the running process', async () => {
    for (const name of names) {
      const command = "tr '\\0' '\\n' < /proc/$(systemctl show -p MainPID --value kafka)/cmdline"
      const words = (await host(name).exec(command)).stdout.split('\n')
      expect(words, name).toEqual(
        expect.arrayContaining([
          ...['-Xms200m', '-Xmx200m', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
          '-XX:InitiatingHeapOccupancyPercent=35',
        ]),
      )
    }
  })

  test('clients come by the advertised name and port', async () => {
    const seed = [`${outerAddress}:${advertised}`]
    expect(await kcat(['-b', seed.join(), '-L'])).toContain(`broker 101 at ${outerAddress}:${advertised}`)
    await createTopic('bare3', 'bare1:2181/deep/kafka', 'round', '--partitions 3 --replication-factor 3')
    const lines = ['one', 'two', 'three', 'four']
    await produce(seed, 'round', lines)
    expect((await consume(seed, 'round')).sort()).toEqual([...lines].sort())
  })

  test('a changed setting: --check names the restarts too, and the real run makes just those changes', async () => {
    const change = ['-e', 'zookeeper_max_client_cnxns=61', '-e', 'kafka_num_partitions=5', '--limit', 'bare1']
    const before = await snapshot('bare1', { ignore: ['/data'] })
    const foreseen = await run('--check', ...change)
    expect(foreseen.code, story(foreseen)).toBe(0)
    expect(compareSnapshots(before, await snapshot('bare1', { ignore: ['/data'] }))).toEqual([])
    expect(changesOf(foreseen).filter((pair) => pair.includes('(handler)'))).toHaveLength(3)

    const real = await run(...change)
    expect(real.code, story(real)).toBe(0)
    expect(changesOf(real)).toEqual(changesOf(foreseen))
    expect(changesPerHost(real)).toEqual({ bare1: 5 })
    expect((await readConfig('bare1')).get('num.partitions')).toBe('5')
  })

  test('what cannot work is refused before any host is touched', async () => {
    const large = await run('-e', 'kafka_message_max_bytes=2000000')
    expect(large.code).toBe(2)
    expect(story(large)).toContain('larger than replica.fetch.max.bytes')
    expect(changesPerHost(large)).toEqual({ bare1: 0, bare2: 0, bare3: 0 })

    const group = { zookeeper: { hosts: { bare1: {}, bare2: { zookeeper_id: 8 } } } }
    const even = join(await writeFiles({ 'even.yml': group }), 'even.yml')
    const refused = await run('-i', even)
    expect(refused.code).toBe(2)
    expect(story(refused)).toContain('2 servers')
    expect(changesPerHost(refused)).toEqual({ bare1: 0, bare2: 0, bare3: 0 })
  })
})
