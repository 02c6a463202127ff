import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Converged } from '../../engine/run/convergence.ts'
import { bareHosts } from './support/hosts.ts'
import { moduleHost, type ModuleHost } from './support/module.ts'
import { labProblem } from './machine.ts'

const SYSTEMD = 'bare6'
const SYSV = 'sysv2'
const BUSYBOX = 'busybox2'

const problem = labProblem()

const told = ({ status, failure }: Converged): string =>
  failure ? `${status}: ${failure.error.code}: ${failure.error.message} ${failure.stderr ?? ''}` : status

/** Foreseen, done as foreseen, and then nothing left to do. */
async function settles(host: ModuleHost, name: string, input: object, status = 'changed'): Promise<Converged> {
  const { dry, real, again } = await host.thrice(name, { ...input })
  expect(told(real)).toBe(status)
  expect(told(dry), 'check mode').toBe(told(real))
  expect(dry.changes, 'check mode').toEqual(real.changes)
  expect(told(again), 'a second run').toBe('ok')
  return real
}
const refusal = (message: RegExp): object => ({ code: 'REFUSED', message: expect.stringMatching(message) as string })

/** An entry of a DOS partition table, and the mark at the end of the sector. */
const partition = Buffer.concat([
  Buffer.from([0, 0x20, 0x21, 0, 0x83, 0x20, 0x20, 0, 0, 8, 0, 0, 0, 0x10, 0, 0]),
  Buffer.alloc(48),
  Buffer.from([0x55, 0xaa]),
])

/** The label of a physical volume of LVM, as in the second sector, with its check sum. */
function volume(): Buffer {
  const sector = Buffer.alloc(512)
  sector.write('LABELONE', 0, 'latin1')
  sector.writeBigUInt64LE(1n, 8)
  sector.writeUInt32LE(32, 20)
  sector.write(`LVM2 001${'0123456789abcdef'.repeat(2)}`, 24, 'latin1')
  let sum = 0xf597a6cf
  for (const byte of sector.subarray(20)) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  sector.writeUInt32LE(sum >>> 0, 16)
  return sector
}

