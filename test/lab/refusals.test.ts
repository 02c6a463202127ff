import './support/own-lab.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import { playbook, registeredBrokers, serveMirror, until, zookeeperMode } from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { writeFiles } from './support/inventory.ts'
import { consume, produce } from './support/kcat.ts'
import { changesPerHost, recapOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { failuresOf, hostVars, javaOf, nodeVars, steady } from './support/node.ts'
import { powerCut, powerOn } from './faults.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { compareSnapshots, snapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

/** `test1` has a ZooKeeper and a broker, its data on a disk; `test2` a broker, its data beside the system's; `test3` nothing. */
const [one, two] = ['test1', 'test2'] as const
const brokers = [one, two]
const names = [one, two, 'test3']
const seed = brokers.map((name) => `${name}:9092`)

interface Refusal {
  /** What is wrong on the host, and how it is put right again. */
  readonly harm?: readonly [done: string, undone: string]
  readonly args: readonly string[]
  readonly exit: 2 | 4
  /** What the one error must name: a host, a variable, what to do. */
  readonly says: readonly (string | RegExp)[]
}

const setting = (vars: object): string[] => ['-e', JSON.stringify(vars)]
const move = (path: string): [string, string] => [`mv ${path} /root/aside`, `mv /root/aside ${path}`]

const refusals: Record<string, Refusal> = {
  'another number than the data of a broker has': {
    args: ['-i', 'renumbered'],
    exit: 2,
    says: [one, 'kafka_broker_id is 7', 'belongs to broker 1', 'Set kafka_broker_id to 1'],
  },
  "a broker's number lost": {
    harm: move('/data/kafka-logs/meta.properties'),
    args: [],
    exit: 2,
    says: [one, '/data/kafka-logs', 'meta.properties is missing', 'kafka_broker_id'],
  },
  'another number than the data of a ZooKeeper has': {
    args: ['--limit', one, ...setting({ zookeeper_id: 3 })],
    exit: 2,
    says: [one, 'zookeeper_id is 3', 'belongs to server 1', 'Set zookeeper_id to 1'],
  },
  "a ZooKeeper's number lost, after it was one of an ensemble": {
    // The file that a server writes when it first takes part in one.
    harm: [
      'mv /data/zookeeper/myid /root/aside && echo 1 > /data/zookeeper/version-2/currentEpoch',
      'mv /root/aside /data/zookeeper/myid && rm /data/zookeeper/version-2/currentEpoch',
    ],
    args: [],
    exit: 2,
    says: [one, '/data/zookeeper', 'myid is missing', 'zookeeper_id'],
  },
  'another chroot for data in use': {
    args: setting({ kafka_zookeeper_chroot: '/elsewhere' }),
    exit: 2,
    says: [one, two, "'/elsewhere'", "'/'", 'kafka_zookeeper_chroot', /empty cluster/],
  },
  'a ZooKeeper that does not know the cluster': {
    harm: move('/home/programs/kafka/config/server.properties'),
    args: ['--limit', one, ...setting({ kafka_zookeeper_chroot: '/elsewhere' })],
    exit: 2,
    says: [one, '2181/elsewhere', 'kafka_zookeeper_connect', /knows no Kafka/],
  },
  'data folders that are not on the disk named': {
    args: ['--limit', one, ...setting({ kafka_log_dirs: ['/data/kafka-logs', '/srv/more'] })],
    exit: 2,
    says: [one, '/srv/more', '/dev/kplay-data', 'kafka_data_disk'],
  },
  "Debian's line that leads a host's own name to itself": {
    harm: [
      `cp /etc/hosts /root/hosts && sed -i '1a 127.0.1.1 ${one}' /etc/hosts`,
      'cat /root/hosts > /etc/hosts && rm /root/hosts',
    ],
    args: ['-i', 'ensemble', '--limit', one],
    exit: 2,
    says: [one, '127.0.1.1', '/etc/hosts'],
  },
  'an even number of ZooKeepers': {
    args: ['-i', 'even'],
    exit: 2,
    says: ['zookeeper', '2 servers', /add one/],
  },
}

describe.skipIf(labProblem())('what the roles refuse', () => {
  let mirror: ServedMirror
  let folder: string
  let before: Map<string, Snapshot>
  let ran: Record<string, string>[]
  const exec = async (name: string, text: string): Promise<string> => {
    const { code, stdout, stderr } = await host(name).exec(text, { timeout: 60_000 })
    expect(code, `${name}: ${text}: ${stderr}`).toBe(0)
    return stdout.trim()
  }

  const inventory = (zookeepers: readonly string[], number = 1): object => ({
    all: {
      vars: {
        ...nodeVars(mirror),
        kafka_zookeeper_connect: `${one}:2181`,
        // Longer than a host needs to boot.
        kafka_extra_properties: { 'zookeeper.session.timeout.ms': 14_000 },
      },
      hosts: {
        [one]: hostVars(one, { zookeeper_id: 1, kafka_broker_id: number, os_tuning_data_disk: '/dev/kplay-data' }),
        [two]: hostVars(two, { zookeeper_id: 2, kafka_broker_id: 2 }),
        test3: hostVars('test3', { zookeeper_id: 3, kafka_broker_id: 1 }),
      },
      children: {
        zookeeper: { hosts: Object.fromEntries(zookeepers.map((name) => [name, {}])) },
        kafka: { hosts: { [one]: {}, [two]: {} } },
        // Somebody else's, who does not know the others.
        strangers: { hosts: { test3: {} }, vars: { kafka_group: 'strangers' } },
      },
    },
  })
  const run = (...args: string[]): Promise<Run> => {
    const own = args.includes('-i') ? [] : ['-i', 'hosts']
    return runPlaybook([...own, ...args], { cwd: folder })
  }
  const site = playbook('site')
  const javas = (): Promise<Record<string, string>[]> => Promise.all(brokers.map(javaOf))

  /** What moves by itself, and what is large and nobody's business. */
  const ignore = ['/data/zookeeper/version-2', '/data/kafka-logs', '/usr']
  const kernel = /^sysctl (vm|fs|kernel)\./
  async function untouched(): Promise<void> {
    expect(await javas()).toEqual(ran)
    for (const [name, snap] of before) {
      const changes = compareSnapshots(snap, await snapshot(name, { ignore })).filter((line) => !kernel.test(line))
      expect(changes, name).toEqual([])
    }
  }
  const note = async (): Promise<void> => {
    before = new Map(await Promise.all(names.map(async (name) => [name, await snapshot(name, { ignore })] as const)))
    ran = await javas()
  }
  const serving = (...ids: number[]): Promise<void> =>
    until(`brokers ${ids.join()} serve`, 60, async () => {
      if ((await zookeeperMode(one)) !== 'standalone') return false
      return (await registeredBrokers(one)).join() === ids.join()
    })

  beforeAll(async () => {
    await bareHosts(names)
    mirror = await serveMirror()
    folder = await writeFiles({
      hosts: inventory([one]),
      renumbered: inventory([one], 7),
      ensemble: inventory([one, two, 'test3']),
      even: inventory([one, two]),
      'kafka.yml': '- hosts: kafka\n  roles: [kafka]\n',
      'strangers.yml': '- hosts: strangers\n  roles: [kafka]\n',
      'health.yml': '- hosts: test2\n  tasks: [{ import_role: { name: kafka, tasks_from: health } }]\n',
      'disk.yml': '- hosts: strangers\n  roles: [os-tuning, kafka]\n',
      'services.yml': '- hosts: test1\n  roles: [zookeeper, kafka]\n',
    })
    const built = await run(site)
    expect(built.code, story(built)).toBe(0)
    await serving(1, 2)
    await produce(seed, 'letters', ['before'])
    await note()
  })
  afterAll(() => mirror.close())

  function expectRefusal(refused: Run, { exit, says }: Pick<Refusal, 'exit' | 'says'>): void {
    expect(refused.code, story(refused)).toBe(exit)
    for (const counts of Object.values(recapOf(refused))) expect(counts.changed).toBe(0)
    expect(failuresOf(refused)).toHaveLength(1)
    for (const word of says) expect(failuresOf(refused)[0]).toMatch(word)
  }

  test.each(Object.entries(refusals))('%s: one error, and nothing done', async (_, refusal) => {
    const { harm, args } = refusal
    if (harm) await exec(one, harm[0])
    await note()
    const refused = await run(site, ...args)
    await untouched()
    if (harm) await exec(one, harm[1])
    expectRefusal(refused, refusal)
  })

  test("a broker's number that somebody else has, whom this inventory does not know", async () => {
    await note()
    const refused = await run('strangers.yml')
    expectRefusal(refused, { exit: 2, says: [/broker 1 .* test1:9092/, 'test3', 'kafka_broker_id'] })
    await untouched()
  })

  test('a disk that has something on it', async () => {
    await exec('test3', 'mkswap -q /dev/kplay-data')
    await note()
    const refused = await run('disk.yml', ...setting({ os_tuning_data_disk: '/dev/kplay-data', kafka_broker_id: 3 }))
    expectRefusal(refused, { exit: 2, says: ['/dev/kplay-data', 'swap'] })
    await untouched()
    expect(await exec('test3', 'blkid -o value -s TYPE /dev/kplay-data')).toBe('swap')
  })

  test('a disk that is not mounted', async () => {
    await exec(one, 'systemctl stop kafka zookeeper && umount /data')
    await note()
    const refusals = [await run('services.yml'), await run('kafka.yml', '--limit', one)]
    const says = [/\/data\/(zookeeper|kafka-logs) is on/, '/dev/kplay-data', /Mount that disk/]
    for (const refused of refusals) expectRefusal(refused, { exit: 2, says })
    await untouched()
    expect(await exec(one, 'find /data')).toBe('/data')

    const healed = await run(site)
    expect(healed.code, story(healed)).toBe(0)
    await serving(1, 2)
    expect(await consume(seed, 'letters')).toContain('before')
  })

  test('a port that answers is no broker that is registered', async () => {
    await note()
    const found = await run('health.yml', ...setting({ kafka_broker_id: 9, kafka_start_timeout: 4 }))
    expect(failuresOf(found).at(-1)).toMatch(/within 4 s no broker 9 is registered in ZooKeeper \(test1:2181\): see/)
    await untouched()
  })

  test('no ZooKeeper serves: the broker stays as it is', async () => {
    await exec(one, 'systemctl stop zookeeper')
    await note()
    const refused = await run('kafka.yml', '--limit', two, ...setting({ kafka_zookeeper_timeout: 5 }))
    expectRefusal(refused, { exit: 2, says: [two, `kafka_zookeeper_connect (${one}:2181)`] })
    await untouched()

    const healed = await run(site)
    expect(healed.code, story(healed)).toBe(0)
    expect(changesPerHost(healed)).toEqual({ [one]: 1, [two]: 0 })
    await serving(1, 2)
    expect((await javas()).map(({ kafka }) => kafka)).toEqual(ran.map(({ kafka }) => kafka))
    expect(await consume(seed, 'letters')).toContain('before')
  })

  describe('a power cut, and the broker back before ZooKeeper has given it up', () => {
    async function cut(): Promise<void> {
      await powerCut(two)
      await powerOn(two)
      expect(await registeredBrokers(one)).toContain(2)
    }

    test('it comes back by itself', async () => {
      await produce(seed, 'letters', ['before the first'])
      await cut()
      await steady(two, one, 2)
      expect(await consume(seed, 'letters')).toContain('before the first')
    })

    test('a run that comes at once ends well, and so does the broker', async () => {
      await produce(seed, 'letters', ['before the second'])
      await cut()
      const healed = await run(site)
      expect(healed.code, story(healed)).toBe(0)
      const ran = (await javaOf(two)).kafka
      await steady(two, one, 2)
      expect((await javaOf(two)).kafka).toBe(ran)
      expect(await consume(seed, 'letters')).toContain('before the second')
    })
  })
})
