import './support/own-lab.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServedMirror } from '../mirror/serve.ts'
import { playbook, registeredBrokers, serveMirror, until, zookeeperMode } from './support/cluster.ts'
import { runCommand } from './support/command.ts'
import { bareHosts } from './support/hosts.ts'
import { consume, produce } from './support/kcat.ts'
import { changesOf, changesPerHost, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { javaOf, steady, writeNode } from './support/node.ts'
import { powerCut, powerOn, rebooted } from './faults.ts'
import { host } from './host.ts'
import type { Answer } from './host.ts'
import { labProblem } from './machine.ts'

const name = 'sysv1'
const services = ['zookeeper', 'kafka'] as const
type Service = (typeof services)[number]

/** What CentOS 6.5's tools do not know: words of util-linux, coreutils, iproute and bash that came later, or of systemd. */
const newer =
  /\b(setpriv|runuser|nsenter|systemctl|journalctl|ss|realpath|nproc|timeout|stdbuf|findmnt|lsblk|numfmt|nohup|start-stop-daemon|pgrep|pkill)\b|\bsu [^\n]*--|\bsetsid -|\bdeclare -[gn]|\bmapfile|\$\{[a-z_]+[,^]|\[\[|\bfunction\b|\blocal\b/

describe.skipIf(labProblem())('a host with System V init', () => {
  let mirror: ServedMirror
  let inventory: string
  const run = (...more: string[]): Promise<Run> => runPlaybook(['-i', inventory, playbook('site'), ...more])
  const exec = (text: string): Promise<Answer> => host(name).exec(text, { timeout: 60_000 })
  const tell = async (text: string): Promise<string> => (await exec(text)).stdout.trim()
  const script = (service: Service, action: string): Promise<Answer> => exec(`/etc/init.d/${service} ${action}`)
  const statuses = async (): Promise<(number | null)[]> =>
    Promise.all(services.map(async (service) => (await script(service, 'status')).code))
  const pidFile = (service: Service): string => `/var/run/${service}/${service}.pid`
  const serving = (): Promise<void> =>
    until('both serve', 60, async () => {
      if ((await zookeeperMode(name)) !== 'standalone') return false
      const answers = await exec("grep -q ':2384 ' /proc/net/tcp /proc/net/tcp6")
      return answers.code === 0 && (await registeredBrokers(name)).includes(1)
    })

  beforeAll(async () => {
    await bareHosts([name])
    mirror = await serveMirror()
    inventory = await writeNode(name, mirror, { os_tuning_data_disk: '/dev/kplay-data' })
    const foreseen = await run('--check')
    const built = await run()
    expect(built.code, story(built)).toBe(0)
    expect(changesOf(built)).toEqual(changesOf(foreseen))
  })
  afterAll(() => mirror.close())

  test('runs one ZooKeeper and one broker, and a second run changes nothing', async () => {
    await serving()
    await produce([`${name}:9092`], 'letters', ['before'])
    const ran = await javaOf(name)
    const again = await run()
    expect(again.code, story(again)).toBe(0)
    expect(changesOf(again)).toEqual([])
    expect(await javaOf(name)).toEqual(ran)
  })

  test('its scripts are read by any shell, and use no tool that CentOS 6.5 does not have', async () => {
    const scripts = [
      ...services.map((service) => `/etc/init.d/${service}`),
      '/home/programs/zookeeper/bin/kplay-server',
      '/home/programs/kafka/bin/kplay-broker',
    ]
    for (const path of scripts) {
      const { stdout: text } = await exec(`cat ${path}`)
      expect(text, path).toMatch(/^#!\/bin\/sh\n/)
      const code = text.replace(/^\s*#.*$/gm, '')
      expect(newer.exec(code)?.[0], path).toBeUndefined()
      const shells = [
        ['sh', '-n'],
        ['bash', '--posix', '-n'],
        ['busybox', 'sh', '-n'],
        ['shellcheck', '-s', 'sh', '-'],
      ]
      for (const [shell = '', ...args] of shells) {
        if ((await runCommand('which', [shell])).code !== 0) continue
        const read = await runCommand(shell, args, { stdin: text })
        expect(read, `${shell} ${path}`).toMatchObject({ code: 0, stderr: '' })
      }
    }
  })

  test('starts them at boot, ZooKeeper first', async () => {
    for (const [service, order] of [
      ['zookeeper', 80],
      ['kafka', 81],
    ] as const) {
      expect(await tell(`cat /etc/init.d/${service}`)).toMatch(new RegExp(`^# chkconfig: 345 ${order} \\d\\d$`, 'm'))
      expect((await tell(`ls -d /etc/rc[2-5].d/S??${service}`)).split('\n')).toHaveLength(4)
      expect((await tell(`ls -d /etc/rc[016].d/K??${service}`)).split('\n')).toHaveLength(3)
    }
    const [zookeeper = '', kafka = ''] = (await tell('cd /etc/rc3.d && ls -d S??zookeeper S??kafka')).split('\n')
    expect([zookeeper.slice(3), kafka.slice(3)]).toEqual(['zookeeper', 'kafka'])
  })

  test('logs are where logs are, and none is with the programs', async () => {
    expect(await tell('ls /var/log/kafka')).toMatch(/^controller\.log[^]*^server\.log/m)
    expect(await tell('ls /var/log/zookeeper')).toMatch(/^zookeeper\.log/m)
    expect(await tell("find /home/programs/ -name '*.log' -o -name '*.out' -o -name logs")).toBe('')
    expect(await tell('stat -c %U /var/log/kafka/server.log /var/log/zookeeper/zookeeper.log')).toBe('kafka\nzookeeper')
    expect(await tell('find /data/kafka-logs /data/zookeeper -user root')).toBe('')
  })

  test('both may have as many files open as the roles say', async () => {
    const most = Number(await tell('ulimit -H -n'))
    for (const [service, wanted] of [
      ['zookeeper', 65_536],
      ['kafka', 100_000],
    ] as const) {
      const pid = (await javaOf(name))[service].split(' ')[0] ?? ''
      expect(pid, service).toBe(await tell(`cat ${pidFile(service)}`))
      const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(await tell(`cat /proc/${pid}/limits`)) ?? []
      expect([Number(soft), Number(hard)], service).toEqual([Math.min(wanted, most), Math.min(wanted, most)])
      expect(await tell(`stat -c %U /proc/${pid}`)).toBe(service)
    }
  })

  test('status, start and stop do what the LSB says', async () => {
    const ran = await javaOf(name)
    expect(await statuses()).toEqual([0, 0])
    for (const service of services) expect(await script(service, 'start'), service).toMatchObject({ code: 0 })
    expect(await javaOf(name)).toEqual(ran)
    expect((await script('kafka', 'nonsense')).code).toBe(2)

    expect(await script('kafka', 'stop')).toMatchObject({ code: 0, stderr: '' })
    expect(await javaOf(name)).toEqual({ ...ran, kafka: '' })
    expect(await statuses()).toEqual([0, 3])
    expect(await script('kafka', 'stop')).toMatchObject({ code: 0 })
    expect((await script('kafka', 'condrestart')).code).toBe(0)
    expect((await javaOf(name)).kafka).toBe('')

    expect(await script('kafka', 'start')).toMatchObject({ code: 0, stderr: '' })
    await exec('kill -9 $(cat /var/run/kafka/kafka.pid)')
    await until('it is dead', 10, async () => (await javaOf(name)).kafka === '')
    expect(await statuses()).toEqual([0, 1])
    await until('it is started again', 30, async () => (await javaOf(name)).kafka !== '')
  })

  test("Red Hat's init is told that it runs", async () => {
    await exec('mkdir /var/lock/subsys && /etc/init.d/kafka restart')
    expect(await tell('ls /var/lock/subsys')).toBe('kafka')
    await script('kafka', 'stop')
    expect(await tell('ls /var/lock/subsys')).toBe('')
    await exec('rmdir /var/lock/subsys; /etc/init.d/kafka start')
  })

  test.each(services)("%s: a pid file with somebody else's process neither counts nor kills", async (service) => {
    await script(service, 'stop')
    const other = await tell('sleep 600 >/dev/null 2>&1 & echo $!')
    await exec(`echo ${other} > ${pidFile(service)}`)
    expect((await script(service, 'status')).code).toBe(1)
    expect((await script(service, 'stop')).code).toBe(0)
    expect(await tell(`tr '\\0' ' ' < /proc/${other}/cmdline`)).toBe('sleep 600')
    await exec(`echo ${other} > ${pidFile(service)}`)

    const healed = await run()
    expect(healed.code, story(healed)).toBe(0)
    await serving()
    expect(await statuses()).toEqual([0, 0])
    expect(await tell(`cat ${pidFile(service)}`)).not.toBe(other)
    expect(await tell(`tr '\\0' ' ' < /proc/${other}/cmdline`)).toBe('sleep 600')
    await exec(`kill ${other}`)
    expect(changesPerHost(healed)).toEqual({ [name]: 1 })
  })

  test('a changed setting restarts the one that it is about', async () => {
    const ran = await javaOf(name)
    const changed = await run('-e', 'kafka_num_partitions=2')
    expect(changed.code, story(changed)).toBe(0)
    const now = await javaOf(name)
    expect(now.zookeeper).toBe(ran.zookeeper)
    expect(now.kafka).not.toBe(ran.kafka)
    expect(now.kafka).not.toBe('')
    await serving()
  })

  test.each([
    ['a reboot', () => rebooted(name, () => exec('reboot'))],
    ['a power cut', () => powerCut(name).then(() => powerOn(name))],
  ] as const)('after %s both run again by themselves, with what was written', async (when, act) => {
    const seed = [`${name}:9092`]
    await produce(seed, 'letters', [`before ${when}`])
    await act()
    await steady(name, name, 1)
    expect(await consume(seed, 'letters')).toEqual(expect.arrayContaining(['before', `before ${when}`]))
    expect(await statuses()).toEqual([0, 0])
  })
})
