import { describe, expect, it } from 'vitest'
import { addressesIn, ipv4Of } from '../../../engine/host/facts/addresses.ts'
import { networkFacts } from '../../../engine/host/facts/network.ts'
import { source } from '../support/facts-source.ts'

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
