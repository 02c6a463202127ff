import { describe, expect, it } from 'vitest'
import { distributionFacts } from '../../../engine/host/facts/distribution.ts'
import { source } from '../support/facts-source.ts'

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
