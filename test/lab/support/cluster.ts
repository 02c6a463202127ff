import './own-lab.ts'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { buildMirror } from '../../mirror/build.ts'
import { repositoryFolder } from '../../mirror/places.ts'
import { serveFolder } from '../../mirror/serve.ts'
import type { ServedMirror } from '../../mirror/serve.ts'
import { host } from '../host.ts'
import { up } from '../lab.ts'
import { runFolder } from '../places.ts'
import { network, outerAddress, testNames } from '../roster.ts'
import { poll } from '../shell.ts'
import { bareHosts, builtFile } from './hosts.ts'
import { writeFiles } from './inventory.ts'
import { runPlaybook, story } from './kplay.ts'

export const brokers = testNames(5)
export const zookeepers = testNames(3)

/** The playbooks that come with kplay. */
export const playbook = (name: string): string => join(repositoryFolder(), 'playbooks', `${name}.yml`)

/** The archives, served to kplay and to the hosts; a free port, as another lab may serve its own. */
export async function serveMirror(): Promise<ServedMirror> {
  const { www } = await buildMirror()
  // The lab's network, should no host be up yet.
  await up([])
  return serveFolder({ folder: www, address: outerAddress, port: 0 })
}

/** `inventory/test.yml` as it would be for this lab: another network, its own key, its own mirror. */
export async function writeInventory({ url }: ServedMirror): Promise<string> {
  const text = await readFile(join(repositoryFolder(), 'inventory/test.yml'), 'utf8')
  const own = text
    .replaceAll('http://10.99.0.1:8000', url)
    .replaceAll('10.99.0.', `${network}.`)
    .replaceAll('/run/kplay-lab/', `${runFolder}/`)
  return join(await writeFiles({ 'test.yml': own }), 'test.yml')
}

/** Five hosts as bare as after their first boot. */
export async function bareBrokers(): Promise<void> {
  await bareHosts(brokers)
}

/** After what 0.9 may not recover from by itself (a broker that lost ZooKeeper never trusts its replicas again, KAFKA-2729). */
export const noteSpoilt = (): void => rmSync(builtFile, { force: true })

export const noteBuilt = (): void => writeFileSync(builtFile, '')

/** A whole cluster: the one an earlier test built, else a new one. */
export async function builtCluster(inventory: string): Promise<void> {
  if (existsSync(builtFile)) return
  await bareBrokers()
  const run = await runPlaybook(['-i', inventory, playbook('site')])
  if (run.code !== 0) throw new Error(`the cluster could not be built: ${story(run)}`)
  noteBuilt()
}

/** What ZooKeeper answers to one of its four-letter words; an empty text when it is down. */
export function askZookeeper(address: string, word: 'srvr' | 'dump', port = 2181): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = createConnection({ host: address, port, timeout: 3000 }, () => socket.write(word))
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    socket.once('timeout', () => socket.destroy())
    socket.on('error', () => undefined).once('close', () => resolve(text))
  })
}

/** `leader`, `follower`, `standalone`, or nothing from a server that is down or has no quorum. */
export const zookeeperMode = async (name: string): Promise<string | undefined> =>
  /^Mode: (\w+)/m.exec(await askZookeeper(host(name).address, 'srvr'))?.[1]

/** The ids under which brokers stand in ZooKeeper, as one of its servers knows them. */
export async function registeredBrokers(name: string): Promise<number[]> {
  const text = await askZookeeper(host(name).address, 'dump')
  return [...text.matchAll(/\/brokers\/ids\/(\d+)/g)].map(([, id]) => Number(id)).sort((a, b) => a - b)
}

/** `test1: kafka 123 4567`: each service's process, which cannot be mistaken for one that came after it. */
export async function processes(names: readonly string[] = brokers): Promise<string[]> {
  const command = `for unit in zookeeper kafka; do
    pid=$(systemctl show -p MainPID --value $unit); [ "$pid" = 0 ] || echo "$unit $pid $(cut -d' ' -f22 /proc/$pid/stat)"
  done`
  const answers = await Promise.all(names.map((name) => host(name).exec(command)))
  return answers.flatMap(({ stdout }, index) =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => `${names[index]}: ${line}`),
  )
}

/** Makes a topic with the tool that a host has, found by the environment that the roles wrote. */
export async function createTopic(name: string, zookeeper: string, topic: string, shape: string): Promise<void> {
  const tool = `. /root/.bashrc && export JAVA_HOME && "$KAFKA_HOME"/bin/kafka-topics.sh`
  const answer = await host(name).exec(`${tool} --zookeeper ${zookeeper} --create --topic ${topic} ${shape}`, {
    timeout: 90_000,
  })
  if (!answer.stdout.includes(`Created topic "${topic}"`)) {
    throw new Error(`${name} cannot create ${topic}: exit ${answer.code}\n${answer.stdout}${answer.stderr}`)
  }
}

/** Waits for what must come true by itself. */
export async function until(what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> {
  if (!(await poll(seconds * 1000, ask))) throw new Error(`not within ${seconds} s: ${what}`)
}
