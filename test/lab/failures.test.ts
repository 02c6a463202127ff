import './support/own-lab.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import { powerCut, powerOn } from './faults.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import {
  brokers,
  builtCluster,
  createTopic,
  playbook,
  registeredBrokers,
  serveMirror,
  until,
  writeInventory,
  zookeeperMode,
  zookeepers,
} from './support/cluster.ts'
import { consume, partitionsOf, produce } from './support/kcat.ts'
import type { Partition } from './support/kcat.ts'
import { recapOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'

const topic = 'survivor'
/** All three partitions are known, and so. */
const isServed = (partitions: readonly Partition[], is: (partition: Partition) => boolean): boolean =>
  partitions.length === 3 && partitions.every(is)

const idOf = (name: string): number => brokers.indexOf(name) + 1

describe.skipIf(labProblem())('a host dies: the leader of ZooKeeper, and of a partition', () => {
  let mirror: ServedMirror
  let inventory: string
  let dead = ''
  let others: string[] = []
  let written: string[] = []
  const run = (): Promise<Run> => runPlaybook(['-i', inventory, playbook('site')])

  async function write(word: string): Promise<void> {
    const lines = Array.from({ length: 20 }, (_, index) => `${word} ${index}`)
    await produce(others, topic, lines)
    written = [...written, ...lines].sort()
  }

  beforeAll(async () => {
    mirror = await serveMirror()
    inventory = await writeInventory(mirror)
    await builtCluster(inventory)
    const modes = await Promise.all(zookeepers.map(zookeeperMode))
    dead = zookeepers[modes.indexOf('leader')] ?? ''
    others = brokers.filter((name) => name !== dead)

    // It leads the first partition, and has replicas of others.
    const [a, b, c, d] = others.map(idOf)
    const assignment = `${idOf(dead)}:${a}:${b},${c}:${idOf(dead)}:${d},${a}:${c}:${d}`
    await createTopic('test4', 'test1:2181', topic, `--replica-assignment ${assignment}`)
    await until('each partition has its leader', 30, async () =>
      isServed(await partitionsOf(others, topic), ({ leader, inSync }) => leader > 0 && inSync.length === 3),
    )
    expect((await partitionsOf(others, topic))[0]?.leader).toBe(idOf(dead))
    await write('before')
  })
  afterAll(async () => {
    if (dead) await powerOn(dead)
    await mirror.close()
  })

  test('a replicated topic stays readable and writable', async () => {
    await powerCut(dead)
    await until('every partition has a leader that lives', 60, async () =>
      isServed(await partitionsOf(others, topic), ({ leader }) => leader > 0 && leader !== idOf(dead)),
    )
    await write('while it is down')
    expect((await consume(others, topic)).sort()).toEqual(written)
    const left = zookeepers.filter((name) => name !== dead)
    expect((await Promise.all(left.map(zookeeperMode))).sort()).toEqual(['follower', 'leader'])
  })

  test('site.yml ends 3, and the other four are ok', async () => {
    const down = await run()
    expect(down.code, story(down)).toBe(3)
    const recap = recapOf(down)
    expect(recap[dead]).toMatchObject({ unreachable: 1, failed: 0, changed: 0 })
    for (const name of others) expect(recap[name], name).toMatchObject({ unreachable: 0, failed: 0 })
    for (const name of others) expect(recap[name]?.ok, name).toBeGreaterThan(10)
  })

  test('it is back: fstab mounts its disk, a run heals it, all replicas are in sync', async () => {
    // What the power cut may have done to a file, and a service that somebody took out of the boot.
    await powerOn(dead)
    expect((await host(dead).exec('findmnt -n -o FSTYPE,OPTIONS /data')).stdout).toMatch(/^(xfs|ext4) +rw,noatime/)
    const harm = 'systemctl disable --now kafka; : > /home/programs/kafka/config/server.properties'
    expect(await host(dead).exec(harm)).toMatchObject({ code: 0 })

    const healed = await run()
    expect(healed.code, story(healed)).toBe(0)
    for (const name of brokers) expect(recapOf(healed)[name], name).toMatchObject({ unreachable: 0, failed: 0 })
    expect(recapOf(healed)[dead]?.changed).toBeGreaterThan(0)
    for (const name of zookeepers) expect(await registeredBrokers(name), name).toEqual([1, 2, 3, 4, 5])
    await until('all replicas are in sync', 60, async () =>
      isServed(
        await partitionsOf(brokers, topic),
        ({ replicas, inSync }) => replicas.length === 3 && inSync.join() === replicas.join(),
      ),
    )
    await write('after')
    expect((await consume([dead], topic)).sort()).toEqual(written)
    expect((await host(dead).exec('systemctl is-enabled kafka')).stdout).toBe('enabled\n')
  })
})
