import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
// A lab of its own: disks are formatted and services broken here.
vi.hoisted(() => (process.env['KPLAY_LAB'] = '96'))
import { makeDir, makeLink, removePath, setAttributes, setSysctl } from '../../engine/host/actions.ts'
import { openMachines } from '../../engine/host/machines.ts'
import type { Reader } from '../../engine/host/reader.ts'
import type { Command } from '../../engine/host/shell.ts'
import { sh } from '../../engine/host/shell.ts'
import type { Step } from '../../engine/host/step.ts'
import type { Target } from '../../engine/host/target.ts'
import { host } from './host.ts'
import { down, up } from './lab.ts'
import { labProblem } from './machine.ts'
import { network } from './roster.ts'

const names = ['test1', 'sysv1', 'busybox1']
const run = (command: Command): Step => ({ kind: 'run', command, effects: [] })

describe.skipIf(labProblem())('reading and writing real hosts', () => {
  const home = mkdtempSync(join(tmpdir(), 'kplay-reader-'))
  const machines = openMachines({ askSecret: async () => undefined, env: { ...process.env, HOME: home } })
  const targets = new Map<string, Target>()

  beforeAll(async () => {
    await down()
    await up(names)
    for (const name of names) targets.set(name, await login(name, 'root'))
    targets.set('plain', await login('test1', 'plain'))
  })
  afterAll(async () => {
    await machines.close()
    await down()
    rmSync(home, { recursive: true })
  })

  const login = (name: string, user: string): Promise<Target> => {
    const { address, key, knownHosts } = host(name)
    const settings = { host: name, address, user, privateKeyFile: key, knownHosts: [knownHosts] }
    return machines.open({ ...settings, kind: 'ssh', timeout: 10, sshArguments: [], acceptNewHostKeys: false })
  }
  const target = (name: string): Target => {
    const found = targets.get(name)
    if (!found) throw new Error(`${name} is not there`)
    return found
  }
  /** The reader, with nothing remembered. */
  const fresh = (name: string): Reader => {
    machines.changed(target(name).machine)
    return target(name).reader
  }
  async function act(name: string, ...steps: Step[]): Promise<void> {
    for (const step of steps) expect(await target(name).run(step), name).toMatchObject({ code: 0, stderr: '' })
  }

  test.each(names)('%s takes files, small and large, with owner, mode and backup', async (name) => {
    const local = join(home, 'large')
    const bytes = Buffer.alloc(3_000_000, 'kplay\0')
    writeFileSync(local, bytes)
    const { createHash } = await import('node:crypto')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await act(
      name,
      makeDir('/srv/a b/c', { mode: '2750', group: '12' }),
      { kind: 'write', path: '/srv/a b/c/small', content: 'one\n', mode: '0600', owner: '123' },
      { kind: 'write', path: '/srv/a b/c/large', content: { file: local, size: bytes.length, sha256 } },
      makeLink('/srv/a b/now', 'c'),
    )
    const { backup } = await target(name).run({
      kind: 'write',
      path: '/srv/a b/now/small',
      content: 'two\n',
      backup: true,
    })
    const reader = fresh(name)
    const [folder, small, link, digest, text, old, names] = await Promise.all([
      reader.lstat('/srv/a b/c'),
      reader.lstat('/srv/a b/c/small'),
      reader.lstat('/srv/a b/now'),
      reader.digest('/srv/a b/now/large', 'sha256'),
      reader.readText('/srv/a b/c/small'),
      reader.readText(backup ?? ''),
      reader.children('/srv/a b/c'),
    ])
    expect(folder).toMatchObject({ kind: 'dir', mode: '2750', gid: 12 })
    expect(small).toMatchObject({ kind: 'file', mode: '0600', uid: 123, size: 4 })
    expect(link).toMatchObject({ kind: 'link', target: 'c' })
    expect([digest, text, old]).toEqual([sha256, 'two\n', 'one\n'])
    expect(names).toHaveLength(3)
    await act(
      name,
      setAttributes('/srv/a b', { owner: '7', recurse: true }),
      removePath('/srv/a b', { recursive: true }),
    )
    expect(await fresh(name).lstat('/srv/a b')).toBeUndefined()
  })

  test.each(names)('%s keeps what something is mounted on', async (name) => {
    await act(
      name,
      run(
        sh`mkdir -p /srv/tree/in && : >/srv/tree/file && mount -t tmpfs none /srv/tree/in && mount -o bind /srv/tree/file /srv/tree/file`,
      ),
    )
    const removal = await target(name).run(removePath('/srv/tree', { recursive: true }))
    expect(removal.stderr).toMatch(/^\/srv\/tree\/\w+ is mounted: \/srv\/tree stays\n$/)
    const write = target(name).run({ kind: 'write', path: '/srv/tree/file', content: 'x' })
    await expect(write).rejects.toMatchObject({
      code: 'REFUSED',
      message: '/srv/tree/file cannot be replaced: something is mounted on it',
    })
    expect(await fresh(name).children('/srv/tree')).toEqual(['file', 'in'])
    const mounts = (await target(name).reader.mounts()).filter(({ path }) => path.startsWith('/srv/'))
    expect(mounts.map(({ path, fstype }) => [path, fstype === 'tmpfs'])).toEqual([
      ['/srv/tree/in', true],
      ['/srv/tree/file', false],
    ])
    await act(name, run(sh`umount /srv/tree/in /srv/tree/file`), removePath('/srv/tree', { recursive: true }))
  })

  test.each(names)('%s tells of its kernel, processes and sockets', async (name) => {
    const before = await fresh(name).sysctl('net.core.somaxconn')
    expect(before).toMatchObject({ writable: true })
    await act(name, setSysctl('net.core.somaxconn', '777'))
    const reader = fresh(name)
    const [after, slashes, readOnly, absent, listening] = await Promise.all([
      reader.sysctl('net.core.somaxconn'),
      reader.sysctl('net/core/somaxconn'),
      reader.sysctl('net.core.rmem_max'),
      reader.sysctl('net.core.netdev_max_backlog'),
      reader.listening(),
    ])
    expect([after?.value, slashes?.value, readOnly?.writable, absent]).toEqual(['777', '777', false, undefined])
    expect(listening.map(({ port }) => port)).toContain(22)
    expect((await reader.process(1))?.command).toMatch(/init|systemd/)
    await act(name, setSysctl('net.core.somaxconn', before?.value ?? '4096'))
  })

  test.each(names)('%s opens connections, and gives up in time', async (name) => {
    const { reader } = target(name)
    expect(await reader.dial('127.0.0.1', 22, { timeout: 2, read: true, send: 'x\r\n' })).toMatchObject({
      connected: true,
      data: /^SSH-2.0/,
    })
    expect(await reader.dial('127.0.0.1', 23, { timeout: 2 })).toMatchObject({
      connected: false,
      data: '',
      error: 'Connection refused',
    })
    const start = Date.now()
    expect(await reader.dial(`${network}.250`, 22, { timeout: 1 })).toMatchObject({ connected: false })
    expect(Date.now() - start).toBeLessThan(5000)
  })

  test.each(names)('%s is known by its facts', async (name) => {
    const facts = await target(name).facts()
    const services = { test1: 'systemd', sysv1: 'sysvinit', busybox1: 'service' }[name]
    expect(facts).toMatchObject({
      nodename: name,
      service_mgr: services,
      virtualization_type: 'container',
      virtualization_role: 'guest',
      all_ipv4_addresses: [host(name).address],
      host0: { ipv4: { address: host(name).address, prefix: '24' } },
      is_chroot: false,
    })
    if (name !== 'busybox1')
      expect(facts).toMatchObject({
        distribution: 'Debian',
        os_family: 'Debian',
        pkg_mgr: 'apt',
        distribution_major_version: '13',
      })
  })

  test.each(names)('%s shows what a disk bears', async (name) => {
    const disk = '/dev/kplay-data'
    const bare = await fresh(name).blockDevice(disk)
    expect(bare).toMatchObject({ kind: 'block', path: /^\/dev\/loop\d+$/, holders: [], mountpoints: [] })
    expect([bare?.fstype, bare?.partitionTable]).toEqual([undefined, undefined])
    if (name === 'busybox1') {
      await act(name, run(sh`mkswap -L swapped ${disk} >/dev/null`))
      expect(await fresh(name).blockDevice(disk)).toMatchObject({ fstype: 'swap' })
      return
    }
    await act(name, run(sh`mkfs.ext4 -q -m 0 -L 'da ta' ${disk} && mkdir -p '/mnt/a b' && mount ${disk} '/mnt/a b'`))
    const [device, fields] = await Promise.all([fresh(name).blockDevice(disk), target(name).reader.superblock(disk)])
    expect(device).toMatchObject({ fstype: 'ext4', label: 'da ta', mountpoints: ['/mnt/a b'] })
    expect([fields?.get('Reserved block count'), fields?.get('Filesystem UUID')]).toEqual(['0', device?.uuid])
    await act(name, run(sh`umount '/mnt/a b' && mkfs.xfs -q -f ${disk} && mount ${disk} '/mnt/a b'`))
    expect(await fresh(name).blockDevice(disk)).toMatchObject({ fstype: 'xfs', mountpoints: ['/mnt/a b'] })
    expect((await target(name).reader.superblock(disk))?.get('bsize')).toBe('4096')
    await act(name, run(sh`umount '/mnt/a b'`))
  })

  test('a systemd host tells of its units', async () => {
    const unit = '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n'
    const path = '/etc/systemd/system/kplay-x.service'
    expect(await fresh('test1').unit('kplay-x')).toMatchObject({ manager: 'systemd', load: 'not-found' })
    await act(
      'test1',
      { kind: 'write', path, content: unit },
      run(sh`systemctl daemon-reload && systemctl -q enable --now kplay-x`),
    )
    const [running, full, none, bad] = await Promise.all(
      ['kplay-x', 'kplay-x.service', 'kplay-y', '*'].map((name) => fresh('test1').unit(name)),
    )
    expect(running).toMatchObject({
      load: 'loaded',
      active: 'active',
      sub: 'running',
      enabled: 'enabled',
      needsReload: false,
    })
    expect([full, none?.load, bad?.load]).toEqual([running, 'not-found', 'not-found'])
    expect((await target('test1').reader.process(running?.mainPid ?? 0))?.command).toBe('/bin/sleep 1000')
    await act(
      'test1',
      { kind: 'write', path, content: `${unit}# changed\n` },
      run(sh`systemctl stop kplay-x 2>/dev/null`),
    )
    expect(await fresh('test1').unit('kplay-x')).toMatchObject({ active: 'inactive', needsReload: true })
    expect(await target('test1').reader.journal('kplay-x', 5)).toMatch(/Stopped/)
  })

  test('a SysV host tells of its init scripts', async () => {
    const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides: kplay-x
# Required-Start: $remote_fs
# Required-Stop: $remote_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case $1 in status) [ -z "$LC_ALL" ] || exit "$(cat /srv/state)" ;; esac
`
    const path = '/etc/init.d/kplay-x'
    const state = (code: number): Step => ({ kind: 'write', path: '/srv/state', content: `${code}` })
    await act('sysv1', run(sh`mkdir -p /srv`), state(0), { kind: 'write', path, content: script, mode: '0755' })
    expect(await fresh('sysv1').unit('kplay-x')).toMatchObject({
      manager: 'sysv',
      load: 'loaded',
      active: 'active',
      enabled: 'disabled',
    })
    await act('sysv1', run(sh`update-rc.d kplay-x defaults`), state(3))
    expect(await fresh('sysv1').unit('kplay-x.service')).toMatchObject({ active: 'inactive', enabled: 'enabled' })
    await act('sysv1', state(1))
    expect(await fresh('sysv1').unit('kplay-x')).toMatchObject({ active: 'failed' })
    expect(await target('sysv1').reader.unit('kplay-y')).toMatchObject({ load: 'not-found' })
    expect(await target('busybox1').reader.unit('kplay-x')).toMatchObject({ manager: 'none', load: 'not-found' })
  })

  test('packages and users', async () => {
    const reader = fresh('test1')
    const [bash, none, candidate, unknown, op, nobody, adm] = await Promise.all([
      reader.package('bash'),
      reader.package('kplay-lab-hello'),
      reader.candidate('kplay-lab-hello'),
      reader.candidate('no-such-package'),
      reader.account('op'),
      reader.account('no-such-user'),
      reader.group('adm'),
    ])
    expect([bash?.name, none, candidate, unknown]).toEqual(['bash', undefined, '2.0', undefined])
    expect(op).toMatchObject({ name: 'op', home: '/home/op', password: /^\$/ })
    expect([nobody, adm?.name]).toEqual([undefined, 'adm'])
    await expect(target('busybox1').reader.package('bash')).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
    expect(await target('busybox1').reader.account('root')).toMatchObject({ uid: 0, home: '/root' })
  })

  test('who may not look is told so', async () => {
    const { reader } = target('plain')
    const refused = [
      reader.readText('/etc/shadow'),
      reader.lstat('/root/x'),
      reader.children('/root'),
      reader.digest('/etc/shadow', 'sha256'),
      reader.realpath('/root/x'),
      reader.blockDevice('/dev/kplay-data'),
      reader.superblock('/dev/kplay-data'),
      reader.tail('/etc/shadow', 1),
      reader.glob('/root/*'),
      reader.extraction('/root/stamp', '/root'),
    ]
    for (const result of await Promise.allSettled(refused)) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'CANNOT_LOOK', message: /Permission denied/ },
      })
    }
    expect(await reader.lstat('/etc/shadow')).toMatchObject({ kind: 'file', owner: 'root' })
    expect((await reader.account('op'))?.password).toBeUndefined()
    expect((await reader.sysctl('vm.swappiness'))?.writable).toBe(false)
  })
})
