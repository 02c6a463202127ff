import { describe, expect, it } from 'vitest'
import { virtualizationFacts } from '../../../engine/host/facts/virtualization.ts'
import { source } from '../support/facts-source.ts'

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
