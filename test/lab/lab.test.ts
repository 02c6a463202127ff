import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
// A lab of its own: the one that a person has up stays as it is.
vi.hoisted(() => (process.env['KPLAY_LAB'] = '98'))
import { supervisorOf } from './boot.ts'
import { cutNetwork, freeze, powerCut, powerOn, rebooted, thaw, uncutNetwork } from './faults.ts'
import { host } from './host.ts'
import { down, reset, status, up } from './lab.ts'
import { labProblem } from './machine.ts'
import { outerTraces } from './outer.ts'
import { sshConfigFile } from './places.ts'
import { endProcess } from './processes.ts'
import { rootPassword, users } from './roster.ts'
import { attempt, run } from './shell.ts'
import { compareSnapshots, snapshot } from './snapshot.ts'

const all = ['test1', 'test2', 'sysv1', 'busybox1']
const systemd = ['test1', 'test2']
const swappiness = '/proc/sys/vm/swappiness'

/** The text a command prints in a host; it must succeed. */
async function tell(name: string, command: string): Promise<string> {
  const answer = await host(name).exec(command)
  expect(answer, `${name}: ${command}`).toMatchObject({ code: 0 })
  return answer.stdout.trim()
}

/** Puts a file system on the data disk, mounted by its UUID through fstab, with a file in it. */
async function useDisk(name: string, type: string): Promise<void> {
  const script = `mkfs.${type} -q /dev/kplay-data && mkdir -p /data
uuid=$(blkid -s UUID -o value /dev/kplay-data) && echo "UUID=$uuid /data ${type} noatime 0 2" >> /etc/fstab
mount /data && echo kept > /data/file && sync`
  await tell(name, script)
}

