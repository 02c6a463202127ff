import type { Facts } from '../facts.ts'
import { unquoted } from './distribution.ts'
import type { Source } from './source.ts'

/** The kernel, names, time, and user. */
export const systemFacts = (source: Source, environment: Readonly<Record<string, string>> = {}): Facts => ({
  ...kernelFacts(source),
  ...nameFacts(source),
  ...userFacts(source),
  date_time: timeFacts(source),
  env: { ...loginEnvironment(source), ...environment },
  ...commandLineFacts(source),
  lsb: lsbFacts(source),
  ...hostKeyFacts(source),
  machine_id: source.text('/etc/machine-id') ?? source.text('/var/lib/dbus/machine-id') ?? '',
  uptime_seconds: Math.floor(Number(source.text('/proc/uptime')?.split(' ')[0] ?? 0)),
  loadavg: loadFacts(source),
})

const loginEnvironment = (source: Source): Readonly<Record<string, string>> =>
  Object.fromEntries(
    source
      .section('environ')
      .split('\0')
      .flatMap((line) => assignment(line.trim())),
  )

const assignment = (text: string): [string, string][] => {
  const equals = text.indexOf('=')
  return equals < 1 ? [] : [[text.slice(0, equals), text.slice(equals + 1)]]
}

function kernelFacts(source: Source): Facts {
  const machine = source.section('machine').trim()
  const architecture = /^i[3-6]86|^i86pc$/.test(machine) ? 'i386' : machine
  const bits = /64|s390x|alpha/.test(machine) ? '64' : '32'
  return {
    system: source.text('/proc/sys/kernel/ostype') ?? 'Linux',
    kernel: source.text('/proc/sys/kernel/osrelease') ?? '',
    kernel_version: source.text('/proc/sys/kernel/version') ?? '',
    machine,
    architecture,
    userspace_architecture: architecture,
    userspace_bits: bits,
  }
}

/** The full name is what the host's own address is called first, as a resolver would find it. */
function nameFacts(source: Source): Facts {
  const nodename = source.text('/proc/sys/kernel/hostname') ?? 'localhost'
  const entries = source.lines('/etc/hosts').map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
  const [address] =
    entries.find(([, ...names]) => names.some((name) => name.toLowerCase() === nodename.toLowerCase())) ?? []
  const names = entries.find(([own]) => own !== undefined && own === address)?.slice(1) ?? []
  const looked = source.section('fqdn').trim()
  const fqdn = nodename.includes('.')
    ? nodename
    : (names.find((name) => name.includes('.')) ?? names[0] ?? (looked || nodename))
  return { nodename, hostname: nodename.split('.')[0] ?? '', fqdn, domain: fqdn.split('.').slice(1).join('.') }
}

function userFacts(source: Source): Facts {
  const [, , uid, gid, gecos = '', home = '', shell = ''] = source.section('account').trim().split(':')
  const ids = (key: string) => source.fields('/proc/self/status', /:/).get(key)?.split(/\s+/).map(Number) ?? []
  const [realUser = 0, effectiveUser = 0] = ids('Uid')
  const [realGroup = 0, effectiveGroup = 0] = ids('Gid')
  return {
    user_id: source.user,
    user_uid: Number(uid ?? effectiveUser),
    user_gid: Number(gid ?? effectiveGroup),
    user_gecos: gecos,
    user_dir: home,
    user_shell: shell,
    real_user_id: realUser,
    effective_user_id: effectiveUser,
    real_group_id: realGroup,
    effective_group_id: effectiveGroup,
  }
}

/** Each by the file that betrays it, the most telling first. */
const PACKAGE_MANAGERS: readonly (readonly [path: string, name: string])[] = [
  ['/run/ostree-booted', 'atomic_container'],
  ['/usr/bin/apt-get', 'apt'],
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/dnf', 'dnf'],
  ['/usr/bin/dnf-3', 'dnf'],
  ['/usr/bin/yum', 'yum'],
  ['/usr/bin/zypper', 'zypper'],
  ['/usr/bin/pacman', 'pacman'],
  ['/sbin/apk', 'apk'],
  ['/usr/sbin/apk', 'apk'],
  ['/usr/bin/apk', 'apk'],
  ['/usr/bin/emerge', 'portage'],
  ['/usr/bin/xbps-install', 'xbps'],
  ['/usr/sbin/swupd', 'swupd'],
  ['/usr/bin/opkg', 'opkg'],
  ['/bin/opkg', 'opkg'],
]

