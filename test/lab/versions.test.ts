import './support/own-lab.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildMirror } from '../mirror/build.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import {
  askZookeeper,
  brokers,
  builtCluster,
  createTopic,
  playbook,
  serveMirror,
  until,
  writeInventory,
  zookeeperMode,
  zookeepers,
} from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { consume, partitionsOf, produce } from './support/kcat.ts'
import { changesOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'

const topic = 'archive'
const lines = Array.from({ length: 100 }, (_, index) => `message ${index}`)

/** What a service runs, told by its process and by itself. */
async function running(name: string, unit: string): Promise<{ java: string; program: string }> {
  const process =
    'pid=$(systemctl show -p MainPID --value "$0"); readlink /proc/$pid/exe; tr "\\0" "\\n" </proc/$pid/cmdline'
  const { stdout } = await host(name).exec(`sh -c '${process}' ${unit}`)
  const java = /^\/home\/programs\/([^/]+)\//.exec(stdout)?.[1] ?? stdout
  if (unit === 'zookeeper') {
    const said = await askZookeeper(host(name).address, 'srvr')
    return { java, program: /^Zookeeper version: ([\d.]+)/.exec(said)?.[1] ?? said }
  }
  const log = await host(name).exec(`grep -o "Kafka version : [0-9.]*" /var/log/kafka/server.log | tail -1`)
  return { java, program: log.stdout.trim().replace(/.* /, '') }
}

describe.skipIf(labProblem())('switching versions by variable', () => {
  let mirror: ServedMirror
  let inventory: string
  const run = (...more: string[]): Promise<Run> => runPlaybook(['-i', inventory, playbook('site'), ...more])

  beforeAll(async () => {
    await bareHosts(['bare1'])
    await buildMirror(undefined, { all: true })
    mirror = await serveMirror()
    inventory = await writeInventory(mirror)
    await builtCluster(inventory)
    const back = await run()
    expect(back.code, story(back)).toBe(0)
    await createTopic('test4', 'test1:2181', topic, '--partitions 3 --replication-factor 3')
    await until('all replicas are in sync', 60, async () => {
      const partitions = await partitionsOf(brokers, topic)
      return partitions.length === 3 && partitions.every(({ inSync }) => inSync.length === 3)
    })
    await produce(brokers, topic, lines)
  })
  afterAll(() => mirror.close())

  test.each([
    ['there', '17', { kafka: '0.9.0.0', zookeeper: '3.4.9', java: /^jdk-17/ }],
    ['and back', '8', { kafka: '0.9.0.1', zookeeper: '3.4.6', java: /^jdk1\.8/ }],
  ])('%s: all three at once, one host at a time, as --check says', async (_, jdk, wanted) => {
    const variables = [
      `kafka_version=${wanted.kafka}`,
      `zookeeper_version=${wanted.zookeeper}`,
      `java_archive_url=${mirror.url}/java/jdk-${jdk}-linux-x64.tar.gz`,
    ].flatMap((each) => ['-e', each])
    const modes = await Promise.all(zookeepers.map(zookeeperMode))
    const leader = zookeepers[modes.indexOf('leader')] ?? ''

    const foreseen = await run('--check', ...variables)
    expect(foreseen.code, story(foreseen)).toBe(0)
    const switched = await run(...variables)
    expect(switched.code, story(switched)).toBe(0)
    expect(changesOf(switched)).toEqual(changesOf(foreseen))
    const restarted = switched.events.flatMap((event) =>
      event.type === 'result' && event.task.handler && event.result.status === 'changed'
        ? [[event.task.role, event.result.host] as const]
        : [],
    )
    expect(restarted.filter(([role]) => role === 'zookeeper').map(([, name]) => name)).toEqual([
      ...zookeepers.filter((name) => name !== leader),
      leader,
    ])
    expect(restarted.filter(([role]) => role === 'kafka').map(([, name]) => name)).toEqual(
      brokers.flatMap((name) => [name, name]),
    )

    for (const name of zookeepers)
      expect(await running(name, 'zookeeper'), name).toEqual({
        java: expect.stringMatching(wanted.java) as string,
        program: wanted.zookeeper,
      })
    for (const name of brokers)
      expect(await running(name, 'kafka'), name).toEqual({
        java: expect.stringMatching(wanted.java) as string,
        program: wanted.kafka,
      })
    expect((await consume(brokers, topic)).sort()).toEqual([...lines].sort())
    expect(changesOf(await run(...variables))).toEqual([])
  })
})
