import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import { defineRead, type ReadAnswer } from '../module/define.ts'
import { choice, list, text } from '../schema/field.ts'
import type { Plain } from '../value.ts'

const MANAGERS = ['apt', 'rpm', 'apk', 'pacman'] as const
type Manager = (typeof MANAGERS)[number]
/** Other names for the same list of packages. */
const SAME: Readonly<Record<string, Manager>> = { dnf: 'rpm', dnf5: 'rpm', yum: 'rpm', zypper: 'rpm' }

export const packageFacts = defineRead({
  name: 'package_facts',
  summary: 'Lists the installed packages of the host with their versions, as the fact `packages`.',
  notes:
    'Each name leads to a list, as a package may be installed for several architectures. dpkg, rpm, apk and pacman are known. In check mode packages that an earlier task would install are not in it: then nobody knows the answer.',
  args: {
    manager: list(text({ help: 'A package manager.' }), {
      default: ['auto'],
      help: 'Which are asked: apt, rpm, apk, pacman, or auto for what the host has.',
    }),
    strategy: choice(['first', 'all'], { default: 'first', help: 'Ask the first of them that is there, or all.' }),
  },
  examples: [{ title: 'All of them', args: {} }],

  rule({ manager }) {
    const unknown = manager.find((name) => name !== 'auto' && managerOf(name) === undefined)
    return unknown === undefined ? undefined : `manager: ${unknown} is not supported, but ${MANAGERS.join(', ')} are`
  },

  async read({ manager, strategy }, reader): Promise<ReadAnswer> {
    const asked = manager.includes('auto') ? MANAGERS : manager.flatMap((name) => managerOf(name) ?? [])
    const packages: Record<string, Plain[]> = {}
    let found = false
    for (const each of new Set(asked)) {
      const listed = await LISTS[each](reader)
      if (!listed) continue
      found = true
      for (const one of listed) (packages[one.name] ??= []).push({ ...one, source: each })
      if (strategy === 'first') break
    }
    if (found) return { values: { ansible_facts: { packages } } }
    return { values: {}, failed: `the host has none of the package managers ${[...new Set(asked)].join(', ')}` }
  },
})

const managerOf = (name: string): Manager | undefined => MANAGERS.find((one) => one === name) ?? SAME[name]

interface Listed {
  readonly name: string
  readonly [key: string]: Plain
}

/** The packages, or nothing where the host has no such database. */
const LISTS: Readonly<Record<Manager, (reader: Reader) => Promise<readonly Listed[] | undefined>>> = {
  async apt(reader) {
    const { code, stdout } =
      await reader.ask(sh`command -v dpkg-query >/dev/null && [ -e /var/lib/dpkg/status ] || exit 9
dpkg-query -W -f ${'${Package}\\t${Version}\\t${Architecture}\\t${Section}\\t${Origin}\\t${Status}\\n'}`)
    if (code === 9) return undefined
    return rows(stdout, '\t').flatMap(
      ([name = '', version = '', arch = '', category = '', origin = '', status = '']) =>
        / (installed|triggers-\w+)$/.test(status) ? [{ name, version, arch, category, origin }] : [],
    )
  },
  async rpm(reader) {
    // busybox has an rpm of its own, which knows of nothing.
    const { code, stdout } =
      await reader.ask(sh`command -v rpm >/dev/null && { [ -d /var/lib/rpm ] || [ -d /usr/lib/sysimage/rpm ]; } || exit 9
rpm -qa --qf ${'%{NAME}|%{VERSION}|%{RELEASE}|%{EPOCH}|%{ARCH}\\n'}`)
    if (code === 9) return undefined
    const none = (word: string): string => (word === '(none)' ? 'None' : word)
    return rows(stdout, '|').map(([name = '', version = '', release = '', epoch = '', arch = '']) => ({
      name,
      version,
      release,
      epoch: none(epoch),
      arch: none(arch),
    }))
  },
  async apk(reader) {
    const database = await reader.readText('/lib/apk/db/installed', 64 * 1024 * 1024)
    return database?.split('\n\n').flatMap((block) => {
      const field = (key: string): string => new RegExp(`^${key}:(.*)$`, 'm').exec(block)?.[1] ?? ''
      const [, version = field('V'), release = ''] = /^(.*)-(r\d+)$/.exec(field('V')) ?? []
      return field('P') === '' ? [] : [{ name: field('P'), version, release, arch: field('A') }]
    })
  },
  async pacman(reader) {
    const { code, stdout } = await reader.ask(sh`command -v pacman >/dev/null || exit 9
pacman -Q`)
    return code === 9 ? undefined : rows(stdout, ' ').map(([name = '', version = '']) => ({ name, version }))
  },
}

const rows = (output: string, separator: string): string[][] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(separator))
