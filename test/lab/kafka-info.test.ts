import './support/own-lab.ts'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Plain } from '../../engine/value.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import { host } from './host.ts'
import { up } from './lab.ts'
import { labProblem } from './machine.ts'
import {
  askZookeeper,
  brokers,
  builtCluster,
  createTopic,
  noteSpoilt,
  serveMirror,
  until,
  writeInventory,
  zookeeperMode,
  zookeepers,
} from './support/cluster.ts'
import { writeFiles } from './support/inventory.ts'
import { runPlaybook, story } from './support/kplay.ts'

const ensemble = zookeepers.map((name) => `${name}:2181`).join()
const healthy = 'k is success and k.under_replicated | length == 0 and k.brokers | length == 5'

interface Told {
  readonly status: string
  readonly error: string
  readonly values: Readonly<Record<string, Plain>>
}

/** A process that is stopped takes connections, as its kernel does, but says nothing. */
const send = (name: string, signal: 'STOP' | 'CONT'): Promise<unknown> =>
  host(name).exec(`systemctl kill --signal=SIG${signal} zookeeper`)

describe.skipIf(labProblem())('what kafka_info tells of a real cluster', () => {
  let mirror: ServedMirror
  let inventory: string

  async function ask(from: string, args: object = {}, keywords: object = {}): Promise<Told> {
    const task = { kafka_info: { zookeeper: ensemble, partitions: true, ...args }, register: 'k', ...keywords }
    const play = { hosts: from, gather_facts: false, tasks: [task] }
    const file = join(await writeFiles({ 'ask.yml': [play] }), 'ask.yml')
    const run = await runPlaybook(['-i', inventory, file])
    const event = run.events.find((each) => each.type === 'result')
    if (event?.type !== 'result') throw new Error(story(run))
    const { status, values, failure } = event.result
    return { status, error: failure?.error.message ?? '', values: values as Told['values'] }
  }
  const untilHealthy = (from: string): Promise<Told> => ask(from, {}, { until: healthy, retries: 60, delay: 1 })

  beforeAll(async () => {
    // The mirror has an address of the lab.
    await up(brokers)
    mirror = await serveMirror()
    inventory = await writeInventory(mirror)
    await builtCluster(inventory)
    await createTopic('test4', ensemble, 'watched', '--replica-assignment 2:3:4,3:4:5,4:5:1,5:1:2,1:2:4')
    await untilHealthy('test4')
  })
  afterAll(async () => {
    noteSpoilt()
    await mirror.close()
  })

  test('brokers, partitions and who leads them, from a host that has no ZooKeeper', async () => {
    const { status, values } = await ask('test4', { broker_id: 2 })
    expect(status).toBe('ok')
    expect(values).toMatchObject({ exists: true, cluster_id: null, offline: [], under_replicated: [] })
    expect(Object.keys(values['brokers'] as object)).toEqual(['1', '2', '3', '4', '5'])
    expect(values['broker']).toMatchObject({ host: 'test2', port: 9092, endpoints: ['PLAINTEXT://test2:9092'] })
    expect([1, 2, 3, 4, 5]).toContain(values['controller'])
    const led = Object.values(values['leaders'] as Record<string, number>)
    expect(led.reduce((sum, each) => sum + each)).toBe(values['partitions'])
  })

  test('no session stays behind', async () => {
    const sessions = await Promise.all(zookeepers.map((name) => askZookeeper(host(name).address, 'dump')))
    const all = new Set(
      sessions
        .join('\n')
        .match(/^\t?0x[0-9a-f]+/gm)
        ?.map((each) => each.trim()),
    )
    expect(all.size, sessions.join('\n')).toBe(5)
  })

  test('a broker that stops, and one that is back', async () => {
    await host('test2').exec('systemctl stop kafka')
    const without = await ask(
      'test4',
      { broker_id: 2 },
      { until: 'k is success and k.broker is none', retries: 30, delay: 1 },
    )
    expect(without.values['broker']).toBeNull()
    // At once, whether or not the controller has noticed.
    expect(without.values['under_replicated']).toEqual(
      expect.arrayContaining(['watched-0', 'watched-3', 'watched-4']) as unknown,
    )
    expect(without.values['leaders']).not.toHaveProperty('2')
    await host('test2').exec('systemctl start kafka')
    expect(await untilHealthy('test4')).toMatchObject({ status: 'ok', values: { under_replicated: [], offline: [] } })
  })

  test('the first ZooKeeper is down: the next one tells', async () => {
    await host('test1').exec('systemctl stop zookeeper')
    expect(await ask('test4')).toMatchObject({ status: 'ok', values: { server: 'test2:2181' } })
    await host('test1').exec('systemctl start zookeeper')
    await until('it is back', 30, async () => (await zookeeperMode('test1')) !== undefined)
  })

  test('a ZooKeeper alone tells nothing: not before it has noticed, and not afterwards', async () => {
    const [last = '', ...others] = [...zookeepers].reverse()
    await Promise.all(others.map((name) => send(name, 'STOP')))
    try {
      const early = await ask(last, { zookeeper: `${last}:2181`, timeout: 3 })
      expect(early).toMatchObject({ status: 'failed', values: {} })
      await until('it has noticed', 60, async () => (await zookeeperMode(last)) === undefined)
      const late = await ask('test4', { timeout: 2 })
      expect(late.status).toBe('failed')
      expect(late.error).toMatch(
        /^no ZooKeeper serves: test1:2181: .*answer within 2 s; test2:2181: .*answer within 2 s; /,
      )
      expect(late.error).toMatch(/test3:2181: takes the connection, but begins no session$/)
    } finally {
      await Promise.all(others.map((name) => send(name, 'CONT')))
    }
    expect(await untilHealthy('test4')).toMatchObject({ status: 'ok' })
  })
})