describe.skipIf(problem)('on a host with systemd', () => {
  let host: ModuleHost

  /** Force or not: not a byte of it changes. */
  async function stays(dev: string, message: RegExp): Promise<void> {
    const before = await host.exec(`sha256sum ${dev}`)
    for (const force of [false, true])
      await expect(host.run('filesystem', { dev, fstype: 'ext4', force })).rejects.toMatchObject(refusal(message))
    expect(await host.exec(`sha256sum ${dev}`)).toBe(before)
  }
  beforeAll(async () => {
    await bareHosts([SYSTEMD])
    host = await moduleHost(SYSTEMD)
  })
  afterAll(() => host?.close())

  describe('sysctl', () => {
    const values = { 'net.core.somaxconn': '2048', 'net.ipv4.tcp_rmem': '4096 65536 2048000' }

    test('sets values now and for the next boot', async () => {
      await settles(host, 'sysctl', { values })
      expect(await host.exec('cat /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/tcp_rmem')).toBe(
        '2048\n4096\t65536\t2048000',
      )
      expect(await host.exec('cat /etc/sysctl.d/90-kplay.conf')).toBe(
        'net.core.somaxconn=2048\nnet.ipv4.tcp_rmem=4096 65536 2048000',
      )
      await host.exec('echo 64 > /proc/sys/net/core/somaxconn')
      await host.exec('systemctl restart systemd-sysctl')
      expect(await host.exec('cat /proc/sys/net/core/somaxconn')).toBe('2048')
    })

    test('leaves nothing for the next boot that the kernel refuses', async () => {
      const failed = await host.run('sysctl', {
        values: { 'net.core.somaxconn': 'many' },
        file: '/etc/sysctl.d/bad.conf',
      })
      expect(failed.failure?.error.code).toBe('COMMAND_FAILED')
      expect(failed.failure?.stderr).toContain('Invalid argument')
      expect(await host.exec('ls /etc/sysctl.d')).not.toContain('bad')
    })

    test('refuses what a container withholds, or skips it', async () => {
      const withheld = { 'net.core.rmem_max': '2097152', 'net.core.netdev_max_backlog': '5000' }
      for (const [key, value] of Object.entries(withheld))
        await expect(host.run('sysctl', { values: { [key]: value } })).rejects.toMatchObject({ code: 'REFUSED' })
      const skipped = await host.run('sysctl', { values: withheld, skip_unavailable: true })
      expect(skipped.status).toBe('ok')
      expect(skipped.values['skipped_keys']).toEqual(Object.keys(withheld))
      expect(skipped.warnings).toHaveLength(2)
    })

    test('tells which file wins at boot', async () => {
      await host.exec("echo 'net.core.somaxconn = 99' > /etc/sysctl.d/95-late.conf")
      const { warnings } = await host.run('sysctl', { values })
      expect(warnings).toEqual([expect.stringContaining('/etc/sysctl.d/95-late.conf:1')])
      await host.exec('rm /etc/sysctl.d/95-late.conf')
    })
  })

  describe('filesystem and mount', () => {
    const dev = '/dev/kplay-data'
    const disk = { path: '/data', src: dev, fstype: 'ext4', opts: 'noatime', state: 'mounted', by_uuid: true }

    test('are foreseen on an empty disk, UUID and all', async () => {
      const [made, mounted, folder] = await host.foreseeAll([
        ['filesystem', { dev, fstype: 'ext4', tune: '-m 0' }],
        ['mount', disk],
        ['file', { path: '/data/kafka-logs', state: 'directory' }],
      ])
      expect([made?.status, mounted?.status, folder?.status]).toEqual(['changed', 'changed', 'changed'])
      expect(mounted?.changes.map(({ to }) => to)).toContain('UUID=known-when-formatted /data ext4 noatime 0 0')
      await expect(host.foresee('mount', disk)).rejects.toMatchObject(refusal(/has no UUID/))
    })

    test('make a tuned file system, and mount it by its UUID', async () => {
      await settles(host, 'filesystem', { dev, fstype: 'ext4', tune: '-m 0 -i 0 -c -1', label: 'data' })
      const superblock = await host.exec(`tune2fs -l ${dev}`)
      expect(superblock).toMatch(/Reserved block count: +0\n/)
      expect(superblock).toMatch(/Check interval: +0 /)

      await settles(host, 'mount', disk)
      const uuid = await host.exec(`blkid -p -s UUID -o value ${dev}`)
      expect(await host.exec('grep /data /etc/fstab')).toBe(`UUID=${uuid} /data ext4 noatime 0 0`)
      expect(await host.exec('grep " /data " /proc/self/mounts')).toContain('noatime')
      expect((await host.run('mount', { ...disk, by_uuid: false })).status, 'by any of its names').toBe('ok')
      expect((await host.run('mount', { ...disk, src: 'LABEL=data', by_uuid: false })).status).toBe('ok')
      expect((await host.run('filesystem', { dev, fstype: 'ext4', tune: '-m 0 -c -1' })).status, 'also mounted').toBe(
        'ok',
      )
    })

    test('come back after what systemd makes of fstab', async () => {
      await host.exec('umount /data && systemctl daemon-reload && systemctl start data.mount')
      expect((await host.run('mount', disk)).status).toBe('ok')
    })

    test('tune and label a mounted file system', async () => {
      await settles(host, 'filesystem', { dev, fstype: 'ext4', tune: '-m 2 -c 30 -e remount-ro', label: 'other' })
    })

    test('remount when options in force differ', async () => {
      await host.exec('mount -o remount,nosuid,relatime /data; touch /data/mine')
      const real = await settles(host, 'mount', disk)
      expect(real.changes.map(({ key }) => key)).toEqual(['wrong options'])
      await settles(host, 'mount', { ...disk, opts: 'noatime,nodev,commit=30' })
      expect(await host.exec('grep " /data " /proc/self/mounts')).toMatch(/nodev.*noatime.*commit=30/)
      await host.exec('ls /data/mine')
    })

    test('never unmount what is busy', async () => {
      await host.exec('cd /data && (setsid sleep 600 </dev/null >/dev/null 2>&1 &)')
      const failed = await host.run('mount', { path: '/data', state: 'absent' })
      expect(failed.failure?.error.code).toBe('COMMAND_FAILED')
      expect(failed.failure?.stderr).toMatch(/busy/)
      expect(await host.exec('grep -c /data /etc/fstab'), 'fstab stays').toBe('1')
      await host.exec('kill $(pidof sleep)')
    })

    test('never format again, nor mount something else there', async () => {
      await expect(host.run('filesystem', { dev, fstype: 'xfs', force: true })).rejects.toMatchObject(
        refusal(/holds ext4, not xfs/),
      )
      await expect(
        host.run('mount', { path: '/data', src: '/dev/null', fstype: 'xfs', state: 'mounted' }),
      ).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
      await host.exec('truncate -s 400M /srv/xfs.img')
      await settles(host, 'filesystem', { dev: '/srv/xfs.img', fstype: 'xfs', label: 'img' })
      await expect(
        host.run('mount', { path: '/data', src: '/srv/xfs.img', fstype: 'xfs', state: 'mounted' }),
      ).rejects.toMatchObject(refusal(/is mounted at \/data/))
    })

    test.each([
      ['a partition table', [{ at: 446, bytes: partition }], /partition table \(dos\)/],
      ['a volume of LVM', [{ at: 512, bytes: volume() }], /LVM2_member/],
      ['an encrypted disk', [{ at: 0, bytes: Buffer.from('LUKS\xba\xbe\0\x01', 'latin1') }], /crypto_LUKS/],
    ])('never format %s', async (_, writes, message) => {
      const lines = writes.map(
        ({ at, bytes }) =>
          `echo ${bytes.toString('base64')} | base64 -d | dd of=/srv/other.img bs=1 seek=${at} conv=notrunc status=none`,
      )
      await host.exec(['rm -f /srv/other.img', 'truncate -s 64M /srv/other.img', ...lines].join('\n'))
      await stays('/srv/other.img', message)
    })

    test('never format swap, not even when it is in use', async () => {
      await host.exec('truncate -s 0 /srv/swap.img && truncate -s 64M /srv/swap.img && mkswap -q /srv/swap.img')
      await stays('/srv/swap.img', /holds swap/)
    })

    test('grow a file system with its device', async () => {
      await host.exec(
        'rm -f /srv/grow.img; truncate -s 64M /srv/grow.img && mkfs.ext4 -q /srv/grow.img && truncate -s 256M /srv/grow.img',
      )
      await settles(host, 'filesystem', { dev: '/srv/grow.img', fstype: 'ext4', resizefs: true, tune: '-m 1' })
    })

    test('take a mount away', async () => {
      await settles(host, 'mount', { path: '/data', state: 'absent' })
      expect(await host.exec('cat /etc/fstab')).not.toContain('/data')
    })

    test('tell when an option was taken and not applied', async () => {
      await host.exec(`wipefs -qa ${dev}`)
      await settles(host, 'filesystem', { dev, fstype: 'xfs' })
      const xfs = { path: '/data', src: dev, fstype: 'xfs', opts: 'noatime,logbsize=64k', state: 'ephemeral' }
      await settles(host, 'mount', xfs)
      const failed = await host.run('mount', { ...xfs, opts: 'noatime,logbsize=256k' })
      expect(failed.failure?.error.code).toBe('NOT_CONVERGED')
      expect(failed.failure?.error.message).toContain('logbsize=64k (not logbsize=256k)')
      await settles(host, 'filesystem', { dev, fstype: 'xfs', label: 'mounted' })
      await settles(host, 'mount', { path: '/data', state: 'absent' })
      await settles(host, 'filesystem', { dev, fstype: 'xfs', label: 'idle' })
    })

    test('bind a folder, and mount memory', async () => {
      await host.exec('mkdir -p /srv/bound /srv/here')
      await settles(host, 'mount', {
        path: '/srv/here',
        src: '/srv/bound',
        fstype: 'none',
        opts: 'bind',
        state: 'mounted',
      })
      await settles(host, 'mount', {
        path: '/srv/ram',
        src: 'tmpfs',
        fstype: 'tmpfs',
        opts: 'size=16m,mode=0750,noexec',
        state: 'mounted',
      })
      for (const path of ['/srv/here', '/srv/ram']) await settles(host, 'mount', { path, state: 'absent' })
    })
  })

  describe('service', () => {
    const unit = async (name: string, text: string): Promise<void> => {
      await host.exec(
        `cat > /etc/systemd/system/${name}.service <<'E'\n${text}\n[Install]\nWantedBy=multi-user.target\nE`,
      )
    }

    test('starts, enables, reads a changed unit, restarts, stops', async () => {
      await unit('good', '[Service]\nExecStart=/bin/sleep 1000')
      const real = await settles(host, 'service', { name: 'good', state: 'started', enabled: true, hold: 1 })
      expect(real.values).toMatchObject({ status: { ActiveState: 'active', UnitFileState: 'enabled', NRestarts: 0 } })

      await unit('good', '[Service]\nExecStart=/bin/sleep 2000\nRestart=always\nRestartSec=0')
      const pid = await host.exec('systemctl show -p MainPID --value good')
      await settles(host, 'systemd', { name: 'good', state: 'started' })
      expect(await host.exec('systemctl show -p MainPID --value good'), 'not restarted').toBe(pid)

      const restarted = await host.run('service', { name: 'good', state: 'restarted', hold: 1 })
      expect(told(restarted)).toBe('changed')
      expect(await host.exec('systemctl show -p MainPID --value good')).not.toBe(pid)
      await host.exec('kill -9 $(systemctl show -p MainPID --value good); sleep 1')
      expect((await host.run('service', { name: 'good', state: 'started' })).status, 'restarted by systemd').toBe('ok')
      await settles(host, 'service', { name: 'good', state: 'stopped', enabled: false })
    })

    test('does not take a crash loop for started, and shows the log', async () => {
      await unit(
        'loop',
        '[Service]\nExecStart=/bin/sh -c "echo no such broker; sleep 0.5; exit 3"\nRestart=always\nRestartSec=100ms\nStartLimitIntervalSec=0',
      )
      const failed = await host.run('service', { name: 'loop', state: 'started', within: 3, hold: 3 })
      expect(failed.failure?.error.code).toBe('NOT_CONVERGED')
      expect(await host.evidence('service', { name: 'loop', state: 'started' })).toMatch(/^loop is [^]*no such broker/)
      await unit('loop', '[Service]\nExecStart=/bin/sleep 1000\nRestart=always')
      const healed = await host.run('service', { name: 'loop', state: 'started', hold: 1 })
      expect(told(healed)).toBe('changed')
      expect(await host.exec('systemctl show -p ActiveState --value loop')).toBe('active')
    })

    test('does not take a process that ends soon for started', async () => {
      await unit('brief', '[Service]\nExecStart=/bin/sh -c "sleep 1; exit 1"')
      const failed = await host.run('service', { name: 'brief', state: 'started', within: 1, hold: 3 })
      expect(failed.failure?.error.code).toBe('NOT_CONVERGED')
    })

    test('runs oneshot units', async () => {
      await unit('once', '[Service]\nType=oneshot\nExecStart=/bin/touch /run/once')
      expect(told(await host.run('service', { name: 'once', state: 'started' }))).toBe('changed')
      await host.exec('ls /run/once')
      await unit('badonce', '[Service]\nType=oneshot\nExecStart=/bin/false')
      expect((await host.run('service', { name: 'badonce', state: 'started' })).failure?.error.code).toBe(
        'COMMAND_FAILED',
      )
    })

    test('masks and unmasks, and says no', async () => {
      await host.exec(
        'printf "[Service]\\nExecStart=/bin/sleep 99\\n" > /usr/lib/systemd/system/quiet.service; systemctl daemon-reload',
      )
      await settles(host, 'service', { name: 'quiet', masked: true })
      await expect(host.run('service', { name: 'quiet', state: 'started' })).rejects.toMatchObject(refusal(/masked/))
      await settles(host, 'service', { name: 'quiet', masked: false, state: 'started', hold: 0 })
      await expect(host.run('service', { name: 'nowhere', state: 'started' })).rejects.toMatchObject(
        refusal(/no service/),
      )
      expect((await host.run('service', { name: 'nowhere', state: 'stopped' })).status).toBe('ok')
    })

    test('reads all unit files when one changed', async () => {
      await unit('good', '[Service]\nExecStart=/bin/sleep 3000')
      await host.exec('systemctl start good')
      await unit('good', '[Service]\nExecStart=/bin/sleep 4000')
      const real = await host.run('systemd', { daemon_reload: true })
      expect(told(real)).toBe('changed')
      expect((await host.run('systemd', { daemon_reload: true })).status).toBe('ok')
    })
  })

  describe('user and group', () => {
    test('make, change and remove an account', async () => {
      await settles(host, 'group', { name: 'brokers', gid: 4100 })
      await settles(host, 'user', {
        name: 'kafka',
        uid: 4200,
        groups: ['brokers', 'adm'],
        comment: "it's $(Kafka)",
        home: '/srv/homes/kafka',
        shell: '/bin/sh',
        password: '$6$abcdefgh$xyz',
        expires: 1999999999,
      })
      expect(await host.exec('getent passwd kafka')).toBe("kafka:x:4200:4200:it's $(Kafka):/srv/homes/kafka:/bin/sh")
      expect(await host.exec('getent shadow kafka | cut -d: -f2,8')).toBe('$6$abcdefgh$xyz:23148')
      await settles(host, 'user', {
        name: 'kafka',
        groups: ['audio'],
        append: true,
        group: 'brokers',
        comment: '',
        expires: -1,
      })
      expect(await host.exec('id -Gn kafka')).toBe('brokers adm audio')
      await settles(host, 'user', { name: 'kafka', password_lock: true })
      await settles(host, 'user', { name: 'kafka', home: '/srv/homes/other', move_home: true })
      await host.exec('test -f /srv/homes/other/.bashrc && rm -r /srv/homes/other')
      await settles(host, 'user', { name: 'kafka' })
      expect(await host.exec('stat -c "%U %a" /srv/homes/other')).toBe('kafka 700')
      await settles(host, 'user', { name: 'kafka', generate_ssh_key: true, ssh_key_type: 'ed25519' })
      expect(await host.exec('stat -c "%U %a" /srv/homes/other/.ssh/id_ed25519')).toBe('kafka 600')
      await settles(host, 'user', { name: 'kafka', state: 'absent', remove: true })
      await settles(host, 'group', { name: 'brokers', gid: 4101 })
      await settles(host, 'group', { name: 'brokers', state: 'absent' })
    })

    test('make an account for a service', async () => {
      await settles(host, 'user', {
        name: 'svc',
        system: true,
        create_home: false,
        shell: '/usr/sbin/nologin',
        home: '/nonexistent',
      })
    })
  })

  describe('package', () => {
    test('installs, pins, upgrades and removes', async () => {
      await host.run('package', { update_cache: true })
      await settles(host, 'package', { name: 'kplay-lab-hello=1.0' })
      await settles(host, 'apt', { name: 'kplay-lab-hello', state: 'latest' })
      expect(await host.exec("dpkg-query -W -f '${Version}' kplay-lab-hello")).toBe('2.0')
      await settles(host, 'package', { name: 'kplay-lab-hello=1.*', allow_downgrade: true })
      await settles(host, 'package', { name: ['kplay-lab-tool', 'kplay-lab-hello'] })
      await settles(host, 'package', { name: ['kplay-lab-tool', 'kplay-lab-hello'], state: 'absent', autoremove: true })
      expect(await host.exec("dpkg-query -W -f '${Status}' kplay-lab-base 2>/dev/null || true")).not.toContain(
        'install ok',
      )
    })

    test('waits for locks', async () => {
      const hold = (file: string): Promise<string> =>
        host.exec(
          `(setsid perl -MFcntl -e 'open F, "+>>", shift; $l = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; sleep 5' ${file} </dev/null >/dev/null 2>&1 &) ; sleep 1`,
        )
      await hold('/var/lib/dpkg/lock-frontend')
      const start = performance.now()
      await settles(host, 'package', { name: 'kplay-lab-hello' })
      expect(performance.now() - start).toBeGreaterThan(2500)
      await hold('/var/lib/apt/lists/lock')
      const impatient = await host.run('apt', { update_cache: true, lock_timeout: 0 })
      expect(impatient.failure?.stderr).toContain('/var/lib/apt/lists/lock')
      expect(told(await host.run('apt', { update_cache: true }))).toBe('changed')
    })

    test('says what apt does not know', async () => {
      const failed = await host.run('package', { name: 'kplay-lab-nothing' })
      expect(failed.warnings).toHaveLength(1)
      expect(failed.failure?.stderr).toContain('Unable to locate package')
    })

    test('knows how old the lists are', async () => {
      await host.run('apt', { update_cache: true })
      expect((await host.run('apt', { cache_valid_time: 3600 })).status).toBe('ok')
      await host.exec('touch -d yesterday /var/lib/apt/lists; rm -f /var/lib/apt/periodic/update-success-stamp')
      expect((await host.run('apt', { cache_valid_time: 3600 })).status).toBe('changed')
    })
  })

  describe('command, shell and wait_for', () => {
    test('run what they are given, and tell what it said', async () => {
      const { values, status } = await host.run('command', { cmd: `printf '%s|' "$HOME" '~' '$(id)' *` })
      expect(status).toBe('changed')
      expect(values).toMatchObject({ rc: 0, stdout: '/root|/root|$(id)|*|' })
      expect(await host.run('shell', { cmd: 'echo no >&2; exit 3' })).toMatchObject({
        status: 'failed',
        values: { rc: 3, stderr: 'no' },
      })
      expect(await host.run('command', { cmd: 'cat', stdin: "it's\n$(x)", read_only: true })).toMatchObject({
        status: 'ok',
        values: { stdout: "it's\n$(x)" },
      })
      expect((await host.run('command', { cmd: 'nonsense' })).failure?.error.message).toContain('not found')
      expect((await host.run('command', { cmd: 'touch /tmp/made', creates: '/tmp/made' })).status).toBe('changed')
      expect((await host.run('command', { cmd: 'touch /tmp/made', creates: '/tmp/ma*' })).status).toBe('ok')
    })

    test('wait for ports and paths', async () => {
      expect(await host.run('wait_for', { port: 22, timeout: 5 })).toMatchObject({ status: 'ok' })
      expect(await host.run('wait_for', { port: 22, search_regex: 'OpenSSH_(\\d+)', timeout: 5 })).toMatchObject({
        status: 'ok',
        values: { match_groups: [expect.stringMatching(/^\d+$/)] },
      })
      const soon = host.exec('sleep 2; echo ready > /tmp/soon')
      expect(await host.run('wait_for', { path: '/tmp/soon', search_regex: '^ready', timeout: 10 })).toMatchObject({
        status: 'ok',
      })
      await soon
      expect(await host.run('wait_for', { port: 9, timeout: 1 })).toMatchObject({ status: 'failed' })
      expect(await host.run('wait_for', { host: '0.0.0.0', port: 22, state: 'drained', timeout: 1 })).toMatchObject({
        status: 'failed',
      })
    })
  })
})

