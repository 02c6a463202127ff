import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { host } from '../../lab/host.ts'
import { keyFile, knownHostsFile } from '../../lab/places.ts'
import { network, testNames } from '../../lab/roster.ts'
import { run } from '../../lab/shell.ts'
import { buildMirror } from '../../mirror/build.ts'
import { repositoryFolder } from '../../mirror/places.ts'
import { serveFolder } from '../../mirror/serve.ts'
import type { Bench } from '../bench.ts'
import { serveProxy } from '../proxy.ts'
import type { Proxy } from '../proxy.ts'
import { Guide, guests } from './guide.ts'
import type { Contender } from '../race.ts'
import { everyTool } from '../tools.ts'
import type { RowMaker } from './row.ts'

/** Milliseconds that a question and its answer take longer. */
const LATENCY = 25

async function proxiesTo(bench: Bench, names: readonly string[]): Promise<Map<string, Proxy>> {
  const proxies = new Map<string, Proxy>()
  for (const name of names) {
    const proxy = await serveProxy(host(name).address, LATENCY)
    proxies.set(name, proxy)
    bench.later(proxy.close)
  }
  return proxies
}

/** The proxies count for everybody, logins included; kplay knows better which of them were waits of an open session. */
function counted(contender: Contender, proxies: ReadonlyMap<string, Proxy>): Contender {
  const all = [...proxies.values()]
  return {
    ...contender,
    before: async () => {
      await contender.before?.()
      for (const proxy of all) proxy.forget()
    },
    turns: () => Math.max(...all.map((proxy) => proxy.turns())),
  }
}

/** `inventory/test.yml` for this lab, with sshd at other places. */
async function clusterInventory(bench: Bench, url: string, name: string, proxies?: ReadonlyMap<string, Proxy>) {
  const text = await readFile(join(repositoryFolder(), 'inventory/test.yml'), 'utf8')
  const near = text
    .replaceAll('http://10.99.0.1:8000', url)
    .replaceAll('/run/kplay-lab/key', keyFile)
    .replace(/ansible_host: 10\.99\.0\.1(\d)/g, (_, digit: string) => {
      const port = proxies?.get(`test${digit}`)?.port
      return port === undefined
        ? `ansible_host: ${network}.1${digit}`
        : `ansible_host: 127.0.0.1, ansible_port: ${port}`
    })
  const file = join(bench.folder, `${name}.yml`)
  await writeFile(file, near)
  const lines = (await readFile(knownHostsFile, 'utf8')).split('\n').filter(Boolean)
  const far = [...(proxies ?? [])].flatMap(([guest, { port }]) =>
    lines.flatMap((line) => {
      const [names = '', ...key] = line.split(' ')
      return names.split(',').includes(guest) ? [`[127.0.0.1]:${port} ${key.join(' ')}`] : []
    }),
  )
  const knownHosts = join(bench.folder, `${name}.known_hosts`)
  await writeFile(knownHosts, [...lines, ...far, ''].join('\n'))
  return { groups: {}, members: [], file, knownHosts }
}

interface FarGuide {
  readonly guide: Guide
  readonly proxies: ReadonlyMap<string, Proxy>
}

let guide: Promise<FarGuide> | undefined
const opened = (bench: Bench): Promise<FarGuide> => (guide ??= openGuide(bench))

async function openGuide(bench: Bench): Promise<FarGuide> {
  await bench.boot(guests)
  const proxies = await proxiesTo(bench, guests)
  const place = (guest: string) => ({ address: '127.0.0.1', port: proxies.get(guest)?.port ?? 0 })
  return { guide: await Guide.open(bench, place), proxies }
}

export const far: readonly RowMaker[] = [
  {
    id: 'f',
    open: async (bench) => {
      const brokers = testNames(5)
      await bench.boot(brokers)
      const { www } = await buildMirror()
      const served = await serveFolder({ folder: www, address: `${network}.1`, port: 0 })
      bench.later(() => served.close())
      const near = await clusterInventory(bench, served.url, 'cluster')
      bench.say('(f) building the cluster')
      const site = join(repositoryFolder(), 'playbooks/site.yml')
      const words = ['-i', near.file, '--known-hosts', near.knownHosts, site]
      await run({ cwd: bench.folder })`${process.execPath} ${bench.kplay.program} run ${words}`
      const playbook = join(bench.folder, 'kplay/playbooks/role-kafka.yml')
      await writeFile(playbook, JSON.stringify([{ name: 'Kafka', hosts: 'kafka', roles: ['kafka'] }]))
      const proxies = await proxiesTo(bench, brokers)
      const inventory = await clusterInventory(bench, served.url, 'far-cluster', proxies)
      const kplay = await bench.tools.contender('kplay', { inventory, playbook, forks: 5 })
      const hosts = [...proxies.values()].map(({ port }) => ({ address: '127.0.0.1', port, scripts: ['echo'] }))
      const floor = await bench.tools.floor('bare script: one question', {
        hosts,
        noDelay: true,
        strict: true,
        openings: 5,
      })
      return {
        title: `the role kafka, nothing to change, hosts ${LATENCY} ms away`,
        contenders: [kplay, floor].map((one) => counted(one, proxies)),
      }
    },
  },
  {
    id: 'fa',
    open: async (bench) => {
      const { guide, proxies } = await opened(bench)
      const tools = await Promise.all(everyTool.map((name) => guide.settled(name)))
      const floors = [await guide.floor('plain script', 'plain'), await guide.floor('batched script', 'batched')]
      return {
        title: `site, nothing to change, hosts ${LATENCY} ms away`,
        contenders: [...tools, ...floors].map((one) => counted(one, proxies)),
      }
    },
  },
  {
    id: 'fb',
    open: async (bench) => {
      const { guide, proxies } = await opened(bench)
      const tools = await Promise.all(everyTool.map((name) => guide.fromBare(name)))
      const floor = await guide.floor('bare script: downloads, digests, extractions', 'install')
      return {
        title: `site, from bare, hosts ${LATENCY} ms away`,
        contenders: [...tools, floor].map((one) => counted(one, proxies)),
      }
    },
  },
]