describe.skipIf(labProblem())('the lab', () => {
  let swappinessBefore = ''

  beforeAll(async () => {
    await down()
    swappinessBefore = readFileSync(swappiness, 'utf8')
    await up(all)
  })
  afterAll(() => down())

  test('every host answers under its checked host key, and is itself', async () => {
    for (const name of all) {
      expect(await host(name).ssh('hostname'), name).toMatchObject({ code: 0, stdout: `${name}\n` })
    }
    expect((await status()).map(({ state }) => state)).toEqual(['up', 'up', 'up', 'up'])
  })

  test('a host that runs stays as it is at the next up', async () => {
    const before = supervisorOf('test1')
    await up(['test1'])
    expect(supervisorOf('test1')).toEqual(before)
  })

  test('systemd is content, and nothing but sshd and sh is there to use', async () => {
    for (const name of systemd) {
      expect(await tell(name, 'systemctl is-system-running --wait')).toBe('running')
      expect((await host(name).exec('command -v python3')).code).not.toBe(0)
    }
  })

  test('all hosts resolve all names alike, their own to no loopback address', async () => {
    const files = await Promise.all(all.map((name) => tell(name, 'cat /etc/hosts')))
    expect(new Set(files).size).toBe(1)
    expect(await tell('test1', 'getent hosts test1 test2')).toBe('10.98.0.11      test1\n10.98.0.12      test2')
    expect(await tell('test1', 'ip route')).toMatch(/^10\.98\.0\.0\/24[^\n]*$/)
  })

  test.each(['test1', 'sysv1'])('the users of %s may what they should', async (name) => {
    const ask = async (user: string, command: string): Promise<number | null> =>
      (await host(name).ssh(command, { user })).code
    for (const { name: user } of users) expect(await ask(user, 'true'), user).toBe(0)
    expect(await ask('op', 'sudo -n true')).toBe(0)
    expect(await ask('pw', 'sudo -n true')).not.toBe(0)
    expect(await ask('pw', 'echo pw-lab | sudo -S true')).toBe(0)
    expect(await ask('plain', 'echo plain-lab | sudo -S true')).not.toBe(0)
    expect((await host(name).ssh('sudo -n true', { user: 'tty' })).stderr).toContain('must have a tty')
    expect(await ask('plain', `echo ${rootPassword} | su root -c true`)).toBe(0)
  })

  test('apt finds packages without a network', async () => {
    expect(await tell('test1', 'apt-get -q install -y kplay-lab-tool >&2; kplay-lab-base')).toBe('kplay-lab-base 1.0')
    expect(await tell('sysv1', 'apt-get -q install -y kplay-lab-hello=1.0 >&2; kplay-lab-hello')).toContain('1.0')
  })

  test('the SysV host has no systemd, and an sshd that speaks only what CentOS 6 does', async () => {
    expect(await tell('sysv1', 'cat /proc/1/comm')).toBe('init')
    expect((await host('sysv1').exec('command -v systemctl')).code).not.toBe(0)
    expect(await tell('sysv1', 'service ssh-legacy status && service ssh status')).toContain('running')
    const modern = await host('sysv1').ssh('true', { port: host('sysv1').legacyPort ?? 0 })
    expect(modern.stderr).toMatch(/no matching host key type found. Their offer: ssh-rsa/)
    const old = await run`ssh -F ${sshConfigFile} sysv1-legacy hostname`
    expect(old.stdout).toBe('sysv1\n')
  })

  test('the busybox host has nothing else', async () => {
    expect(await tell('busybox1', 'readlink /bin/sh; readlink /sbin/init')).toBe('/bin/busybox\n/bin/busybox')
    expect((await host('busybox1').exec('command -v bash sudo systemctl getent')).code).not.toBe(0)
  })

  test('a disk mounted by UUID is back after a reboot and after a power cut', async () => {
    await Promise.all([useDisk('test1', 'xfs'), useDisk('test2', 'ext4'), useDisk('sysv1', 'ext4')])
    await tell('test1', 'sysctl -w net.core.somaxconn=777')
    await Promise.all(['test1', 'sysv1'].map((name) => rebooted(name, () => host(name).exec('reboot'))))
    expect(await tell('test1', 'cat /data/file; systemctl is-system-running --wait')).toBe('kept\nrunning')
    expect(await tell('test1', 'sysctl -n net.core.somaxconn')).not.toBe('777')
    expect(await tell('sysv1', 'cat /data/file')).toBe('kept')

    await Promise.all(['test1', 'test2', 'sysv1'].map(powerCut))
    expect((await status()).filter(({ state }) => state === 'off')).toHaveLength(3)
    await Promise.all(['test1', 'test2', 'sysv1'].map(powerOn))
    for (const name of ['test1', 'test2', 'sysv1']) expect(await tell(name, 'cat /data/file'), name).toBe('kept')
    expect(await tell('test2', 'findmnt -n -o FSTYPE,OPTIONS /data')).toMatch(/^ext4 +rw,noatime/)
  })

  test('a frozen host is silent, and goes on when it thaws', async () => {
    freeze('test2')
    expect((await host('test2').ssh('true', { timeout: 1000 })).code).not.toBe(0)
    thaw('test2')
    expect(await host('test2').ssh('true')).toMatchObject({ code: 0 })
  })

  test('a cut host is silent, and its sessions survive', async () => {
    const session = host('test2').ssh('sleep 2; echo on')
    await cutNetwork('test2')
    expect((await status()).find(({ name }) => name === 'test2')?.state).toBe('silent')
    await uncutNetwork('test2')
    expect(await session).toMatchObject({ stdout: 'on\n' })
  })

  test('a snapshot sees what changed, and after a reset nothing has', async () => {
    await reset('test1')
    await tell('test1', 'systemctl is-system-running --wait')
    const before = await snapshot('test1')
    const [again, other] = await Promise.all([snapshot('test1'), snapshot('test2')])
    expect(compareSnapshots(before, again)).toEqual([])
    expect(compareSnapshots(before, other).length).toBeGreaterThan(0)

    await tell('test1', 'echo new > /etc/motd; ln -s /nowhere /opt/link; chmod 700 /srv; systemctl disable ssh')
    await tell('test1', 'sysctl -w net.ipv4.tcp_max_syn_backlog=4097')
    const changes = compareSnapshots(before, await snapshot('test1')).map((line) => line.split(':')[0])
    expect(changes).toEqual(
      expect.arrayContaining(['file /etc/motd', 'file /opt/link', 'file /srv', 'unit ssh.service']),
    )
    expect(changes).toContain('sysctl net.ipv4.tcp_max_syn_backlog')

    await reset('test1')
    await tell('test1', 'systemctl is-system-running --wait')
    expect(compareSnapshots(before, await snapshot('test1'))).toEqual([])
  })

  test('down leaves nothing behind, also when the lab crashed', async () => {
    const changed = String(Number(swappinessBefore) + 1)
    await tell('test1', `sysctl -w vm.swappiness=${changed}`)
    expect(readFileSync(swappiness, 'utf8').trim()).toBe(changed)
    // Loop devices are numbered for the whole machine: one that nobody has.
    const free = (await run`losetup -f`).stdout.trim()
    const number = free.replace(/\D/g, '')
    await tell('test1', `truncate -s 9M /file; [ -e ${free} ] || mknod ${free} b 7 ${number}; losetup ${free} /file`)
    for (const name of ['test1', 'busybox1']) {
      const supervisor = supervisorOf(name)
      if (supervisor) endProcess(supervisor)
    }
    expect(await outerTraces()).not.toEqual([])
    await down()
    expect(await outerTraces()).toEqual([])
    expect(
      (await run`losetup --list --noheadings -O NAME`).stdout.split('\n').map((line) => line.trim()),
    ).not.toContain(free)
    expect(readFileSync(swappiness, 'utf8')).toBe(swappinessBefore)
  })

  test('a network that is taken gets one clear line', async () => {
    await run`ip link add lab-test type bridge && ip address add 10.98.0.200/24 dev lab-test`
    try {
      await expect(up(['test1'])).rejects.toThrow(/^the lab's network 10\.98\.0\.0\/24 is in use: lab-test/)
    } finally {
      await attempt`ip link delete lab-test`
    }
  })
})
