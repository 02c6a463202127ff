import type { Package } from '../reader.ts'
import { sh } from '../shell.ts'
import { cannotLook, type Question, reasonIn } from './question.ts'

/** Installed packages by name, by dpkg or rpm. One query for all names. */
export const packageQuestion: Question<string, Package | undefined> = {
  name: 'package',
  // busybox has an rpm of its own, which knows of nothing. Both exit with 1 when one of the names is not installed,
  // and say what they know of the others.
  script: (names) => sh`if command -v dpkg-query >/dev/null && [ -e /var/lib/dpkg/status ]; then
  echo dpkg; dpkg-query -W -f ${'${Package}\\t${Architecture}\\t${Version}\\t${Status}\\n'} -- ${names}; [ "$?" -le 1 ]
elif command -v rpm >/dev/null && { [ -d /var/lib/rpm ] || [ -d /usr/lib/sysimage/rpm ]; }; then
  echo rpm; rpm -q --qf ${'%{NAME}\\t%{ARCH}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\tinstalled\\n'} -- ${names}; true
else
  echo 'packages: neither dpkg nor rpm is there' >&2; exit 1
fi`,
  limit: () => 4096,
  read({ stdout, stderr, code }, names) {
    if (code !== 0) return names.map((name) => cannotLook(`the package ${name}`, reasonIn(stderr)))
    const lines = stdout
      .toString('utf8')
      .split('\n')
      .map((line) => line.split('\t'))
    return names.map((name) => {
      const line = lines.find(
        ([own = '', architecture = '', , status = '']) =>
          (own === name || `${own}:${architecture}` === name || `${own}.${architecture}` === name) &&
          /(?:^| )installed$/.test(status),
      )
      return line ? { name, version: line[2] ?? '' } : undefined
    })
  },
}

/** The versions that apt would install. */
export const candidateQuestion: Question<string, string | undefined> = {
  name: 'candidate',
  limit: () => 64 * 1024,
  // apt would write the caches that it has to build: a question leaves nothing behind.
  script: (names) => sh`[ -e /var/cache/apt/srcpkgcache.bin ] && lists=/var/cache/apt/srcpkgcache.bin || lists=
apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="$lists" policy -- ${names}`,
  read({ stdout, stderr, code }, names) {
    if (code !== 0) return names.map((name) => cannotLook(`the candidate of ${name}`, reasonIn(stderr)))
    const blocks = new Map<string, string>()
    for (const block of stdout.toString('utf8').split(/\n(?=\S)/)) {
      const version = /^ +Candidate: (.*)$/m.exec(block)?.[1]
      if (version !== undefined && version !== '(none)') blocks.set(/^(.*):$/m.exec(block)?.[1] ?? '', version)
    }
    return names.map((name) => blocks.get(name))
  },
}
