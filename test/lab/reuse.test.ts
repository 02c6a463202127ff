import './support/own-lab.ts'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryFolder } from '../mirror/places.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import { askZookeeper, serveMirror } from './support/cluster.ts'
import { runCommand } from './support/command.ts'
import type { Answer } from './support/command.ts'
import { bareHosts } from './support/hosts.ts'
import { emptyFolder } from './support/inventory.ts'
import { consume, produce } from './support/kcat.ts'
import { hostVars, nodeVars } from './support/node.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { knownHostsFile } from './places.ts'

/** `bare2` has a ZooKeeper of one project, `bare3` a broker of another; the third tunes `bare2`. */
const [keeper, broker] = ['bare2', 'bare3'] as const
const roles = join(repositoryFolder(), 'roles')

interface Project {
  readonly files: Readonly<Record<string, unknown>>
  readonly command: () => readonly [string, ...string[]]
}

describe.skipIf(labProblem())('projects of others that use the roles', () => {
  let mirror: ServedMirror
  let installed: string

  const fromClone = (): [string, string] => [process.execPath, join(repositoryFolder(), 'engine/launch.js')]
  const projects = (): Record<'zookeeper' | 'kafka' | 'tuning', Project> => ({
    zookeeper: {
      command: fromClone,
      files: {
        'play.yml': `- hosts: keepers
  roles:
    - role: ${roles}/java
    - role: ${roles}/zookeeper
      zookeeper_group: keepers
      zookeeper_max_client_cnxns: 100
`,
        'hosts.yml': {
          keepers: { vars: nodeVars(mirror), hosts: { [keeper]: hostVars(keeper, { zookeeper_id: 5 }) } },
        },
      },
    },
    kafka: {
      command: fromClone,
      files: {
        'ansible.cfg': `[defaults]\nroles_path = ./none:${roles}\ninventory = hosts.yml\n`,
        'play.yml': '- hosts: queues\n  roles: [java, kafka]\n',
        'group_vars/queues.yml': {
          kafka_group: 'queues',
          kafka_zookeeper_connect: `${keeper}:2181`,
          kafka_zookeeper_chroot: '/teams/one',
        },
        'hosts.yml': {
          queues: { vars: nodeVars(mirror), hosts: { [broker]: hostVars(broker, { kafka_broker_id: 12 }) } },
        },
      },
    },
    tuning: {
      command: () => [installed],
      files: {
        'kplay.yml': 'inventory: hosts.yml\n',
        'play.yml': '- hosts: all\n  become: true\n  roles: [os-tuning]\n',
        'hosts.yml': { all: { hosts: { [keeper]: hostVars(keeper, { ansible_user: 'op', os_tuning_nofile: 4321 }) } } },
      },
    },
  })

  async function inProject(of: keyof ReturnType<typeof projects>, ...more: string[]): Promise<Answer> {
    const { files, command } = projects()[of]
    const folder = await emptyFolder()
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
    }
    const [program, ...first] = command()
    const own = 'kplay.yml' in files || 'ansible.cfg' in files ? [] : ['-i', 'hosts.yml']
    const args = [...first, 'run', '--known-hosts', knownHostsFile, ...own, 'play.yml', ...more]
    return runCommand(program, args, { cwd: folder, timeout: 200_000 })
  }

  /** It works, and a second time nothing is left to do. */
  async function inPlace(of: keyof ReturnType<typeof projects>, name: string): Promise<void> {
    const first = await inProject(of)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(first.stdout).toMatch(new RegExp(`^ +${name} : ok=\\d+ +changed=[1-9]`, 'm'))
    const second = await inProject(of)
    expect(second.code, second.stdout + second.stderr).toBe(0)
    expect(second.stdout).toMatch(new RegExp(`^ +${name} : ok=\\d+ +changed=0`, 'm'))
  }

  beforeAll(async () => {
    const prefix = await emptyFolder()
    const [, , npm] = await Promise.all([
      bareHosts([keeper, broker]),
      serveMirror().then((served) => (mirror = served)),
      runCommand('npm', ['install', '--global', '--prefix', prefix, '.'], { cwd: repositoryFolder() }),
    ])
    expect(npm.code, npm.stderr).toBe(0)
    installed = join(prefix, 'bin/kplay')
  })
  afterAll(() => mirror.close())

  test.each([
    ['zookeeper', 'zookeeper_hepa=64m', /zookeeper_hepa[^]*did you mean zookeeper_heap/],
    ['zookeeper', 'zookeeper_tick_time=soon', /zookeeper_tick_time[^]*soon/],
    ['kafka', 'kafka_num_partition=3', /kafka_num_partition[^]*did you mean kafka_num_partitions/],
    ['kafka', 'kafka_port=many', /kafka_port[^]*many/],
    ['tuning', 'os_tuning_swapiness=1', /os_tuning_swapiness[^]*did you mean os_tuning_swappiness/],
    ['tuning', 'os_tuning_data_file_system=ntfs', /os_tuning_data_file_system[^]*xfs/],
  ] as const)('%s with -e %s: said before a host is contacted', async (of, given, message) => {
    const { code, stdout, stderr } = await inProject(of, '-e', given, '-e', 'ansible_host=no-such-host.invalid')
    expect(code, stdout + stderr).toBe(4)
    expect((stdout + stderr).match(/^\s*error: /gm), stdout + stderr).toHaveLength(1)
    expect(stdout + stderr).toMatch(message)
  })

  test('ZooKeeper alone, by the path of the role', async () => {
    await inPlace('zookeeper', keeper)
    expect(await askZookeeper(host(keeper).address, 'srvr')).toContain('Mode: standalone')
    expect((await host(keeper).exec('cat /home/programs/zookeeper/conf/zoo.cfg')).stdout).toMatch(
      /^maxClientCnxns=100$/m,
    )
  })

  test('Kafka with the ZooKeeper of somebody else, by roles_path', async () => {
    await inPlace('kafka', broker)
    expect(await askZookeeper(host(keeper).address, 'dump')).toContain('/teams/one/brokers/ids/12\n')
    await produce([`${broker}:9092`], 'letters', ['a', 'b'])
    expect(await consume([`${broker}:9092`], 'letters')).toEqual(['a', 'b'])
  })

  test('os-tuning alone, from an installed kplay', async () => {
    await inPlace('tuning', keeper)
    expect((await host(keeper).exec('sysctl -n vm.swappiness')).stdout).toBe('1\n')
    expect((await host(keeper).exec('su - op -c "ulimit -n"')).stdout).toBe('4321\n')
  })
})
