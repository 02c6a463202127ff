import { hostname, totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { addressesIn, ipv4Of } from '../../../engine/host/facts/addresses.ts'
import { distributionFacts } from '../../../engine/host/facts/distribution.ts'
import { hardwareFacts } from '../../../engine/host/facts/hardware.ts'
import { localFacts } from '../../../engine/host/facts/local.ts'
import { networkFacts } from '../../../engine/host/facts/network.ts'
import { Source } from '../../../engine/host/facts/source.ts'
import { humanSize, storageFacts } from '../../../engine/host/facts/storage.ts'
import { systemFacts } from '../../../engine/host/facts/system.ts'
import { virtualizationFacts } from '../../../engine/host/facts/virtualization.ts'
import { gatherFacts } from '../../../engine/host/gather.ts'
import { localSession, shells } from '../../support/local-session.ts'

function source(files: Record<string, string>, sections: Record<string, string> = {}): Source {
  const lines = Object.entries(files).flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`))
  const parts = Object.entries({ files: lines.join('\n'), ...sections }).map(([name, text]) => `\nN:${name}\n${text}`)
  return new Source(parts.join(''), 'N:', 'root')
}

describe('the distribution, as Ansible names it', () => {
  const cases: [string, Record<string, string>, [string, string, string, string, string]][] = [
    [
      'Debian 12',
      {
        '/etc/os-release':
          'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian',
        '/etc/debian_version': '12.11',
      },
      ['Debian', '12.11', '12', 'bookworm', 'Debian'],
    ],
    [
      'Debian testing',
      {
        '/etc/os-release': 'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky',
        '/etc/debian_version': 'forky/sid',
      },
      ['Debian', 'forky/sid', 'forky/sid', 'forky', 'Debian'],
    ],
    [
      'Ubuntu',
      {
        '/etc/os-release': 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy',
        '/etc/debian_version': 'bookworm/sid',
      },
      ['Ubuntu', '22.04', '22', 'jammy', 'Debian'],
    ],
    [
      'CentOS 6',
      { '/etc/redhat-release': 'CentOS release 6.5 (Final)', '/etc/centos-release': 'CentOS release 6.5 (Final)' },
      ['CentOS', '6.5', '6', 'Final', 'RedHat'],
    ],
    [
      'CentOS 7',
      {
        '/etc/os-release': 'NAME="CentOS Linux"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"',
        '/etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)',
      },
      ['CentOS', '7.9', '7', 'Core', 'RedHat'],
    ],
    [
      'RHEL 5',
      { '/etc/redhat-release': 'Red Hat Enterprise Linux Server release 5.11 (Tikanga)' },
      ['RedHat', '5.11', '5', 'Tikanga', 'RedHat'],
    ],
    [
      'Rocky',
      {
        '/etc/os-release': 'NAME="Rocky Linux"\nID="rocky"\nVERSION_ID="9.3"',
        '/etc/redhat-release': 'Rocky Linux release 9.3 (Blue Onyx)',
      },
      ['Rocky', '9.3', '9', 'Blue Onyx', 'RedHat'],
    ],
    [
      'Alpine',
      { '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1', '/etc/alpine-release': '3.19.1' },
      ['Alpine', '3.19.1', '3', 'NA', 'Alpine'],
    ],
    [
      'a child of Debian',
      { '/usr/lib/os-release': 'NAME="Odd OS"\nID=odd\nID_LIKE="x debian"\nVERSION_ID=1' },
      ['Odd OS', '1', '1', 'NA', 'Debian'],
    ],
    ['nothing known', {}, ['OtherLinux', 'NA', 'NA', 'NA', 'OtherLinux']],
  ]
  it.each(cases)('%s', (_, files, expected) => {
    const facts = distributionFacts(source(files))
    expect([
      facts.distribution,
      facts.distribution_version,
      facts.distribution_major_version,
      facts.distribution_release,
      facts.os_family,
    ]).toEqual(expected)
  })
})

describe('hardware', () => {
  const cpu = (index: number, socket: number) =>
    `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: ${socket}\nsiblings\t: 4\ncpu cores\t: 2\n`
  it('counts sockets, cores and threads', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => cpu(index, index >> 2)).join('\n')
    expect(
      hardwareFacts(source({ '/proc/cpuinfo': all, '/proc/self/status': 'Cpus_allowed_list:\t0-2,7' })),
    ).toMatchObject({
      processor_count: 2,
      processor_cores: 2,
      processor_threads_per_core: 2,
      processor_vcpus: 8,
      processor_nproc: 4,
    })
  })
  it('counts processors that tell of no sockets', () => {
    const arm = 'processor\t: 0\nBogoMIPS\t: 50\nCPU part\t: 0xd0c\n\nprocessor\t: 1\nCPU part\t: 0xd0c'
    expect(hardwareFacts(source({ '/proc/cpuinfo': arm }))).toMatchObject({
      processor: ['0', '0xd0c', '1', '0xd0c'],
      processor_count: 2,
      processor_vcpus: 2,
    })
  })
  it('reads memory and firmware', () => {
    const memory =
      'MemTotal:  2048000 kB\nMemFree:  1024000 kB\nBuffers: 1024 kB\nCached: 2048 kB\nSwapTotal: 4096 kB\nSwapFree: 1024 kB\nSwapCached: 0 kB'
    const facts = hardwareFacts(
      source({
        '/proc/meminfo': memory,
        '/sys/devices/virtual/dmi/id/chassis_type': '10',
        '/sys/devices/virtual/dmi/id/sys_vendor': 'ACME',
      }),
    )
    expect(facts).toMatchObject({
      memtotal_mb: 2000,
      memfree_mb: 1000,
      swaptotal_mb: 4,
      form_factor: 'Notebook',
      system_vendor: 'ACME',
      product_name: 'NA',
    })
    expect(facts.memory_mb).toEqual({
      real: { total: 2000, used: 1000, free: 1000 },
      nocache: { free: 1003, used: 997 },
      swap: { total: 4, free: 1, cached: 0, used: 3 },
    })
  })
})

describe('what it runs in', () => {
  const cases: [string, Record<string, string>, Record<string, string>, [string, string]][] = [
    ['a docker container', { '/proc/1/cgroup': '1:cpu:/docker/0123abc' }, {}, ['docker', 'guest']],
    ['docker with cgroup 2', {}, { there: '/.dockerenv\n' }, ['docker', 'guest']],
    ['podman', {}, { container: 'container=podman\n' }, ['podman', 'guest']],
    [
      'nspawn, seen by root',
      { '/run/systemd/container': 'systemd-nspawn' },
      { container: 'container=systemd-nspawn\n' },
      ['container', 'guest'],
    ],
    ['nspawn, seen by others', { '/run/systemd/container': 'systemd-nspawn' }, {}, ['systemd-nspawn', 'guest']],
    ['a QEMU machine', { '/sys/devices/virtual/dmi/id/sys_vendor': 'QEMU' }, {}, ['kvm', 'guest']],
    ['VMware', { '/sys/devices/virtual/dmi/id/product_name': 'VMware Virtual Platform' }, {}, ['VMware', 'guest']],
    ['a host of others', { '/proc/modules': 'kvm_intel 1 0 - Live\nkvm 2 1 kvm_intel, Live' }, {}, ['kvm', 'host']],
    ['bare metal', {}, {}, ['NA', 'NA']],
  ]
  it.each(cases)('%s', (_, files, sections, expected) => {
    const facts = virtualizationFacts(source(files, sections))
    expect([facts.virtualization_type, facts.virtualization_role]).toEqual(expected)
  })
})

describe('the network', () => {
  const addresses = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global dynamic eth0\\       valid_lft 1sec
2: eth0    inet 10.0.2.16/24 brd 10.0.2.255 scope global secondary eth0:1\\       valid_lft forever
2: eth0    inet6 2001:db8::5/64 scope global \\       valid_lft forever
3: br-a    inet 192.168.7.1 peer 192.168.7.2/30 scope global br-a`
  const files = {
    '/sys/class/net/lo/mtu': '65536',
    '/sys/class/net/lo/type': '772',
    '/sys/class/net/lo/address': '00:00:00:00:00:00',
    '/sys/class/net/eth0/mtu': '1500',
    '/sys/class/net/eth0/type': '1',
    '/sys/class/net/eth0/flags': '0x1103',
    '/sys/class/net/eth0/address': '52:54:00:00:00:01',
    '/sys/class/net/eth0/operstate': 'up',
    '/sys/class/net/br-a/mtu': '1400',
    '/sys/class/net/br-a/operstate': 'down',
    '/sys/class/net/br-a/bridge/bridge_id': '8000.525400',
    '/proc/net/ipv6_route':
      '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 0 0 00000003 eth0',
    '/proc/net/route':
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\neth0\t0002000A\t00000000\t0001\t0\t0\t100\t00FFFFFF',
    '/etc/resolv.conf': '# x\nnameserver 10.0.2.3\nnameserver 10.0.2.4\nsearch a.b c\noptions ndots:2 rotate',
  }
  it('has interfaces, their addresses and the way out', () => {
    const facts = networkFacts(
      source(files, {
        addresses,
        route: '8.8.8.8 via 10.0.2.2 dev eth0 src 10.0.2.16 uid 0',
        modules: '/sys/class/net/eth0/device/driver/module /sys/module/virtio_net\n',
        members: '/sys/class/net/br-a/brif/eth1\n',
      }),
    )
    expect(facts.interfaces).toEqual(['br-a', 'eth0', 'lo'])
    expect(facts.eth0).toEqual({
      device: 'eth0',
      macaddress: '52:54:00:00:00:01',
      mtu: 1500,
      active: true,
      promisc: true,
      type: 'ether',
      module: 'virtio_net',
      ipv4: {
        address: '10.0.2.15',
        broadcast: '10.0.2.255',
        netmask: '255.255.255.0',
        network: '10.0.2.0',
        prefix: '24',
      },
      ipv4_secondaries: [
        { address: '10.0.2.16', broadcast: '10.0.2.255', netmask: '255.255.255.0', network: '10.0.2.0', prefix: '24' },
      ],
      ipv6: [{ address: '2001:db8::5', prefix: '64', scope: 'global' }],
    })
    expect(facts.br_a).toMatchObject({
      type: 'bridge',
      active: false,
      interfaces: ['eth1'],
      ipv4: { prefix: '30', network: '192.168.7.0' },
    })
    expect(facts.default_ipv4).toMatchObject({
      address: '10.0.2.16',
      alias: 'eth0:1',
      gateway: '10.0.2.2',
      interface: 'eth0',
      mtu: 1500,
      type: 'ether',
    })
    expect(facts.default_ipv6).toMatchObject({ address: '2001:db8::5', gateway: 'fe80::1', interface: 'eth0' })
    expect(facts.all_ipv4_addresses).toEqual(['10.0.2.15', '10.0.2.16', '192.168.7.1'])
    expect(facts.dns).toEqual({
      nameservers: ['10.0.2.3', '10.0.2.4'],
      search: ['a.b', 'c'],
      options: { ndots: '2', rotate: true },
    })
  })
  it('does without ip', () => {
    const trie =
      'Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.2.15\n        /32 host LOCAL\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 10.0.2.255\n        /32 link BROADCAST\n'
    const bare = source(files, { addresses: trie })
    expect(addressesIn(bare)).toMatchObject([
      { device: 'eth0', text: '10.0.2.15', prefix: 24, broadcast: '10.0.2.255' },
      { device: 'lo', text: '127.0.0.1', prefix: 8 },
    ])
    expect(networkFacts(bare).default_ipv4).toMatchObject({ address: '10.0.2.15', gateway: '10.0.2.2' })
  })
  it('computes networks', () => {
    expect(ipv4Of('203.0.113.77', 0, '')).toMatchObject({ netmask: '0.0.0.0', network: '0.0.0.0' })
    expect(ipv4Of('203.0.113.77', 27, '')).toMatchObject({ netmask: '255.255.255.224', network: '203.0.113.64' })
    expect(ipv4Of('203.0.113.77', 32, '')).toMatchObject({ netmask: '255.255.255.255', network: '203.0.113.77' })
  })
})

