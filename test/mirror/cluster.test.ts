import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { $ } from 'zx'
import { buildMirror } from './build.ts'

/** The archives as a cluster of one, on loopback, with the mirror's JDK where it runs here, else this machine's. */
const quiet = { quiet: true, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
let folder: string
let environment: NodeJS.ProcessEnv
let isJava8: boolean
let zookeeperPort: number
let brokerPort: number
const started: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kplay-cluster-'))
  const { www, archives } = await buildMirror()
  for (const { name, path } of archives) {
    if (!name.startsWith('peers/')) await $(quiet)`tar -xzf ${join(www, path)} -C ${folder}`
  }
  const jdk = join(folder, archives.find(({ name }) => name === 'java')?.folder ?? '')
  const runs = (await $({ ...quiet, nothrow: true })`${jdk}/bin/java -version`).exitCode === 0
  const home = runs ? { JAVA_HOME: jdk } : {}
  environment = { ...process.env, ...home, KAFKA_HEAP_OPTS: '-Xmx256m', JMXDISABLE: '1' }
  const java = runs ? `${jdk}/bin/java` : 'java'
  isJava8 = (await $({ ...quiet, env: environment })`${java} -version`).stderr.includes('"1.8.')
  zookeeperPort = await freePort()
  brokerPort = await freePort()
})
afterAll(async () => {
  for (const child of started.reverse()) {
    child.kill('SIGKILL')
    await ended(child)
  }
  await rm(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = environment): ChildProcess {
  const child = spawn(join(folder, command), args, { env, cwd: folder, stdio: 'ignore' })
  started.push(child)
  return child
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done))
  return child.exitCode
}