describe.skipIf(problem)('on a host with SysV init', () => {
  let host: ModuleHost
  const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides: agent
# Required-Start: $local_fs
# Required-Stop: $local_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
run="start-stop-daemon --pidfile /run/agent.pid --exec /bin/sleep"
case $1 in
start) $run --start --background --make-pidfile -- 1000 ;;
stop) $run --stop --retry 5 --oknodo --remove-pidfile ;;
restart) $0 stop; $0 start ;;
status) $run --status ;;
esac`

  beforeAll(async () => {
    await bareHosts([SYSV])
    host = await moduleHost(SYSV)
    await host.exec(`cat > /etc/init.d/agent <<'END'\n${script}\nEND\nchmod 755 /etc/init.d/agent`)
  })
  afterAll(() => host?.close())

  test('starts, enables, restarts and stops by the init script', async () => {
    await settles(host, 'service', { name: 'agent', state: 'started', enabled: true, hold: 1 })
    expect(await host.exec('ls /etc/rc2.d')).toMatch(/S\d\dagent/)
    const pid = await host.exec('cat /run/agent.pid')
    expect(told(await host.run('sysvinit', { name: 'agent', state: 'restarted', sleep: 1 }))).toBe('changed')
    expect(await host.exec('cat /run/agent.pid')).not.toBe(pid)
    await settles(host, 'sysvinit', { name: 'agent', state: 'stopped', enabled: false })
    expect(await host.exec('ls /etc/rc2.d')).not.toMatch(/S\d\dagent/)
  })

  test('says so when an init script cannot be enabled', async () => {
    await host.exec(`printf '#!/bin/sh\\n# status\\nexit 3\\n' > /etc/init.d/bare; chmod 755 /etc/init.d/bare`)
    const failed = await host.run('service', { name: 'bare', enabled: true })
    expect(told(failed)).toMatch(/^failed: (COMMAND_FAILED|NOT_CONVERGED)/)
  })

  test('refuses what needs systemd', async () => {
    await expect(host.run('systemd', { name: 'agent', state: 'started' })).rejects.toMatchObject(refusal(/it has sysv/))
    await expect(host.run('service', { name: 'agent', masked: true })).rejects.toMatchObject(refusal(/no systemd/))
  })

  test('mounts a disk, and sets kernel values', async () => {
    const dev = '/dev/kplay-data'
    await settles(host, 'sysctl', { name: 'net.core.somaxconn', value: '1500' })
    await settles(host, 'filesystem', { dev, fstype: 'ext4', tune: '-m 0' })
    await settles(host, 'mount', { path: '/data', src: dev, fstype: 'ext4', state: 'mounted', by_uuid: true })
    await settles(host, 'mount', { path: '/data', state: 'absent' })
  })

  test('makes accounts and installs packages', async () => {
    await settles(host, 'user', { name: 'svc', system: true, groups: ['adm'] })
    await host.run('apt', { update_cache: true })
    await settles(host, 'package', { name: ['kplay-lab-hello'] })
  })
})

describe.skipIf(problem)('on a host with nothing but busybox', () => {
  let host: ModuleHost
  beforeAll(async () => {
    await bareHosts([BUSYBOX])
    host = await moduleHost(BUSYBOX)
  })
  afterAll(() => host?.close())

  test('runs a program as a service', async () => {
    const script = '#!/bin/sh\necho "here is $1"\nexec sleep 1000'
    await host.exec(`cat > /bin/agent <<'END'\n${script}\nEND\nchmod 755 /bin/agent`)
    const agent = { name: 'agent', command: "agent 'the agent'" }
    await settles(host, 'service', { ...agent, state: 'started', hold: 1 })
    const pid = await host.exec('cat /run/agent.pid')
    expect(await host.exec('cat /var/log/agent.log')).toBe('here is the agent')
    expect(told(await host.run('service', { ...agent, state: 'restarted', hold: 1 }))).toBe('changed')
    expect(await host.exec('cat /run/agent.pid')).not.toBe(pid)

    await host.exec('kill -9 $(cut -d " " -f 1 /run/agent.pid); sleep 1')
    await settles(host, 'service', { ...agent, state: 'started', hold: 1 })
    await settles(host, 'service', { name: 'agent', state: 'stopped', use: 'pid' })
  })

  test('tells when a program does not stay, and what it said is there', async () => {
    const command = `sh -c 'echo no such broker; sleep 1'`
    const brief = { name: 'brief', command, state: 'started', within: 1, hold: 3 }
    expect((await host.run('service', brief)).failure?.error.code).toBe('NOT_CONVERGED')
    expect(await host.reader().tail('/var/log/brief.log', 5)).toContain('no such broker')
    await expect(host.run('service', { ...brief, enabled: true })).rejects.toMatchObject(refusal(/at boot/))
  })

  test('sets kernel values and waits for ports', async () => {
    await settles(host, 'sysctl', { values: { 'net.core.somaxconn': '1700' } })
    expect(await host.exec('cat /proc/sys/net/core/somaxconn')).toBe('1700')
    expect(await host.run('wait_for', { port: 22, timeout: 5 })).toMatchObject({ status: 'ok' })
  })

  test('mounts memory, and knows fstab', async () => {
    const memory = { path: '/ram', src: 'tmpfs', fstype: 'tmpfs', state: 'mounted' }
    await settles(host, 'mount', { ...memory, opts: 'size=8m,nodev' })
    await settles(host, 'mount', { ...memory, opts: 'size=16m,noexec' })
    await settles(host, 'mount', { path: '/ram', state: 'absent' })
  })

  test('runs commands, and says what is missing', async () => {
    const { values } = await host.run('command', { cmd: 'echo "$HOME"' })
    expect(values['stdout']).toMatch(/^\//)
    await expect(host.run('package', { name: 'curl' })).rejects.toMatchObject(refusal(/no package manager/))
    await expect(host.run('user', { name: 'svc' })).rejects.toMatchObject(refusal(/no tool/))
  })
})
