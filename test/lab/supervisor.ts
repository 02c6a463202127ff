import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { enterGroups } from './cgroup.ts'
import { imageLayers } from './image.ts'
import { machineName } from './net.ts'
import { hostFolder, rootFolder } from './places.ts'
import type { Guest } from './roster.ts'
import { bridge } from './roster.ts'
import { initPath } from './settings.ts'

const overlayFile = (name: string): string => join(hostFolder(name), 'overlay')

/**
 * Notes how a host's file system is mounted: an image that is built anew while the host exists changes nothing for it.
 * @returns the options for mount; redirect_dir lets a folder of the image be renamed, as on a plain disk
 */
export async function noteOverlay(guest: Guest): Promise<string> {
  const folder = hostFolder(guest.name)
  const layers = `lowerdir=${imageLayers(guest.kind).join(':')},upperdir=${folder}/upper,workdir=${folder}/work`
  const options = `${layers},redirect_dir=on,index=off`
  await writeFile(overlayFile(guest.name), options)
  return options
}

/** Starts systemd-nspawn in groups of the host's own. A host has all capabilities: it mounts disks as a machine would. */
function guestScript({ name }: Guest, init: string): string {
  return `set -e
${enterGroups(name)}
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn --quiet --register=no --keep-unit --capability=all --console=read-only --kill-signal=SIGRTMIN+3 \\
  --resolv-conf=off --timezone=off --link-journal=no --network-bridge=${bridge} --machine=${machineName(name)} \\
  --hostname=${name} --directory='${rootFolder(name)}' --bind-ro='${init}:${initPath}' ${initPath}
`
}

/**
 * Writes the script that keeps a host going. systemd-nspawn exits with 133 when its host reboots: then it is started
 * again, on the file system mounted anew, as the shutdown leaves it read-only. A shutdown under SysV also detaches the loop
 * device of the data disk: as the script has it open, it stays.
 * @param disk the loop device of the data disk
 * @param init the file that becomes the host's process 1
 * @returns the script's path
 */
export async function writeSupervisor(guest: Guest, disk: string, init: string): Promise<string> {
  const folder = hostFolder(guest.name)
  const root = rootFolder(guest.name)
  const [inner, outer] = [join(folder, 'nspawn.sh'), join(folder, 'supervise.sh')]
  await writeFile(inner, guestScript(guest, init))
  await writeFile(
    outer,
    `exec 3<'${disk}'
while :; do
mount -t overlay overlay -o '${await readFile(overlayFile(guest.name), 'utf8')}' '${root}' || exit 1
/bin/sh '${inner}' 3<&-
code=$?
echo "systemd-nspawn exits with $code"
for try in 1 2 3 4 5 6 7 8 9 10; do umount '${root}' && break; sleep 0.2; done
[ $code = 133 ] || exit $code
done
`,
  )
  return outer
}
