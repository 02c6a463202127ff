import './support/own-lab.ts'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import { repositoryFolder } from '../mirror/places.ts'
import { askZookeeper, serveMirror } from './support/cluster.ts'
import { runCommand } from './support/command.ts'
import type { Answer } from './support/command.ts'
import { bareHosts } from './support/hosts.ts'
import { emptyFolder, login, writeFiles } from './support/inventory.ts'
import { consume, kcat, produce } from './support/kcat.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { knownHostsFile } from './places.ts'

const playbook = `---
- name: One node
  hosts: depot
  become: true
  roles: [java, zookeeper, kafka]
`

describe.skipIf(labProblem())('from an empty folder elsewhere', () => {
  let mirror: ServedMirror
  let folder: string
  let command: string
  const { address } = host('bare4')

  /** Other names, groups and paths than those of the clone; nobody but kplay knows the name `otter`. */
  const inventory = (): object => ({
    depot: {
      hosts: {
        otter: { ...login, ansible_host: address, ansible_user: 'op', zookeeper_id: 9, kafka_broker_id: 40 },
      },
      vars: {
        java_archive_url: `${mirror.url}/java/jdk-linux-x64.tar.gz`,
        mirror: mirror.url,
        programs: '/opt/apps',
        zookeeper_group: 'depot',
        zookeeper_host: address,
        zookeeper_data_dir: '/srv/keeper/data',
        zookeeper_log_dir: '/srv/keeper/log',
        zookeeper_client_port: 2281,
        zookeeper_heap: '64m',
        kafka_group: 'depot',
        kafka_advertised_host_name: address,
        kafka_port: 9392,
        kafka_log_dirs: ['/srv/queues/a', '/srv/queues/b'],
        kafka_log_dir: '/srv/queues/log',
        kafka_heap: '256m',
        kafka_user: 'postman',
        kafka_service: 'queues',
        zookeeper_service: 'keeper',
        kafka_after_services: ['keeper'],
        environment_users: ['op'],
      },
    },
  })
  const run = (...more: string[]): Promise<Answer> =>
    runCommand(command, ['run', '-i', 'machines.yml', '--known-hosts', knownHostsFile, 'node.yml', ...more], {
      cwd: folder,
      timeout: 300_000,
    })

  beforeAll(async () => {
    await bareHosts(['bare4'])
    mirror = await serveMirror()
    folder = await writeFiles({ 'node.yml': playbook, 'machines.yml': inventory() })
    const prefix = await emptyFolder()
    const installed = await runCommand('npm', ['install', '--global', '--prefix', prefix, '.'], {
      cwd: repositoryFolder(),
    })
    expect(installed.code, installed.stderr).toBe(0)
    command = join(prefix, 'bin/kplay')
  })
  afterAll(() => mirror.close())

  test('a five-line playbook builds a one-node cluster', async () => {
    expect(playbook.trimEnd().split('\n')).toHaveLength(5)
    const built = await run()
    expect(built.code, built.stdout + built.stderr).toBe(0)
    expect(built.stdout).toMatch(/^ +otter : ok=\d+ +changed=\d+ +skipped=\d+ +failed=0 +unreachable=0/m)
    expect(await askZookeeper(address, 'srvr', 2281)).toContain('Mode: standalone')
    expect(await askZookeeper(address, 'dump', 2281)).toContain('/brokers/ids/40\n')
  })

  test('clients use it', async () => {
    const seed = [`${address}:9392`]
    expect(await kcat(['-b', seed.join(), '-L'])).toContain(`broker 40 at ${address}:9392`)
    // It makes the topic, as its default is.
    await produce(seed, 'letters', ['a', 'b', 'c'])
    expect(await consume(seed, 'letters')).toEqual(['a', 'b', 'c'])
  })

  test('everything lies where the inventory says, and nowhere else', async () => {
    const tell = async (text: string): Promise<string> => (await host('bare4').exec(text)).stdout
    expect((await tell('cd /opt/apps && ls -d jdk zookeeper kafka')).split('\n').filter(Boolean)).toHaveLength(3)
    expect(await tell('ls -d /home/programs /data /var/log/kafka /var/log/zookeeper 2>/dev/null')).toBe('')
    expect(await tell('ls -d /srv/queues/*/letters-0')).toMatch(/^\/srv\/queues\/[ab]\/letters-0\n$/)
    expect(await tell('systemctl show -p User --value queues')).toBe('postman\n')
    expect(await tell('su op -c "bash -ic \'echo \\$KAFKA_HOME\'" 2>/dev/null')).toBe('/opt/apps/kafka\n')
  })

  test('the second run changes nothing', async () => {
    const second = await run()
    expect(second.code, second.stdout + second.stderr).toBe(0)
    expect(second.stdout).toMatch(/^ +otter : ok=\d+ +changed=0 /m)
  })
})