/** Waits until the port answers; false when nothing does within 60 s. */
async function answers(port: number): Promise<boolean> {
  for (let tries = 0; tries < 300; tries++) {
    const open = await new Promise<boolean>((done) => {
      const socket = createConnection(port, '127.0.0.1')
      socket.once('connect', () => done(true)).once('error', () => done(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return true
    await setTimeout(200)
  }
  return false
}

/** Runs a command of the archives in the folder and gives what it printed. */
const ask = async (command: string, args: readonly string[], input = '', env = environment) => {
  const said = await $({
    env,
    cwd: folder,
    quiet: true,
    nothrow: true,
    input,
    timeout: '60s',
  })`${join(folder, command)} ${args}`
  return { status: said.exitCode, text: said.stdout + said.stderr }
}

const zk = 'zookeeper-3.4.6/bin'
const bin = 'kafka_2.11-0.9.0.1/bin'

describe('ZooKeeper from its archive', () => {
  it('runs in the foreground and tells its state', async () => {
    await mkdir(join(folder, 'zookeeper'))
    const settings = ['tickTime=2000', `dataDir=${folder}/zookeeper`, 'clientPortAddress=127.0.0.1']
    await writeFile(join(folder, 'zoo.cfg'), [...settings, `clientPort=${zookeeperPort}`, ''].join('\n'))
    start(`${zk}/zkServer.sh`, ['start-foreground', join(folder, 'zoo.cfg')])
    expect(await answers(zookeeperPort)).toBe(true)
    const { status, text } = await ask(`${zk}/zkServer.sh`, ['status', join(folder, 'zoo.cfg')])
    expect([status, text]).toEqual([0, expect.stringContaining('Mode: standalone')])
  })

  it('says that it runs when any process has the number in its pid file, and stops by force', async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' })
    started.push(other)
    const pidFile = join(folder, 'stale/zookeeper_server.pid')
    await mkdir(join(folder, 'stale'))
    await writeFile(pidFile, String(other.pid))
    const env = { ...environment, ZOOPIDFILE: pidFile }
    const begun = await ask(`${zk}/zkServer.sh`, ['start', join(folder, 'zoo.cfg')], '', env)
    expect([begun.status, begun.text]).toEqual([0, expect.stringContaining(`already running as process ${other.pid}`)])
    const halted = await ask(`${zk}/zkServer.sh`, ['stop', join(folder, 'zoo.cfg')], '', env)
    expect([halted.status, halted.text]).toEqual([0, expect.stringContaining('STOPPED')])
    await ended(other)
    expect(other.signalCode).toBe('SIGKILL')
  })
})

describe('Kafka from its archive', () => {
  const settings = () =>
    [
      ['broker.id', '7'],
      ['listeners', `PLAINTEXT://127.0.0.1:${brokerPort}`],
      ['log.dirs', `${folder}/kafka`],
      ['zookeeper.connect', `127.0.0.1:${zookeeperPort}/chroot`],
    ].map((pair) => pair.join('='))

  it('asks for GC logging with flags that Java 9 and later refuse', async () => {
    if (isJava8) return
    const { status, text } = await ask(`${bin}/kafka-server-start.sh`, ['/nowhere'])
    expect([status, text]).toEqual([1, expect.stringMatching(/Unrecognized VM option 'PrintGC/)])
  })

  it('starts with its settings and logs into the version folder', async () => {
    await writeFile(join(folder, 'server.properties'), `${settings().join('\n')}\n`)
    const env = isJava8 ? environment : { ...environment, KAFKA_GC_LOG_OPTS: ' ' }
    start(`${bin}/kafka-server-start.sh`, [join(folder, 'server.properties')], env)
    expect(await answers(brokerPort)).toBe(true)
    const read = () => readFile(join(folder, 'kafka_2.11-0.9.0.1/logs/server.log'), 'utf8')
    // It is registered, and topics can be made, only some time after its port answers.
    await expect.poll(read, { timeout: 60_000, interval: 200 }).toContain('[Kafka Server 7], started')
    expect(await read()).toContain('KafkaConfig values:')
  })

  it('keeps a message and gives it back to both consumers', async () => {
    const zookeeper = ['--zookeeper', `127.0.0.1:${zookeeperPort}/chroot`]
    const broker = `127.0.0.1:${brokerPort}`
    const shape = ['--topic', 'marks', '--partitions', '1', '--replication-factor', '1']
    expect((await ask(`${bin}/kafka-topics.sh`, [...zookeeper, '--create', ...shape])).text).toContain('Created topic')
    // Without this it waits for no answer, and a message to a topic made just now may be lost with exit status 0.
    const sent = ['--broker-list', broker, '--topic', 'marks', '--request-required-acks', '-1']
    expect((await ask(`${bin}/kafka-console-producer.sh`, sent, 'a mark\n')).status).toBe(0)
    const one = ['--topic', 'marks', '--from-beginning', '--max-messages', '1']
    expect((await ask(`${bin}/kafka-console-consumer.sh`, [...zookeeper, ...one])).text).toContain('a mark')
    const modern = ['--new-consumer', '--bootstrap-server', broker]
    expect((await ask(`${bin}/kafka-console-consumer.sh`, [...modern, ...one])).text).toContain('a mark')
  })

  it('stands in ZooKeeper under its id', async () => {
    const command = 'get /chroot/brokers/ids/7\n'
    expect((await ask(`${bin}/zookeeper-shell.sh`, [`127.0.0.1:${zookeeperPort}`], command)).text).toContain(
      `"port":${brokerPort}`,
    )
    const server = ['-server', `127.0.0.1:${zookeeperPort}`]
    expect((await ask(`${zk}/zkCli.sh`, server, command)).text).toContain(`"port":${brokerPort}`)
  })

  it('stops every broker that ps shows, and nothing else', async () => {
    // ps shows the brokers of the whole machine, so this one shows processes of this test only.
    const processes = Array.from({ length: 3 }, () => spawn('sleep', ['60'], { stdio: 'ignore' }))
    started.push(...processes)
    const [first, second, other] = processes.map(({ pid }) => pid)
    const lines = [
      `${first} ? Sl 0:01 /a/java -cp x kafka.Kafka a`,
      `${second} ? Sl 0:01 java kafka.Kafka b`,
      `${other} ? S 0:00 vi kafka.Kafka`,
    ]
    await mkdir(join(folder, 'stub'))
    await writeFile(join(folder, 'stub/ps'), `#!/bin/sh\ncat <<'E'\n${lines.join('\n')}\nE\n`, { mode: 0o755 })
    const env = { ...environment, PATH: `${folder}/stub:${process.env['PATH'] ?? ''}` }
    await ask(`${bin}/kafka-server-stop.sh`, [], '', env)
    await Promise.all(processes.slice(0, 2).map(ended))
    expect(processes.map(({ signalCode }) => signalCode)).toEqual(['SIGTERM', 'SIGTERM', null])
  })
})

describe('Scala from its archive', () => {
  it('tells its version', async () => {
    expect((await ask('scala-2.11.0/bin/scala', ['-version'])).text).toContain('version 2.11.0')
  })
})
