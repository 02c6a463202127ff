import { createHash } from 'node:crypto'
import { chmod, chown, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { authorizedKeys, homes, hostKeys } from './keys.ts'
import { hostFolder, rootFolder } from './places.ts'
import type { Guest } from './roster.ts'
import { guestNamed, knownNames, outerAddress } from './roster.ts'
import { run } from './shell.ts'

/** The same text on every host; a host's own name is its address as others see it, never a loopback one. */
const hostsFile = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  `${outerAddress}\tlab`,
  ...knownNames.map((name) => `${guestNamed(name).address}\t${name}`),
  '',
].join('\n')

/** What a host needs to be itself, written into its fresh file system: name, addresses of all, keys. */
export async function writeSettings(guest: Guest): Promise<void> {
  const root = rootFolder(guest.name)
  await writeFile(join(root, 'etc/hostname'), `${guest.name}\n`)
  await writeFile(join(root, 'etc/hosts'), hostsFile)
  // A fixed id: with none, systemd takes every boot for the first and enables all units anew.
  const id = createHash('md5').update(`kplay-lab ${guest.name}`).digest('hex')
  if (guest.kind !== 'busybox') await writeFile(join(root, 'etc/machine-id'), `${id}\n`)
  await writeHostKeys(guest, root)
  for (const { home, uid } of homes(guest)) {
    const folder = join(root, home, '.ssh')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'authorized_keys'), await authorizedKeys())
    await chmod(folder, 0o700)
    await chmod(join(folder, 'authorized_keys'), 0o600)
    for (const path of [folder, join(folder, 'authorized_keys')]) await chown(path, uid, uid)
  }
}

async function writeHostKeys(guest: Guest, root: string): Promise<void> {
  for (const { type, path } of hostKeys(guest)) {
    if (guest.kind === 'busybox') {
      await copyFile(path, join(root, 'tmp/key'))
      const target = `/etc/dropbear/dropbear_${type}_host_key`
      await run`chroot ${root} dropbearconvert openssh dropbear /tmp/key ${target}`
      await run`rm ${join(root, 'tmp/key')}`
    } else {
      const target = join(root, `etc/ssh/ssh_host_${type}_key`)
      await copyFile(path, target)
      await copyFile(`${path}.pub`, `${target}.pub`)
      await chmod(target, 0o600)
    }
  }
}

const inits: Record<Guest['kind'], string> = {
  debian: '/usr/lib/systemd/systemd',
  ansible: '/usr/lib/systemd/systemd',
  sysv: '/sbin/init',
  busybox: '/sbin/init',
}

/** Where the file of `writeInit` appears in the host. */
export const initPath = '/run/lab/init'

/**
 * The host's process 1 for its first moment: it makes the address and the data disk, then becomes the real init.
 *
 * The disk is `/dev/loopN`, with the link `/dev/kplay-data`. systemd waits for a device unit before it mounts what fstab
 * names by UUID, and only udev makes those: so udev runs in the host, for this one disk. systemd listens to udev
 * only when, at its very start, /dev is a devtmpfs or `/run/udev/control` exists; in a container neither is so, hence
 * the empty file. A full `udevadm trigger` would poke the devices of the whole machine: it is narrowed to the disk.
 */
export async function writeInit(guest: Guest, disk: string): Promise<string> {
  const path = join(hostFolder(guest.name), 'init')
  const loop = disk.replace('/dev/', '')
  const trigger = '/run/systemd/system/systemd-udev-trigger.service.d'
  const udev = `mkdir -p ${trigger} /run/udev/rules.d
: > /run/udev/control
cat > ${trigger}/lab.conf <<'END'
[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --sysname-match=${loop}
END
echo 'SUBSYSTEM=="block", KERNEL=="${loop}", SYMLINK+="kplay-data"' > /run/udev/rules.d/90-lab.rules
`
  const text = `#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
ip link set lo up
ip addr add ${guest.address}/24 broadcast + dev host0
ip link set host0 up
mknod -m 660 ${disk} b 7 ${loop.replace('loop', '')}
ln -s ${loop} /dev/kplay-data
${guest.kind === 'debian' || guest.kind === 'ansible' ? udev : ''}exec ${inits[guest.kind]}
`
  await writeFile(path, text, { mode: 0o755 })
  return path
}
