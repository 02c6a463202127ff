import './support/own-lab.ts'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mirrorFolders, repositoryFolder } from '../mirror/places.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import { serveMirror } from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { emptyFolder } from './support/inventory.ts'
import { recapOf, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { keyFile } from './places.ts'

const name = 'bare4'
const programs = '/home/programs'

interface Spoiling {
  /** The task that must find it; the plays have some of the same name. */
  readonly task: string
  /** What somebody does by hand between two runs. */
  readonly by: string
  /** All that the next run then changes: the task alone, unless more is said. */
  readonly changes?: readonly string[]
}

const restart = (service: string): string => `restart ${service} (handler)`

const kernel: Readonly<Record<string, string>> = {
  'vm.swappiness': '7',
  'vm.dirty_background_ratio': '6',
  'vm.dirty_ratio': '79',
  'net.core.somaxconn': '512',
  'net.ipv4.tcp_rmem': '4096 65536 1024000',
  'net.ipv4.tcp_wmem': '4096 65536 1024000',
  'net.ipv4.tcp_window_scaling': '0',
  'net.ipv4.tcp_max_syn_backlog': '128',
}

/** A program's own tasks: its archive, with a byte turned and the old size and time; its tree; its link. */
const programSpoilings = (what: string, archive: string, lost: readonly string[] = []): Spoiling[] => {
  const [file, link] = [`${programs}/${archive}.tar.gz`, `${programs}/${archive.split(/[-_]/)[0]}`]
  return [
    {
      task: `download ${what}`,
      by: `cp -p ${file} /run/as-it-was && printf X | dd of=${file} bs=1 seek=99 conv=notrunc status=none && touch -r /run/as-it-was ${file}`,
    },
    { task: `download ${what}`, by: `rm ${file}` },
    { task: `extract ${what}`, by: `rm -r ${programs}/${archive}`, changes: [`extract ${what}`, ...lost] },
    { task: `link ${what}`, by: `ln -sfn /opt ${link}` },
  ]
}

const profile = (what: string, variable: string): Spoiling[] => [
  { task: `${what} profile`, by: `sed -i '/^export ${variable}=/s/$/x/' /root/.bashrc` },
  { task: `${what} profile`, by: `sed -i '/BEGIN ${what}$/,/END ${what}$/d' /root/.bashrc` },
]

/** A file of settings: its text, its mode, and all of it. Each change restarts what reads it. */
const settings = (
  task: string,
  path: string,
  service: string,
  more: { readonly onText?: readonly string[]; readonly onLoss?: readonly string[] } = {},
): Spoiling[] => {
  const { onText = [task], onLoss = onText } = more
  return [
    { task, by: `echo '# by hand' >> ${path}`, changes: [...onText, restart(service)] },
    { task, by: `chmod 600 ${path}`, changes: [task, restart(service)] },
    { task, by: `rm ${path}`, changes: [...onLoss, restart(service)] },
  ]
}

const serviceSpoilings = (service: string): Spoiling[] => [
  // systemd reads a unit file anew that was written, which counts as a change of the service.
  ...settings('unit', `/etc/systemd/system/${service}.service`, service, { onText: ['unit', 'service'] }),
  { task: 'service', by: `systemctl stop ${service}` },
  { task: 'service', by: `systemctl disable ${service}` },
]

const spoilings: readonly Spoiling[] = [
  ...Object.entries(kernel).flatMap(([key, value]) => [
    { task: 'sysctl', by: `sysctl -q -w ${key}='${value}'` },
    { task: 'sysctl', by: `sed -i '/^${key}/d' /etc/sysctl.d/60-kafka.conf` },
  ]),
  { task: 'programs dir', by: `chmod 700 ${programs}` },
  { task: 'data dirs', by: 'chmod 755 /data/kafka-logs' },
  {
    task: 'data dirs',
    by: 'rm -r /data/zookeeper',
    changes: ['data dirs', 'myid', restart('zookeeper')],
  },
  ...programSpoilings('java', 'jdk-1.8.0_161'),
  ...profile('java', 'JAVA_HOME'),
  ...programSpoilings('scala', 'scala-2.11.0'),
  ...profile('scala', 'SCALA_HOME'),
  ...programSpoilings('zookeeper', 'zookeeper-3.4.6', ['zoo.cfg', restart('zookeeper')]),
  ...settings('zoo.cfg', `${programs}/zookeeper/conf/zoo.cfg`, 'zookeeper'),
  ...settings('myid', '/data/zookeeper/myid', 'zookeeper'),
  ...serviceSpoilings('zookeeper'),
  ...programSpoilings('kafka', 'kafka_2.11-0.9.0.1', ['server.properties', restart('kafka')]),
  ...profile('kafka', 'KAFKA_HOME'),
  ...settings('server.properties', `${programs}/kafka/config/server.properties`, 'kafka', {
    // It came with the archive.
    onLoss: ['extract kafka', 'server.properties'],
  }),
  ...serviceSpoilings('kafka'),
]

/** Shows a fact, in a play that does not gather any. */
const facts = `- hosts: kafka
  gather_facts: false
  tasks:
    - debug: { msg: "it calls itself {{ ansible_facts.hostname }}" }
`

/** What a run changed, in its order. */
const changed = ({ events }: Run): string[] =>
  events.flatMap((event) => {
    if (event.type !== 'result' || event.result.status !== 'changed') return []
    return [`${event.task.name}${event.task.handler ? ' (handler)' : ''}`]
  })

describe.skipIf(labProblem())('what somebody spoils by hand between two runs', () => {
  let mirror: ServedMirror
  let folder: string
  const run = (...more: string[]): Promise<Run> => {
    const sums = join(mirrorFolders().www, 'peers/sums.json')
    const words = ['-i', 'hosts.json', '-e', `mirror=${mirror.url}/peers`, '-e', `@${sums}`, '--private-key', keyFile]
    return runPlaybook([...words, 'site.yml', ...more], { cwd: folder })
  }
  const exec = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await host(name).exec(command)
    expect(code, stderr).toBe(0)
    return stdout
  }
  const processOf = (service: string): Promise<string> => exec(`systemctl show -p MainPID --value ${service}`)

  beforeAll(async () => {
    await bareHosts([name])
    mirror = await serveMirror()
    folder = await emptyFolder()
    await cp(join(repositoryFolder(), 'test/lab/peers'), folder, { recursive: true })
    const own = { ansible_host: host(name).address, ansible_user: 'root', broker_id: 1, myid: 1 }
    const groups = { kafka: { hosts: { [name]: own } }, zookeeper: { hosts: { [name]: {} } } }
    await writeFile(join(folder, 'hosts.json'), JSON.stringify({ all: { children: groups } }))
    await writeFile(join(folder, 'facts.yml'), facts)
    const built = await run()
    expect(built.code, story(built)).toBe(0)
    const again = await run()
    expect(changed(again), story(again)).toEqual([])
  })
  afterAll(() => mirror.close())

  test('every task of the playbook, each of its handlers and the facts are among them', async () => {
    const told = await run()
    const names = told.events.flatMap((event) => (event.type === 'result' ? [event.task.name] : []))
    const spoilt = new Set(['Gathering facts', ...spoilings.flatMap(({ task, changes = [] }) => [task, ...changes])])
    expect([...new Set(names)].filter((one) => !spoilt.has(one))).toEqual([])
    expect([...spoilt]).toEqual(expect.arrayContaining([restart('zookeeper'), restart('kafka')]))
    expect(recapOf(told)[name]).toMatchObject({ changed: 0, failed: 0 })
  })

  test.each(spoilings)('$task finds: $by', async ({ task, by, changes = [task] }) => {
    const services = ['zookeeper', 'kafka'].filter((service) => changes.includes(restart(service)))
    const before = await Promise.all(services.map(processOf))
    await exec(by)
    const next = await run()
    expect(next.code, story(next)).toBe(0)
    expect(changed(next), story(next)).toEqual(changes)
    const after = await Promise.all(services.map(processOf))
    for (const [index, service] of services.entries()) expect(after[index], service).not.toBe(before[index])
  })

  test('facts are read anew', async () => {
    await exec('hostname spoilt')
    const next = await run('facts.yml')
    await exec(`hostname ${name}`)
    expect(next.stdout).toContain('it calls itself spoilt')
    expect(changed(next)).toEqual([])
  })

  test('in the end nothing is left of it', async () => {
    const last = await run()
    expect(changed(last), story(last)).toEqual([])
  })
})
