import { WITHIN } from '../questions/within.ts'
import { exportsOf } from '../exports.ts'
import { type Command, joined, sh } from '../shell.ts'
import { pythonQuestion } from './python.ts'

/** Programs and files whose being there is a fact. */
const THERE = sh`/run/systemd/system /.dockerenv /.dockerinit /proc/vz /proc/bc /proc/lve /proc/xen /proc/self/status \
/sys/kernel/security/apparmor /sbin/initctl /etc/init /sbin/openrc /sbin/openrc-run /etc/init.d /usr/bin/apt-get \
/usr/bin/dnf5 /usr/bin/dnf /usr/bin/dnf-3 /usr/bin/yum /usr/bin/rpm-ostree /usr/bin/zypper /usr/bin/pacman /sbin/apk \
/usr/sbin/apk /usr/bin/apk /usr/bin/emerge /usr/bin/xbps-install /usr/sbin/swupd /usr/bin/opkg /bin/opkg /sys/module/kvm \
/sys/module/vboxdrv /dev/kvm /sys/fs/selinux/enforce /selinux/enforce /usr/sbin/getenforce /usr/bin/docker \
/ostree/repo /run/ostree-booted`

export interface GatherOptions {
  /** The folder of local facts. */
  readonly factPath?: string | undefined
  /** Seconds that a local fact may take that is a program. */
  readonly timeout?: number | undefined
  /** The words that start the host's Python, where it has a certain one. */
  readonly python?: readonly string[] | undefined
  /** What local facts that are programs find in their environment beside the login's. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** What a section brings, beside the small files. */
const sections = (
  nonce: string,
  user: string,
  { factPath = '/etc/ansible/facts.d', timeout = 10, python = [], environment }: GatherOptions,
) => ({
  machine: sh`uname -m`,
  date: sh`date '+%Y %m %d %H %M %S %s %Z %z %A %w %W'`,
  environ: sh`cat /proc/$$/environ 2>/dev/null`,
  account: sh`if command -v getent >/dev/null; then getent passwd ${user}; else grep ${`^${user}:`} /etc/passwd; fi`,
  there: sh`for path in ${THERE}; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done`,
  chroot: sh`if [ -e /proc/1/root/. ]; then [ / -ef /proc/1/root/. ] && echo false || echo true; else echo unknown; fi`,
  container: sh`{ tr '\\000' '\\n' </proc/1/environ | grep '^container='; } 2>/dev/null`,
  addresses: sh`if command -v ip >/dev/null; then ip -o addr show; else cat /proc/net/fib_trie; fi 2>/dev/null`,
  route: sh`if command -v ip >/dev/null; then ip -4 route get 8.8.8.8; fi 2>/dev/null`,
  modules: sh`for path in /sys/class/net/*/device/driver/module; do
  [ ! -e "$path" ] || (cd -P -- "$path" && printf '%s %s\\n' "$path" "$(pwd)")
done`,
  members: sh`for path in /sys/class/net/*/brif/* /sys/block/*/holders/* /sys/devices/virtual/block/*; do
  [ ! -e "$path" ] || printf '%s\\n' "$path"
done`,
  uuids: sh`[ ! -d /dev/disk/by-uuid ] || ls -l /dev/disk/by-uuid`,
  sizes: sh`set --
while read -r source path type _; do
  case $source in *:/*) continue ;; /*) ;; *) continue ;; esac
  case $type in nfs*|cifs|smb*|fuse*|9p|ceph|glusterfs|afs|lustre|gpfs|beegfs|autofs|ocfs2|gfs2) continue ;; esac
  case $path in *\\\\*) path=$(printf '%b.' "$(printf '%s' "$path" | sed 's/\\\\/\\\\0/g')"); path=\${path%.} ;; esac
  set -- "$@" "$path"
done </proc/self/mounts
[ "$#" -eq 0 ] || stat -f -c ${`%S %b %a %c %d %n${nonce}+`} -- "$@" 2>/dev/null`,
  fqdn: sh`read -r name </proc/sys/kernel/hostname
case $name in *.*) ;; *) grep -q -i -F -w -e "$name" /etc/hosts || within 3 hostname -f 2>/dev/null ;; esac`,
  python: pythonQuestion(python),
  local: sh`start() { ${exportsOf(environment)}exec "$1"; }
programs=
for path in ${factPath}/*.fact; do
  [ -e "$path" ] || [ -L "$path" ] || continue
  printf '%s%s\\n' ${`${nonce}+`} "$path"
  if [ ! -e "$path" ]; then printf '"Could not stat fact (%s): there is no file behind this link"\\n' "$path"; continue; fi
  if [ ! -f "$path" ] || [ ! -r "$path" ]; then printf '"error loading facts: %s cannot be read"\\n' "$path"; continue; fi
  if [ ! -x "$path" ]; then cat -- "$path"; continue; fi
  programs=yes
  output=$(within ${timeout} start "$path" 2>&1); code=$?
  if [ "$code" -eq 0 ]; then printf '%s\\n' "$output"
  else printf '"Failure executing fact script (%s), rc: %s"\\n' "$path" "$code"; fi
done`,
  programs: sh`echo "$programs"`,
})

export type SectionName = keyof ReturnType<typeof sections>

/**
 * All that facts are made of, in one go, with a process for next to nothing: `nonce`, a colon and a name start each section.
 * Nothing in it waits for the network: no file system of other hosts is asked for its size, and a name that is not in
 * /etc/hosts is looked up for three seconds at most.
 */
export function gatherScript(nonce: string, user: string, parts: readonly Asked[], options: GatherOptions): Command {
  const files = [...new Set(parts.flatMap((part) => part.files))]
  const all = sections(nonce, user, options)
  const asked = [...new Set(parts.flatMap((part) => part.sections))]
  const section = (name: string, body: Command): Command => sh`section ${name}; ${body}`
  return joined(
    [
      sh`${WITHIN}
exec 3</dev/null
section() { printf '\\n%s%s\\n' ${`${nonce}:`} "$1"; }`,
      // One grep reads all that are there.
      ...(files.length > 0 ? [section('files', sh`grep -s -H '' ${joined(files, ' ')}`)] : []),
      ...asked.map((name) => section(name, all[name])),
      sh`section end`,
    ],
    '\n',
  )
}

/** What there is to ask: small files of which each line is of use, and sections. */
export interface Asked {
  readonly files: readonly Command[]
  readonly sections: readonly SectionName[]
}
