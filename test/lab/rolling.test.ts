import './support/own-lab.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import {
  brokers,
  builtCluster,
  createTopic,
  playbook,
  processes,
  registeredBrokers,
  serveMirror,
  until,
  writeInventory,
} from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { consume, partitionsOf, produce, startProducer } from './support/kcat.ts'
import { changesOf, changesPerHost, killRun, recapOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { guestNamed } from './roster.ts'

const topic = 'ledger'
const four = ['-e', 'kafka_num_partitions=4']
const isInSync = async (): Promise<boolean> => {
  const partitions = await partitionsOf(brokers, topic)
  return partitions.length === 6 && partitions.every(({ leader, inSync }) => leader > 0 && inSync.length === 3)
}

/** What was done to services, in the order it was told: `test1 Stop`. */
const restarts = ({ events }: Run): string[] =>
  events.flatMap((event) =>
    event.type === 'result' && event.task.handler && event.result.status === 'changed'
      ? [`${event.result.host} ${event.task.name}`]
      : [],
  )
const oneByOne = (names: readonly string[]): string[] =>
  names.flatMap((name) => [`${name} Stop`, `${name} Start again`])
const only = (unit: string, lines: readonly string[]): string[] => lines.filter((line) => line.includes(` ${unit} `))
const owed = async (name: string): Promise<string> => (await host(name).exec('ls /var/lib/kplay/owed')).stdout.trim()

describe.skipIf(labProblem())('a cluster that serves', () => {
  let mirror: ServedMirror
  let inventory: string
  const run = (...more: string[]): Promise<Run> => runPlaybook(['-i', inventory, playbook('site'), ...more])

  beforeAll(async () => {
    await bareHosts(['test6'])
    mirror = await serveMirror()
    inventory = await writeInventory(mirror)
    await builtCluster(inventory)
    // Whatever an earlier test left: the settings of the inventory.
    const back = await run()
    expect(back.code, story(back)).toBe(0)
    const shape = '--partitions 6 --replication-factor 3 --config min.insync.replicas=2'
    await createTopic('test4', 'test1:2181', topic, shape)
    await until('all replicas are in sync', 60, isInSync)
  })
  afterAll(() => mirror.close())

  test('a changed setting restarts the brokers one by one, and no acknowledged message is lost', async () => {
    const [before, producer] = [await processes(), await startProducer(brokers, topic)]
    const changed = await run(...four)
    const sent = await producer.stop()
    expect(changed.code, story(changed)).toBe(0)
    expect(restarts(changed)).toEqual(oneByOne(brokers))
    const after = await processes()
    expect(only('zookeeper', after)).toEqual(only('zookeeper', before))
    expect(only('kafka', after).filter((line) => before.includes(line))).toEqual([])

    expect(sent.length).toBeGreaterThan(500)
    const read = new Set(await consume(brokers, topic))
    expect(sent.filter((number) => !read.has(number))).toEqual([])
    for (const name of brokers) expect(await owed(name), name).toBe('')
    expect(changesOf(await run(...four))).toEqual([])
  })

  test('a setting with which a broker does not start stops after the first one', async () => {
    const before = await processes()
    const bad = await run('-e', JSON.stringify({ kafka_extra_properties: { 'num.io.threads': 'many' } }))
    expect(bad.code, story(bad)).toBe(2)
    expect(restarts(bad)).toEqual(['test1 Stop'])
    expect(bad.events.find(({ type }) => type === 'play-stopped')).toMatchObject({
      reason: 'serial: test1 did not get through, so the run ends here',
      untouched: brokers.slice(1),
    })
    expect(story(bad)).toContain('Invalid value many for configuration num.io.threads')
    const lines = before.filter((line) => !line.startsWith('test1: kafka'))
    expect((await processes()).filter((line) => !line.startsWith('test1: kafka'))).toEqual(lines)
    const others = brokers.slice(1)
    await produce(others, topic, ['written while one is down'])
    expect(await consume(others, topic)).toContain('written while one is down')

    // With the setting mended, the others run still with what they were started with.
    const mended = await run(...four)
    expect(mended.code, story(mended)).toBe(0)
    expect(restarts(mended)).toEqual(oneByOne(others))
    await until('all replicas are in sync', 60, isInSync)
    expect(changesOf(await run(...four))).toEqual([])
  })

  test('a run that is killed before it restarts leaves the restart to the next one', async () => {
    const before = await processes()
    // Back to the setting of the inventory.
    await killRun(
      ['-i', inventory, playbook('site')],
      (event) => event.type === 'task-end' && event.task.role === 'kafka' && event.task.name === 'Settings',
    )
    expect(await processes()).toEqual(before)
    for (const name of brokers) expect(await owed(name), name).toMatch(/^kafka_Restart_Kafka-/)

    const foreseen = await run('--check')
    const next = await run()
    expect(next.code, story(next)).toBe(0)
    expect(restarts(next)).toEqual(oneByOne(brokers))
    expect(changesOf(next)).toEqual(changesOf(foreseen))
    expect(next.events.find(({ type }) => type === 'owed')).toMatchObject({
      handler: 'kafka : Restart Kafka',
      hosts: brokers,
    })
    for (const name of brokers) expect(await owed(name), name).toBe('')
    expect(changesOf(await run())).toEqual([])
  })

  test('a host more joins by one line, and one less renumbers nobody', async () => {
    const before = await processes()
    const few = await readFile(inventory, 'utf8')
    const { address } = guestNamed('test6')
    const many = few
      .replace(
        /^( +)test5:.*\n/m,
        (line, indent: string) => `${line}${indent}test6: { ansible_host: ${address}, kafka_broker_id: 6 }\n`,
      )
      .replace('test4: , test5: }', 'test4: , test5: , test6: }')
    await writeFile(inventory, many)
    const joined = await run()
    expect(joined.code, story(joined)).toBe(0)
    const { test6, ...others } = changesPerHost(joined)
    expect(others).toEqual(Object.fromEntries(brokers.map((name) => [name, 0])))
    expect(test6).toBeGreaterThan(10)
    expect(await processes()).toEqual(before)
    expect(await registeredBrokers('test1')).toEqual([1, 2, 3, 4, 5, 6])

    await writeFile(inventory, few)
    const left = await run()
    expect(left.code, story(left)).toBe(0)
    expect(changesOf(left)).toEqual([])
    expect(await processes()).toEqual(before)
    await host('test6').exec('systemctl disable --now kafka')
  })

  test('smoke.yml runs ten times in a row, and while a broker is down', async () => {
    const smoke = (): Promise<Run> => runPlaybook(['-i', inventory, playbook('smoke')])
    for (let time = 1; time <= 10; time += 1) {
      const one = await smoke()
      expect(one.code, `time ${time}: ${story(one)}`).toBe(0)
      expect(Object.values(recapOf(one)).map(({ failed }) => failed)).toEqual([0, 0, 0, 0, 0])
    }
    await host('test2').exec('systemctl stop kafka')
    const degraded = await smoke()
    await host('test2').exec('systemctl start kafka')
    expect(degraded.code, story(degraded)).toBe(0)
    await until('the broker is back', 60, async () => (await registeredBrokers('test1')).includes(2))
  })
})
