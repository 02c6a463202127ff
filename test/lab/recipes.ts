import type { Kind } from './roster.ts'
import { legacyPort, rootPassword, users } from './roster.ts'
import { packageRepository } from './repository.ts'

/** How an image is made: what debootstrap gets (or the image below it), then a script run inside as root. */
export interface Recipe {
  readonly base?: Kind
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly script: string
}

const common = [
  ...['openssh-server', 'sudo', 'procps', 'iproute2', 'netbase', 'curl', 'ca-certificates', 'adduser', 'acl'],
  ...['e2fsprogs', 'udev', 'xz-utils', 'bzip2', 'zstd', 'unzip'],
]

/** Debian's xfsprogs depends on Python for a script nobody needs, and these hosts are to have none. */
const xfs = `
cd /tmp
apt-get download xfsprogs
dpkg-deb --raw-extract xfsprogs_*.deb xfs
sed -i '/^Depends:/s/, python3[^,]*//g' xfs/DEBIAN/control
rm xfsprogs_*.deb
dpkg-deb --build xfs xfsprogs.deb
apt-get install -y --no-install-recommends ./xfsprogs.deb
rm -r xfs xfsprogs.deb
cd /
`

const accounts = `
echo 'root:${rootPassword}' | chpasswd
${users
  .map(({ name, uid, password, sudo }) =>
    [
      // Debian has a group `tty` of its own.
      `groupadd --gid ${uid} ${name === 'tty' ? 'tty-user' : name}`,
      `useradd --create-home --shell /bin/bash --uid ${uid} --gid ${uid} ${name}`,
      `echo '${name}:${password}' | chpasswd`,
      ...sudo.map((line) => `echo '${line}' >> /etc/sudoers.d/${name}`),
    ].join('\n'),
  )
  .join('\n')}
find /etc/sudoers.d -type f -exec chmod 440 {} +
rm -f /etc/ssh/ssh_host_*
# Tests that fail to log in on purpose must not lock out those that come next.
printf 'UseDNS no\\nPerSourcePenalties no\\n' > /etc/ssh/sshd_config.d/lab.conf
`

/** What would keep a throw-away host busy, or reach through it to the outer machine's kernel. */
const quiet = [
  ...[
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
  ],
  ...['fstrim.timer', 'xfs_scrub_all.timer', 'console-getty.service', 'systemd-modules-load.service'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'sys-kernel-config.mount'],
  ...['sys-fs-fuse-connections.mount', 'dev-hugepages.mount'],
]

const systemd = `
ln -sf /dev/null /etc/systemd/network/80-container-host0.network
systemctl mask ${quiet.join(' ')}
`

const installed = `
apt-get clean
rm -rf /var/lib/apt/lists/*
`

/** Debian's Ansible in its newest form, of whose hundred collections only the one that belongs to it is wanted. */
const ansible = `
apt-get install -y --no-install-recommends python3 python3-apt ansible-core openssh-client
cd /tmp
apt-get download ansible
dpkg-deb --fsys-tarfile ansible_*.deb | tar -x -C / --wildcards './usr/lib/python3/dist-packages/ansible_collections/ansible/posix/*'
rm ansible_*.deb
cd /
`

const centos6 = `
sed 's/^Include.*//' /etc/ssh/sshd_config > /etc/ssh/sshd_config_legacy
cat >> /etc/ssh/sshd_config_legacy <<'END'
Port ${legacyPort}
PidFile /run/sshd-legacy.pid
UseDNS no
PerSourcePenalties no
HostKey /etc/ssh/ssh_host_rsa_key
HostKeyAlgorithms ssh-rsa
PubkeyAcceptedAlgorithms ssh-rsa
KexAlgorithms diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1
Ciphers aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,3des-cbc,aes192-cbc,aes256-cbc
MACs hmac-md5,hmac-sha1,hmac-sha1-96,hmac-md5-96
END
cat > /etc/init.d/ssh-legacy <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: ssh-legacy
# Required-Start: $remote_fs $syslog ssh
# Required-Stop: $remote_fs $syslog
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: a second sshd that offers what CentOS 6 does
### END INIT INFO
case $1 in
start) mkdir -p /run/sshd && /usr/sbin/sshd -f /etc/ssh/sshd_config_legacy ;;
stop) kill "$(cat /run/sshd-legacy.pid)" ;;
restart) $0 stop; sleep 1; $0 start ;;
status) kill -0 "$(cat /run/sshd-legacy.pid)" ;;
esac
END
chmod 755 /etc/init.d/ssh-legacy
update-rc.d ssh-legacy defaults
`

/** openssh-server pulls systemd in; only without its library does the rest of Debian treat the host as SysV. */
const sysvinit = `
apt-get install -y --no-install-recommends systemd-standalone-sysusers systemd-standalone-tmpfiles systemd- libsystemd-shared-
dpkg --purge systemd systemd-timesyncd
sed -i '/getty/d' /etc/inittab
`

const busybox = `
mkdir -p /box/bin /box/sbin /box/usr/bin /box/usr/sbin /box/etc/dropbear /box/root/.ssh /box/dev /box/proc /box/sys /box/run /box/tmp /box/var/log /box/home /box/lib /box/lib64
chmod 700 /box/root /box/root/.ssh
chmod 1777 /box/tmp
cp /bin/busybox /box/bin/busybox
chroot /box /bin/busybox --list-full | while read -r path; do
  mkdir -p "/box/$(dirname "$path")"
  [ -e "/box/$path" ] || ln -s /bin/busybox "/box/$path"
done
cp /usr/sbin/dropbear /box/usr/sbin/
cp /usr/bin/dropbearconvert /box/usr/bin/ 2>/dev/null || cp /usr/lib/dropbear/dropbearconvert /box/usr/bin/
ldd /box/usr/sbin/dropbear /box/usr/bin/dropbearconvert | grep -o '/lib[^ ]*' | sort -u | while read -r library; do
  mkdir -p "/box$(dirname "$library")"
  cp -L "$library" "/box$library"
done
echo "root:$(openssl passwd -6 '${rootPassword}' 2>/dev/null || echo '*'):20000:0:99999:7:::" > /box/etc/shadow
chmod 640 /box/etc/shadow
echo 'root:x:0:0:root:/root:/bin/sh' > /box/etc/passwd
echo 'root:x:0:' > /box/etc/group
echo /bin/sh > /box/etc/shells
printf '::sysinit:/etc/rcS\\n::respawn:/usr/sbin/dropbear -F -R -s -E\\n' > /box/etc/inittab
printf '#!/bin/sh\\n[ ! -s /etc/fstab ] || mount -a\\n' > /box/etc/rcS
chmod 755 /box/etc/rcS
: > /box/etc/fstab
`

export const recipes: Record<Kind, Recipe> = {
  debian: {
    include: ['systemd', 'systemd-sysv', 'dbus', ...common],
    script: xfs + accounts + systemd + installed + packageRepository,
  },
  ansible: { base: 'debian', script: ansible + installed },
  sysv: {
    include: ['sysvinit-core', 'sysv-rc', 'insserv', 'initscripts', ...common],
    exclude: ['systemd', 'systemd-sysv'],
    script: xfs + accounts + sysvinit + centos6 + installed + packageRepository,
  },
  busybox: {
    base: 'debian',
    script: `apt-get install -y --no-install-recommends busybox-static dropbear-bin openssl\n${busybox}`,
  },
}