/** What installs, what runs services, and what guards. */
export function managerFacts(source: Source): Facts {
  const there = new Set(source.words('there'))
  return {
    ...securityFacts(source, there),
    pkg_mgr: PACKAGE_MANAGERS.find(([path]) => there.has(path))?.[1] ?? 'unknown',
    service_mgr: serviceManager(source, there),
    is_chroot: source.section('chroot').trim() === 'true',
  }
}

function serviceManager(source: Source, there: ReadonlySet<string>): string {
  const first = source.text('/proc/1/comm') ?? /\((.*)\)/.exec(source.text('/proc/1/stat') ?? '')?.[1] ?? ''
  if (there.has('/run/systemd/system')) return 'systemd'
  // A process of that name in a container says nothing: only an init has services.
  if (first !== 'init' && first !== '') return { 'runit-init': 'runit', procd: 'openwrt_init' }[first] ?? first
  if (there.has('/sbin/initctl') && there.has('/etc/init')) return 'upstart'
  if (there.has('/sbin/openrc') || there.has('/sbin/openrc-run')) return 'openrc'
  return there.has('/etc/init.d') ? 'sysvinit' : 'service'
}

const securityFacts = (source: Source, there: ReadonlySet<string>): Facts => ({
  selinux: selinuxFacts(source, there),
  selinux_python_present: true,
  apparmor: { status: there.has('/sys/kernel/security/apparmor') ? 'enabled' : 'disabled' },
  fips: source.text('/proc/sys/crypto/fips_enabled') === '1',
})

function selinuxFacts(source: Source, there: ReadonlySet<string>): Facts {
  const root = ['/sys/fs/selinux', '/selinux'].find((path) => there.has(`${path}/enforce`))
  if (root === undefined) return { status: 'disabled' }
  const settings = source.fields('/etc/selinux/config', /=/)
  return {
    status: 'enabled',
    mode: source.text(`${root}/enforce`) === '1' ? 'enforcing' : 'permissive',
    config_mode: settings.get('SELINUX')?.toLowerCase() ?? 'unknown',
    policyvers: Number(source.text(`${root}/policyvers`) ?? 0),
    type: settings.get('SELINUXTYPE') ?? 'unknown',
  }
}

function timeFacts(source: Source): Facts {
  const [year, month, day, hour, minute, second, epoch = '0', zone, offset, weekday, number, week] =
    source.words('date')
  const utc = new Date(Number(epoch) * 1000).toISOString().replace(/\.\d+Z$/, '')
  const compact = `${year}${month}${day}T${hour}${minute}${second}`
  return {
    year,
    month,
    weekday,
    weekday_number: number,
    weeknumber: week,
    day,
    hour,
    minute,
    second,
    epoch,
    epoch_int: epoch,
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    iso8601: `${utc}Z`,
    iso8601_micro: `${utc}.000000Z`,
    iso8601_basic: `${compact}000000`,
    iso8601_basic_short: compact,
    tz: zone,
    tz_dst: zone,
    tz_offset: offset,
  }
}

function commandLineFacts(source: Source): Facts {
  const words = source.text('/proc/cmdline')?.split(/\s+/) ?? []
  const pairs = words.map((word): [string, string | true] => {
    const equals = word.indexOf('=')
    return equals < 0 ? [word, true] : [word.slice(0, equals), unquoted(word.slice(equals + 1))]
  })
  const several = new Map<string, string | true | (string | true)[]>()
  for (const [key, value] of pairs) {
    const known = several.get(key)
    several.set(key, known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value])
  }
  return { cmdline: Object.fromEntries(pairs), proc_cmdline: Object.fromEntries(several) }
}

function lsbFacts(source: Source): Facts {
  const fields = source.fields('/etc/lsb-release', /=/)
  const release = fields.get('DISTRIB_RELEASE')
  if (release === undefined) return {}
  return {
    id: unquoted(fields.get('DISTRIB_ID') ?? ''),
    release: unquoted(release),
    description: unquoted(fields.get('DISTRIB_DESCRIPTION') ?? ''),
    codename: unquoted(fields.get('DISTRIB_CODENAME') ?? ''),
    major_release: unquoted(release).split('.')[0],
  }
}

function hostKeyFacts(source: Source): Facts {
  const names = source.names('/etc/ssh/ssh_host_', '_key.pub')
  return Object.fromEntries(
    names.flatMap((name) => {
      const [type, key] = source.text(`/etc/ssh/ssh_host_${name}_key.pub`)?.split(' ') ?? []
      return [
        [`ssh_host_key_${name}_public`, key],
        [`ssh_host_key_${name}_public_keytype`, type],
      ]
    }),
  )
}

function loadFacts(source: Source): Facts {
  const [one, five, fifteen] = source.text('/proc/loadavg')?.split(' ').map(Number) ?? []
  return { '1m': one, '5m': five, '15m': fifteen }
}