it('lists mounts and disks', () => {
  const files = {
    '/proc/self/mountinfo':
      '20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n21 20 8:1 /a /mnt/b\\040c ro - ext4 /dev/sda1 rw,discard\n22 20 0:9 / /proc rw - proc proc rw\n23 20 0:40 / /nfs rw - nfs4 server:/export rw',
    '/sys/block/sda/size': '4194304',
    '/sys/block/sda/queue/rotational': '0',
    '/sys/block/sda/queue/scheduler': 'none [mq-deadline]',
    '/sys/block/sda/device/model': 'Disk  ',
    '/sys/block/sda/sda1/partition': '1',
    '/sys/block/sda/sda1/size': '2048',
    '/sys/block/sda/sda1/start': '34',
    '/sys/block/ram0/size': '1',
  }
  const facts = storageFacts(
    source(files, {
      sizes: '4096 100 50 10 4 /N+\n4096 100 50 10 4 /mnt/b cN+\n',
      uuids: 'lrwxrwxrwx 1 root root 10 Jan  1 00:00 aaaa-bbbb -> ../../sda1\n',
      members: '/sys/block/sda/holders/dm-0\n',
    }),
    'N',
  )
  expect(facts.mounts).toEqual([
    expect.objectContaining({
      mount: '/',
      uuid: 'aaaa-bbbb',
      options: 'rw,relatime',
      size_total: 409600,
      size_available: 204800,
      block_used: 50,
      inode_used: 6,
    }),
    expect.objectContaining({ mount: '/mnt/b c', options: 'ro,discard,bind', size_total: 409600 }),
    { mount: '/nfs', device: 'server:/export', fstype: 'nfs4', options: 'rw', uuid: 'N/A' },
  ])
  expect(facts.devices).toMatchObject({
    sda: {
      size: '2.00 GB',
      model: 'Disk',
      rotational: '0',
      scheduler_mode: 'mq-deadline',
      virtual: 0,
      holders: ['dm-0'],
      partitions: { sda1: { size: '1.00 MB', start: '34', uuid: 'aaaa-bbbb' } },
    },
  })
  expect(Object.keys(facts.devices as object)).toEqual(['sda'])
  expect([humanSize(0), humanSize(1023), humanSize(1536)]).toEqual(['0.00 Bytes', '1023.00 Bytes', '1.50 KB'])
})

