import './support/own-lab.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import {
  bareBrokers,
  brokers,
  createTopic,
  noteBuilt,
  playbook,
  processes,
  registeredBrokers,
  serveMirror,
  writeInventory,
  zookeeperMode,
  zookeepers,
} from './support/cluster.ts'
import { consume, kcat, knownBrokers, partitionsOf, produce } from './support/kcat.ts'
import { changesOf, changesPerHost, recapOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { labProblem } from './machine.ts'
import { compareSnapshots, snapshot } from './snapshot.ts'
import type { Snapshot, SnapshotOptions } from './snapshot.ts'

const snapshots = (options: SnapshotOptions = {}): Promise<Snapshot[]> =>
  Promise.all(brokers.map((name) => snapshot(name, options)))

const differences = (before: readonly Snapshot[], after: readonly Snapshot[]): string[] =>
  brokers.flatMap((name, index) => {
    const [one, other] = [before[index], after[index]]
    return one && other ? compareSnapshots(one, other).map((line) => `${name}: ${line}`) : [`${name}: no snapshot`]
  })

describe.skipIf(labProblem())('site.yml on five bare hosts', () => {
  let mirror: ServedMirror
  let inventory: string
  let foreseen: Run
  const onAll = (count: number): Record<string, number> => Object.fromEntries(brokers.map((name) => [name, count]))
  const run = (name: string, ...more: string[]): Promise<Run> => runPlaybook(['-i', inventory, playbook(name), ...more])

  beforeAll(async () => {
    await bareBrokers()
    mirror = await serveMirror()
    inventory = await writeInventory(mirror)
  })
  afterAll(() => mirror.close())

  test('--check ends green and changes nothing', async () => {
    const before = await snapshots()
    foreseen = await run('site', '--check')
    expect(foreseen.code, story(foreseen)).toBe(0)
    expect(differences(before, await snapshots())).toEqual([])
    for (const [name, { changed, failed, unreachable }] of Object.entries(recapOf(foreseen))) {
      expect({ failed, unreachable }, name).toEqual({ failed: 0, unreachable: 0 })
      expect(changed, name).toBeGreaterThan(10)
    }
  })

  test('the real run changes exactly what --check named', async () => {
    const real = await run('site')
    expect(real.code, story(real)).toBe(0)
    noteBuilt()
    expect(changesOf(real)).toEqual(changesOf(foreseen))
  })

  test('three ZooKeepers have one leader, five brokers are registered', async () => {
    const modes = await Promise.all(zookeepers.map(zookeeperMode))
    expect(modes.sort()).toEqual(['follower', 'follower', 'leader'])
    for (const name of zookeepers) expect(await registeredBrokers(name), name).toEqual([1, 2, 3, 4, 5])
    expect(await knownBrokers(['test4'])).toEqual(brokers.map((name) => `${name}:9092`))
  })

  test('the second run changes nothing: no result, no process, no file outside logs and data', async () => {
    const ignore = ['/data']
    const [before, ran] = [await snapshots({ ignore }), await processes()]
    expect(ran).toHaveLength(8)
    const second = await run('site')
    expect(second.code, story(second)).toBe(0)
    expect(changesOf(second)).toEqual([])
    expect(changesPerHost(second)).toEqual(onAll(0))
    expect(await processes()).toEqual(ran)
    expect(differences(before, await snapshots({ ignore }))).toEqual([])
  })

  test('--check of what is done foresees nothing', async () => {
    const check = await run('site', '--check')
    expect(check.code, story(check)).toBe(0)
    expect(changesPerHost(check)).toEqual(onAll(0))
  })

  test('smoke.yml ends well any number of times', async () => {
    for (const time of ['first', 'second']) {
      const smoke = await run('smoke')
      expect(smoke.code, `${time} time: ${story(smoke)}`).toBe(0)
    }
  })

  test('kcat writes and reads a topic with three replicas, from a machine that is no broker', async () => {
    const seeds = ['test2:9092', 'test5:9092']
    await createTopic('test1', 'test1:2181', 'outside', '--partitions 5 --replication-factor 3')
    const lines = Array.from({ length: 50 }, (_, index) => `message ${index}`)
    await produce(seeds, 'outside', lines)
    expect((await consume(seeds, 'outside')).sort()).toEqual([...lines].sort())
    const partitions = await partitionsOf(seeds, 'outside')
    expect(partitions).toHaveLength(5)
    for (const { replicas, inSync, partition } of partitions) {
      expect(replicas, `partition ${partition}`).toHaveLength(3)
      expect(inSync, `partition ${partition}`).toEqual(replicas)
    }
    expect(await kcat(['-b', 'test3:9092', '-L'])).toContain('5 brokers')
  })
})
