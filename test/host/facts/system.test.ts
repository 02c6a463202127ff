import { describe, expect, it } from 'vitest'
import { managerFacts, systemFacts } from '../../../engine/host/facts/system.ts'
import { source } from '../support/facts-source.ts'

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
      managerFacts(source({ ...kernel, '/proc/1/comm': comm }, { there, date: '' })).service_mgr
    expect(manager('/run/systemd/system\n', 'systemd')).toBe('systemd')
    expect(manager('/sbin/initctl\n/etc/init\n/etc/init.d\n')).toBe('upstart')
    expect(manager('/sbin/openrc-run\n/etc/init.d\n')).toBe('openrc')
    expect(manager('/etc/init.d\n')).toBe('sysvinit')
    expect(manager('/etc/init.d\n', 'sshd')).toBe('sshd')
    expect(manager('')).toBe('service')
  })
  it('tells the time, the boot words, the environment and the keys', () => {
    const told = source(
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
    )
    const facts = systemFacts(told)
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
    expect(managerFacts(told).selinux).toMatchObject({
      status: 'enabled',
      mode: 'enforcing',
      config_mode: 'enforcing',
      type: 'targeted',
    })
  })
})