describe('the system', () => {
  const kernel = { '/proc/sys/kernel/hostname': 'Web1', '/proc/1/comm': 'init' }
  const names = (hosts: string, fqdn = '') => {
    const {
      fqdn: full,
      domain,
      hostname: short,
    } = systemFacts(
      source(
        { ...kernel, '/etc/hosts': hosts },
        { date: '2024 01 02 03 04 05 1704164645 CET +0100 Tuesday 2 01', fqdn },
      ),
    )
    return [full, domain, short]
  }
  it('finds its full name', () => {
    expect(names('127.0.0.1 localhost\n127.0.1.1 web1.example.org web1 # x')).toEqual([
      'web1.example.org',
      'example.org',
      'Web1',
    ])
    expect(names('127.0.0.1 localhost web1')).toEqual(['localhost', '', 'Web1'])
    expect(names('127.0.0.1 localhost', 'web1.dns.org\n')).toEqual(['web1.dns.org', 'dns.org', 'Web1'])
    expect(names('')).toEqual(['Web1', '', 'Web1'])
  })
  it('knows what runs services', () => {
    const manager = (there: string, comm = 'init') =>
      systemFacts(source({ ...kernel, '/proc/1/comm': comm }, { there, date: '' })).service_mgr
    expect(manager('/run/systemd/system\n', 'systemd')).toBe('systemd')
    expect(manager('/sbin/initctl\n/etc/init\n/etc/init.d\n')).toBe('upstart')
    expect(manager('/sbin/openrc-run\n/etc/init.d\n')).toBe('openrc')
    expect(manager('/etc/init.d\n')).toBe('sysvinit')
    expect(manager('/etc/init.d\n', 'sshd')).toBe('sshd')
    expect(manager('')).toBe('service')
  })
  it('tells the time, the boot words, the environment and the keys', () => {
    const facts = systemFacts(
      source(
        {
          ...kernel,
          '/proc/cmdline': 'quiet console=tty0 console=ttyS0 a="b"',
          '/etc/ssh/ssh_host_rsa_key.pub': 'ssh-rsa AAAA root@x',
          '/sys/fs/selinux/enforce': '1',
          '/etc/selinux/config': '# c\nSELINUX=enforcing\nSELINUXTYPE=targeted',
        },
        {
          date: '2024 01 02 03 04 05 1704164645 CET +0100 Tuesday 2 01',
          environ: 'A=1\0B=x=y\nz\0',
          there: '/sys/fs/selinux/enforce\n',
          account: 'root:x:0:0:root:/root:/bin/sh\n',
        },
      ),
    )
    expect(facts.date_time).toMatchObject({
      date: '2024-01-02',
      time: '03:04:05',
      iso8601: '2024-01-02T03:04:05Z',
      tz: 'CET',
      weekday: 'Tuesday',
    })
    expect(facts.cmdline).toEqual({ quiet: true, console: 'ttyS0', a: 'b' })
    expect(facts.proc_cmdline).toMatchObject({ console: ['tty0', 'ttyS0'] })
    expect(facts.env).toEqual({ A: '1', B: 'x=y\nz' })
    expect(facts).toMatchObject({
      ssh_host_key_rsa_public: 'AAAA',
      ssh_host_key_rsa_public_keytype: 'ssh-rsa',
      user_dir: '/root',
    })
    expect(facts.selinux).toMatchObject({
      status: 'enabled',
      mode: 'enforcing',
      config_mode: 'enforcing',
      type: 'targeted',
    })
  })
})

