import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KplayErrors } from '../../engine/errors.ts'
import { play } from '../support/run-harness.ts'
import { root } from './role.ts'

/** The roles as they are, among the files of a project. */
const files = Object.fromEntries(
  readdirSync(join(root, 'roles'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.replace(root, '/project'), readFileSync(path, 'utf8')]),
)

/** What is said by a role's look at the inventory: of each host, or before any is contacted. Empty: all is well. */
async function said(role: string, inventory: string): Promise<string[]> {
  const playbook = `
- hosts: ${role}
  gather_facts: false
  tasks:
    - import_role: { name: ${role}, tasks_from: validate }`
  const playing = play({ playbook, files: { ...files, '/project/hosts.yml': inventory } })
  const problems = await playing.then(
    ({ results }) => results.flatMap(({ failure }) => failure?.error ?? []),
    (error: unknown) => (error instanceof KplayErrors ? error.problems : [error as Error]),
  )
  return [...new Set(problems.map(({ message }) => message))]
}

const group = (name: string, hosts: string, vars = ''): string =>
  `all: { children: { ${name}: { hosts: { ${hosts} }, vars: { ${vars} } } } }`

describe('zookeeper', () => {
  const ensemble = (hosts: string, vars?: string): Promise<string[]> =>
    said('zookeeper', group('zookeeper', hosts, vars))
  const three = 'a: { zookeeper_id: 1 }, b: { zookeeper_id: 2 }, c: { zookeeper_id: 255 }'

  test('three servers with numbers of their own are well', async () => {
    expect(await ensemble(three)).toEqual([])
    expect(await ensemble('a: { zookeeper_id: 1 }')).toEqual([])
  })

  test('an even number of servers', async () => {
    const [message] = await ensemble('a: { zookeeper_id: 1 }, b: { zookeeper_id: 2 }')
    expect(message).toMatch(/^zookeeper: the group zookeeper has 2 servers \(a, b\); an even number/)
  })

  test('a number given twice, or out of range', async () => {
    expect(await ensemble(three.replace('255', '2'))).toEqual([expect.stringContaining('it is 1, 2, 2 for a, b, c')])
    expect(await ensemble(three.replace('255', '256'))).toEqual([expect.stringContaining('from 1 to 255')])
  })

  test('a number not given', async () => {
    expect(await ensemble(three.replace('b: { zookeeper_id: 2 }', 'b:'))).toEqual([
      expect.stringMatching(/^role zookeeper needs the variable zookeeper_id/),
    ])
  })

  test('a host outside the group', async () => {
    expect(await ensemble(three, 'zookeeper_group: others')).toEqual([
      expect.stringContaining('a is not in the group others'),
      expect.stringContaining('b is not in the group others'),
      expect.stringContaining('c is not in the group others'),
    ])
  })
})

describe('kafka', () => {
  const hosts = 'a: { kafka_broker_id: 0 }, b: { kafka_broker_id: 10 }'
  const brokers = (vars: string, others = hosts): Promise<string[]> => said('kafka', group('kafka', others, vars))
  const connect = 'kafka_zookeeper_connect: "z1:2181,z2:2181"'

  test('brokers of a ZooKeeper that is not ours are well', async () => {
    expect(await brokers(connect)).toEqual([])
    expect(await brokers(`${connect}, kafka_zookeeper_chroot: /a/b`)).toEqual([])
  })

  test('a number given twice or not at all', async () => {
    expect(await brokers(connect, hosts.replace('10', '0'))).toEqual([expect.stringContaining('it is 0, 0 for a, b')])
    expect(await brokers(connect, 'a: { kafka_broker_id: 0 }, b:')).toEqual([
      expect.stringMatching(/^role kafka needs the variable kafka_broker_id/),
    ])
  })

  test.each([
    ['no ZooKeeper', ''],
    ['a chroot behind a server', 'kafka_zookeeper_connect: "z1:2181/kafka"'],
    ['no port', 'kafka_zookeeper_connect: "z1,z2"'],
  ])('%s', async (_, vars) => {
    expect(await brokers(vars)).toEqual([expect.stringContaining('kafka_zookeeper_connect must be host:port')])
  })

  test.each(['kafka', '/kafka/', '/'])('the chroot %s', async (chroot) => {
    expect(await brokers(`${connect}, kafka_zookeeper_chroot: ${chroot}`)).toEqual([
      expect.stringContaining('kafka_zookeeper_chroot must be empty or a path'),
    ])
  })

  test('messages larger than what a replica fetches', async () => {
    const expected = [expect.stringContaining('message.max.bytes (2000000) is larger than replica.fetch.max.bytes')]
    expect(await brokers(`${connect}, kafka_message_max_bytes: 2000000`)).toEqual(expected)
    expect(await brokers(`${connect}, kafka_extra_properties: { message.max.bytes: 2000000 }`)).toEqual(expected)
    const both = 'kafka_message_max_bytes: 2000000, kafka_replica_fetch_max_bytes: 2000000'
    expect(await brokers(`${connect}, ${both}`)).toEqual([])
  })

  test('two names for one setting', async () => {
    expect(await brokers(`${connect}, kafka_log_roll_ms: 1, kafka_log_segment_minutes: 1`)).toEqual([
      expect.stringContaining('all mean log.roll.ms: set one'),
    ])
  })
})

describe('java', () => {
  const jdk = async (vars: string): Promise<string> => {
    const inventory = group('java', 'a:', vars)
    const playing = play({
      playbook: '- hosts: all\n  roles: [java]',
      files: { ...files, '/project/hosts.yml': inventory },
      hosts: { a: 'unreachable' },
    })
    return playing.then(
      () => '',
      (error: unknown) => (error as Error).message,
    )
  }

  test('neither an archive nor a JDK of the host: said before any host is contacted', async () => {
    expect(await jdk('')).toContain('role java: one of java_archive_url, java_home is needed')
    expect(await jdk('java_home: /opt/jdk')).toBe('')
  })
})
