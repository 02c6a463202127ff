import { writeFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { host } from '../../lab/host.ts'
import { run } from '../../lab/shell.ts'
import type { Bench } from '../bench.ts'
import { batchedQuestions, installation, plainQuestions, starting } from '../floor/guide.ts'
import { writeInventory } from '../inventory.ts'
import type { Member } from '../inventory.ts'
import { benchText, guideFolder } from '../places.ts'
import { timed } from '../race.ts'
import type { Contender, Sample } from '../race.ts'
import type { Job, Name } from '../tools.ts'

/** They have Python, which the others need. */
export const guests = ['ansible1', 'ansible2', 'ansible3', 'ansible4', 'ansible5']

/** Seconds for which kplay watches a service that it started, unless it is told otherwise: zookeeper's and kafka's. */
const HOLD = 2

/** The playbook with services that need not keep running, in words of kplay's own. */
const UNWATCHED = 'unwatched.yml'
const unwatch = (text: string): string => text.replaceAll(' systemd: {', ' service: { hold: 0,')

/** Another way to run a tool. */
interface Variation {
  readonly name?: string
  readonly words?: readonly string[]
  /** Services are left alone once they run, as the other tools leave them. */
  readonly unwatched?: boolean
}

/** The guide's playbook on five hosts. */
export class Guide {
  readonly #bench: Bench
  readonly #job: Job
  readonly #sums: Readonly<Record<string, string>>
  readonly #mirror: string
  /** Whose settled state the hosts have: pyinfra writes some lines in another form than the others do. */
  #state: 'bare' | 'pyinfra' | 'others' | undefined

  /** The places at which the hosts answer may be others than their own. */
  static async open(bench: Bench, places?: (guest: string) => Pick<Member, 'address' | 'port'>): Promise<Guide> {
    await bench.boot(guests)
    const members = guests.map((guest, index): Member => {
      const place = places?.(guest) ?? { address: host(guest).address, port: 22 }
      const number = index + 1
      const vars = { broker_id: number, ...(number <= 3 && { myid: number }) }
      return { name: `test${number}`, guest, ...place, vars }
    })
    const groups = { kafka: members, zookeeper: members.slice(0, 3) }
    const inventory = await writeInventory(bench.folder, places ? 'far' : 'near', groups)
    const content = join(bench.folder, 'guide')
    await cp(guideFolder, content, { recursive: true })
    await writeFile(join(content, UNWATCHED), unwatch(await readFile(join(content, 'site.yml'), 'utf8')))
    const [{ sums }, mirror] = [await bench.archives(), await bench.mirror()]
    const job: Job = {
      inventory,
      playbook: join(content, 'site.yml'),
      deploy: benchText('content/guide.py'),
      told: { sums, mirror, templates: join(content, 'templates') },
      vars: { sums, mirror },
      forks: guests.length,
    }
    await Promise.all(guests.map((guest) => host(guest).exec('cp -n /root/.bashrc /root/.profile /run/')))
    return new Guide(bench, job, sums, mirror)
  }

  private constructor(bench: Bench, job: Job, sums: Readonly<Record<string, string>>, mirror: string) {
    this.#bench = bench
    this.#job = job
    this.#sums = sums
    this.#mirror = mirror
  }

  /** A tool on hosts where it finds nothing to change, as it left them itself. */
  async settled(name: Name, dry = false, { words, ...other }: Variation = {}): Promise<Contender> {
    const contender = { ...(await this.#bench.tools.contender(name, { ...this.#job, dry, words })), ...other }
    const check = (sample: Sample): void => {
      if (changes(sample)) throw new Error(`${contender.name} changes what it left itself:\n${sample.output}`)
    }
    return { ...contender, before: () => this.#settle(name), check }
  }

  /** A tool on bare hosts. */
  async fromBare(name: Name, dry = false, { unwatched, words, ...other }: Variation = {}): Promise<Contender> {
    const playbook = unwatched ? join(dirname(this.#job.playbook), UNWATCHED) : this.#job.playbook
    const contender = { ...(await this.#bench.tools.contender(name, { ...this.#job, playbook, dry, words })), ...other }
    return { ...contender, before: () => this.#strip(), ...(dry && { mayFail: true }) }
  }

  async floor(name: string, work: 'plain' | 'batched' | 'install' | 'services'): Promise<Contender> {
    const archives = Object.keys(this.#sums)
    const hosts = this.#job.inventory.members.map(({ address, port, vars }) => {
      const isZookeeper = vars?.['myid'] !== undefined
      const own = archives.filter((archive) => isZookeeper || !archive.startsWith('zookeeper'))
      const sums = new Map(own.map((archive) => [archive, this.#sums[archive] ?? '']))
      const services = [...(isZookeeper ? ['zookeeper'] : []), 'kafka']
      const scripts = {
        plain: () => plainQuestions(archives),
        batched: () => [batchedQuestions(archives)],
        // Each service is started, and at the end of its play restarted: only then it is watched.
        install: () => [installation(this.#mirror, sums, services.length * HOLD)],
        services: () => [installation(this.#mirror, sums, 0) + starting(services, HOLD)],
      }
      return { address, port, scripts: scripts[work]() }
    })
    const strict = work === 'install' || work === 'services'
    // The reference's plain script leaves ssh2 as it comes.
    const contender = await this.#bench.tools.floor(name, { hosts, noDelay: work !== 'plain', strict, openings: 5 })
    return { ...contender, before: () => (strict ? this.#strip() : this.#settle('kplay')) }
  }

  async #settle(name: Name): Promise<void> {
    const state = name === 'pyinfra' ? 'pyinfra' : 'others'
    if (this.#state === state) return
    const maker = state === 'pyinfra' ? state : 'kplay'
    const { folder, peers } = this.#bench
    await timed({ folder, python: peers.python }, await this.#bench.tools.contender(maker, this.#job))
    this.#state = state
    await run`sync`
  }

  /** Removes what the playbook makes, and what the tools keep on a host for themselves. */
  async #strip(): Promise<void> {
    this.#state = 'bare'
    await Promise.all(
      this.#job.inventory.members.map(async ({ guest }) => {
        const { code, stderr } = await host(guest).exec(strip)
        if (code !== 0) throw new Error(`${guest} cannot be made bare: ${stderr}`)
      }),
    )
    // These belong to the machine under all hosts; the lab gives back what they were before.
    const values = { swappiness: 61, dirty_background_ratio: 11, dirty_ratio: 21 }
    for (const [name, value] of Object.entries(values)) writeFileSync(`/proc/sys/vm/${name}`, `${value}\n`)
    await run`sync`
  }
}

const strip = `set -e
systemctl disable --quiet --now kafka zookeeper 2>/dev/null || :
rm -f /etc/systemd/system/kafka.service /etc/systemd/system/zookeeper.service /etc/sysctl.d/60-kafka.conf
systemctl daemon-reload
systemctl reset-failed
rm -rf /home/programs /data/kafka-logs /data/zookeeper /var/lib/kplay /root/.ansible /root/.ansible_async
rmdir /data 2>/dev/null || :
cp /run/.bashrc /root/.bashrc
sysctl -q -w net.core.somaxconn=4096 net.ipv4.tcp_rmem='4096 131072 6291456' net.ipv4.tcp_wmem='4096 16384 4194304' net.ipv4.tcp_max_syn_backlog=1024
`

/** Whether a tool says that it changed something: each in its own words. pyinfra's columns are hosts, changes, errors … */
function changes({ output }: Sample): boolean {
  const [, changed] = /^\s*Grand total\s+\d+\s+(\S+)/m.exec(output) ?? []
  return changed === undefined ? /\bchanged=[1-9]/.test(output) : changed !== '-'
}
