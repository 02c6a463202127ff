import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, environment, run, seconds } from './shell.ts'
import type { Say } from './shell.ts'

/** Commands that the lab starts, and unit tests where they find them; with the Debian package each comes from. */
const commands: Record<string, string> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  'mkfs.ext4': 'e2fsprogs',
  'mkfs.xfs': 'xfsprogs',
  'ssh-keygen': 'openssh-client',
  ip: 'iproute2',
  sysctl: 'procps',
  kcat: 'kcat',
  busybox: 'busybox-static',
}

const folders = [...new Set([...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'])]

function isInstalled(command: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const missing = (): string[] => Object.keys(commands).filter((command) => !isInstalled(command))

function can(capability: number): boolean {
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${mask}`) >> BigInt(capability)) & 1n) === 1n
}

const CAP_SYS_ADMIN = 21

/** Why the lab cannot run on this machine, in one line; undefined when it can. Starts nothing, changes nothing. */
export function labProblem(): string | undefined {
  if (process.platform !== 'linux') return `the lab needs Linux (this is ${process.platform})`
  if (process.getuid?.() !== 0) return 'the lab needs root: it boots hosts with systemd-nspawn'
  if (!can(CAP_SYS_ADMIN)) return 'the lab may not mount file systems here (an unprivileged container?)'
  if (!existsSync('/dev/loop-control')) return 'the lab needs loop devices: /dev/loop-control is absent'
  const lacking = missing()
  if (lacking.length && !isInstalled('apt-get')) {
    return `the lab needs ${lacking.join(', ')}, and there is no apt-get to install them with`
  }
  return undefined
}

/** Installs the Debian packages of commands that are absent. */
export async function installPackages(say: Say): Promise<void> {
  const lacking = missing()
  if (!lacking.length) return
  const packages = [...new Set(lacking.map((command) => commands[command] ?? command))]
  if (packages.includes('debootstrap')) packages.push('debian-archive-keyring', 'gpgv')
  const since = performance.now()
  say(`installing ${packages.join(' ')}`)
  const apt = run({ env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } })
  const wait = ['-q', '-o', 'DPkg::Lock::Timeout=600']
  await apt`apt-get ${wait} update`
  await apt`apt-get ${wait} install -y --no-install-recommends ${packages}`
  const still = missing()
  if (still.length) throw new Error(`apt-get installed ${packages.join(' ')}, but ${still.join(', ')} is still absent`)
  say(`installed in ${seconds(since)}`)
}

export interface Mirror {
  readonly url: string
  /** `NAME=value` lines that make debootstrap and apt use apt's own proxy. */
  readonly proxy: Record<string, string>
}

/** The mirror of Debian that apt uses on this machine, or the one everybody may use. */
export async function debianMirror(): Promise<Mirror> {
  const targets = await attempt`apt-get indextargets --format ${'$(ORIGIN) $(SITE)'} 'Created-By: Packages'`
  const sites = targets.stdout.split('\n').flatMap((line) => {
    const [, site] = /^Debian (\S+?)\/?$/.exec(line) ?? []
    return site && !site.endsWith('-security') ? [site] : []
  })
  const settings = await attempt`apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy`
  const proxy = Object.fromEntries(
    [...settings.stdout.matchAll(/^(https?_proxy)='(.+)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  return { url: sites[0] ?? 'http://deb.debian.org/debian', proxy }
}