it('reads local facts as data', () => {
  const section =
    'N+/etc/ansible/facts.d/a.fact\n{"x": [1, true]}\nN+/etc/ansible/facts.d/b.fact\n# c\n[General]\nKey = v=w\nN+/etc/ansible/facts.d/c.fact\nno sense'
  expect(localFacts(source({}, { local: section }), 'N').local).toEqual({
    a: { x: [1, true] },
    b: { General: { key: 'v=w' } },
    c: expect.stringContaining('error loading facts') as string,
  })
})

describe.each(shells)('gathering, under $name', (shell) => {
  it('brings the facts of this machine in one frame', async () => {
    const session = localSession(shell, { WORD: "it's" })
    const facts = await gatherFacts(session)
    expect(session.frames).toHaveLength(1)
    expect(facts).toMatchObject({
      system: 'Linux',
      nodename: hostname(),
      memtotal_mb: Math.floor(totalmem() / 2 ** 20),
      user_id: session.user,
      user_uid: process.getuid?.(),
    })
    expect(facts.env).toMatchObject({ WORD: "it's" })
    expect(facts.date_time).toMatchObject({ year: String(new Date().getFullYear()) })
    expect(facts.interfaces).toContain('lo')
    expect(Number((facts.date_time as { epoch: string }).epoch)).toBeCloseTo(Date.now() / 1000, -2)
  })
})
