import type { Facts } from '../facts.ts'
import type { Source } from './source.ts'

/** Ansible's names for os-release's ID, where they are not NAME itself, and the family each belongs to. */
const KNOWN: Readonly<Record<string, readonly [name: string, family: string]>> = {
  debian: ['Debian', 'Debian'],
  ubuntu: ['Ubuntu', 'Debian'],
  raspbian: ['Debian', 'Debian'],
  linuxmint: ['Linux Mint', 'Debian'],
  kali: ['Kali', 'Debian'],
  devuan: ['Devuan', 'Debian'],
  pop: ['Pop!_OS', 'Debian'],
  neon: ['KDE neon', 'Debian'],
  deepin: ['Deepin', 'Debian'],
  uos: ['Uos', 'Debian'],
  rhel: ['RedHat', 'RedHat'],
  centos: ['CentOS', 'RedHat'],
  fedora: ['Fedora', 'RedHat'],
  rocky: ['Rocky', 'RedHat'],
  almalinux: ['AlmaLinux', 'RedHat'],
  ol: ['OracleLinux', 'RedHat'],
  amzn: ['Amazon', 'RedHat'],
  scientific: ['Scientific', 'RedHat'],
  virtuozzo: ['Virtuozzo', 'RedHat'],
  cloudlinux: ['CloudLinux', 'RedHat'],
  eurolinux: ['EuroLinux', 'RedHat'],
  openeuler: ['openEuler', 'RedHat'],
  kylin: ['Kylin Linux Advanced Server', 'RedHat'],
  anolis: ['Anolis', 'RedHat'],
  alpine: ['Alpine', 'Alpine'],
  arch: ['Archlinux', 'Archlinux'],
  archarm: ['Archlinux', 'Archlinux'],
  manjaro: ['Manjaro', 'Archlinux'],
  sles: ['SLES', 'Suse'],
  sled: ['SLED', 'Suse'],
  sles_sap: ['SLES_SAP', 'Suse'],
  'opensuse-leap': ['openSUSE Leap', 'Suse'],
  'opensuse-tumbleweed': ['openSUSE Tumbleweed', 'Suse'],
  opensuse: ['openSUSE', 'Suse'],
  gentoo: ['Gentoo', 'Gentoo'],
  void: ['Void', 'Void'],
  photon: ['VMware Photon OS', 'VMware Photon OS'],
  flatcar: ['Flatcar', 'Flatcar'],
  nixos: ['NixOS', 'NixOS'],
}

const OS_RELEASE = ['/etc/os-release', '/usr/lib/os-release']

/** Which Linux it is, as Ansible words it. */
export function distributionFacts(source: Source): Facts {
  const path = OS_RELEASE.find((candidate) => source.lines(candidate).length > 0)
  if (path === undefined) return withoutOsRelease(source)
  const fields = new Map([...source.fields(path, /=/)].map(([key, value]) => [key, unquoted(value)]))
  const id = fields.get('ID') ?? ''
  const like = (fields.get('ID_LIKE') ?? '').split(/\s+/)
  const [name, family] = KNOWN[id] ?? [fields.get('NAME') ?? (id || 'Linux'), familyLike(like)]
  const version = versionOf(source, id, fields)
  return facts(name, family ?? name, version, releaseOf(source, id, fields), path)
}

function facts(name: string, family: string, version: string, release: string, path: string): Facts {
  return {
    distribution: name,
    distribution_version: version,
    distribution_major_version: version.split('.')[0] || 'NA',
    distribution_minor_version: version.split('.')[1],
    distribution_release: release,
    distribution_file_path: path,
    distribution_file_parsed: true,
    distribution_file_variety: family === 'Debian' || family === 'RedHat' ? family : name,
    os_family: family,
  }
}

const familyLike = (ids: readonly string[]): string | undefined =>
  ids.map((id) => KNOWN[id]?.[1]).find((family) => family !== undefined)

/** os-release says only the major version of Debian and CentOS: their own files know the rest. */
function versionOf(source: Source, id: string, fields: ReadonlyMap<string, string>): string {
  const version = fields.get('VERSION_ID') ?? ''
  if (id === 'debian' || id === 'raspbian') {
    const own = source.text('/etc/debian_version') ?? ''
    return /^\d/.test(own) ? own : version || own
  }
  if (id === 'alpine') return source.text('/etc/alpine-release') ?? version
  if (id === 'centos') {
    const own = /release (\d+(?:\.\d+)?)/.exec(
      source.text('/etc/centos-release') ?? source.text('/etc/redhat-release') ?? '',
    )
    return own?.[1] ?? version
  }
  return version || (id === 'arch' || id === 'gentoo' ? 'rolling' : 'NA')
}

function releaseOf(source: Source, id: string, fields: ReadonlyMap<string, string>): string {
  const redhat = /\(([^)]*)\)/.exec(source.text('/etc/redhat-release') ?? '')?.[1]
  if (id === 'centos' && /Stream/.test(source.text('/etc/redhat-release') ?? '')) return 'Stream'
  if (id === 'fedora') return ''
  const codename = fields.get('VERSION_CODENAME') ?? fields.get('UBUNTU_CODENAME')
  const pretty =
    /\(([^)]*)\)/.exec(fields.get('PRETTY_NAME') ?? '')?.[1] ?? /\(([^)]*)\)/.exec(fields.get('VERSION') ?? '')?.[1]
  // Debian testing has no version yet: trixie/sid.
  const coming = /^([a-z]+)\/sid$/.exec(source.text('/etc/debian_version') ?? '')?.[1]
  return redhat ?? codename ?? pretty ?? coming ?? 'NA'
}

/** Before os-release there was a file per vendor: `CentOS release 6.5 (Final)`. */
function withoutOsRelease(source: Source): Facts {
  for (const path of ['/etc/oracle-release', '/etc/centos-release', '/etc/redhat-release', '/etc/system-release']) {
    const [, title, version, release = 'NA'] =
      /^(.*?) (?:Linux )?release (\d[\d.]*)\s*(?:\((.*)\))?/.exec(source.text(path) ?? '') ?? []
    if (title === undefined || version === undefined) continue
    const vendor = [
      [/^Red Hat/, 'RedHat'],
      [/^CentOS/, 'CentOS'],
      [/^Oracle/, 'OracleLinux'],
      [/^Amazon/, 'Amazon'],
      [/^Scientific/, 'Scientific'],
      [/^Fedora/, 'Fedora'],
    ] as const
    return facts(vendor.find(([pattern]) => pattern.test(title))?.[1] ?? title, 'RedHat', version, release, path)
  }
  const debian = source.text('/etc/debian_version')
  if (debian !== undefined) return facts('Debian', 'Debian', debian, 'NA', '/etc/debian_version')
  const alpine = source.text('/etc/alpine-release')
  if (alpine !== undefined) return facts('Alpine', 'Alpine', alpine, 'NA', '/etc/alpine-release')
  const suse = source.text('/etc/SuSE-release')
  if (suse !== undefined)
    return facts('SLES', 'Suse', /VERSION = (\S+)/.exec(suse)?.[1] ?? 'NA', 'NA', '/etc/SuSE-release')
  return {
    distribution: 'OtherLinux',
    distribution_version: 'NA',
    distribution_major_version: 'NA',
    distribution_release: 'NA',
    os_family: 'OtherLinux',
  }
}

/** A value as a shell would read it: os-release(5). */
export const unquoted = (text: string): string =>
  /^(["']).*\1$/s.test(text) ? text.slice(1, -1).replace(/\\(["$`\\])/g, '$1') : text
