import './own-lab.ts'
import { join } from 'node:path'
import type { ServedMirror } from '../../mirror/serve.ts'
import { host } from '../host.ts'
import { sleep } from '../shell.ts'
import { registeredBrokers, until } from './cluster.ts'
import { login, writeFiles } from './inventory.ts'
import type { Vars } from './inventory.ts'
import type { Run } from './kplay.ts'

/** What holds for every small cluster here: other archives than upstream's, and little memory. */
export const nodeVars = ({ url }: ServedMirror): Vars => ({
  mirror: url,
  java_archive_url: `${url}/java/jdk-linux-x64.tar.gz`,
  zookeeper_heap: '64m',
  kafka_heap: '256m',
  zookeeper_start_timeout: 40,
  kafka_zookeeper_timeout: 20,
})

export const hostVars = (name: string, more: Vars = {}): Vars => ({
  ...login,
  ansible_host: host(name).address,
  ...more,
})

/** One host with a ZooKeeper and a broker, as an inventory file that `site.yml` takes. */
export async function writeNode(name: string, mirror: ServedMirror, more: Vars = {}): Promise<string> {
  const all = {
    vars: { ...nodeVars(mirror), ...more },
    hosts: { [name]: hostVars(name, { zookeeper_id: 1, kafka_broker_id: 1 }) },
    children: { zookeeper: { hosts: { [name]: {} } }, kafka: { hosts: { [name]: {} } } },
  }
  return join(await writeFiles({ 'hosts.yml': { all } }), 'hosts.yml')
}

/** Ids and start times of the Java processes of both, which cannot be mistaken for those that came after them. */
export async function javaOf(name: string): Promise<Record<'zookeeper' | 'kafka', string>> {
  const find = (main: string): string =>
    `for p in $(grep -lxz ${main} /proc/[0-9]*/cmdline 2>/dev/null); do cut -d' ' -f1,22 "\${p%/cmdline}/stat"; done`
  const ask = async (main: string): Promise<string> => (await host(name).exec(find(main))).stdout.trim()
  const [zookeeper, kafka] = await Promise.all(
    ['org.apache.zookeeper.server.quorum.QuorumPeerMain', 'kafka.Kafka'].map(ask),
  )
  return { zookeeper: zookeeper ?? '', kafka: kafka ?? '' }
}

/**
 * Waits until a broker is registered and stays: one that came back before ZooKeeper gave up its former session seems to
 * be so for a moment, and dies.
 */
export const steady = (name: string, zookeeper: string, id: number): Promise<void> =>
  until(`broker ${id} on ${name} is there to stay`, 90, async () => {
    const before = (await javaOf(name)).kafka
    if (!before || !(await registeredBrokers(zookeeper)).includes(id)) return false
    await sleep(9000)
    return (await javaOf(name)).kafka === before && (await registeredBrokers(zookeeper)).includes(id)
  })

/** What failed: each text once, with its hosts, as a report tells it. */
export function failuresOf({ events }: Run): string[] {
  const hosts = new Map<string, string[]>()
  for (const event of events) {
    if (event.type !== 'result' || !event.result.failure) continue
    const { host, failure } = event.result
    hosts.set(failure.error.message, [...(hosts.get(failure.error.message) ?? []), host])
  }
  return [...hosts].map(([message, names]) => `${names.join(' ')}: ${message}`)
}
