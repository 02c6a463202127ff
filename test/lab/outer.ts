import { attempt } from './shell.ts'
import { labNumber } from './places.ts'

/** What a lab may leave behind on the outer machine, as lines: mounts, loop devices, interfaces, groups, processes. */
export async function outerTraces(): Promise<string[]> {
  const number = labNumber
  const script = `
grep -F -e '/hosts-${number}/' /proc/self/mountinfo | cut -d' ' -f5-
losetup --list --noheadings --output NAME,BACK-FILE | grep -F '/hosts-${number}/'
ip -br link | cut -d' ' -f1 | grep -E '^(kplay${number}$|vb-k${number}-)'
find /sys/fs/cgroup -maxdepth 2 -name 'kplay-lab-${number}'
ls -d /run/kplay-lab-${number}* /run/systemd/nspawn/propagate/k${number}-* 2>/dev/null
ps -e -o pid=,args= | grep -e 'systemd-nspawn.*=k${number}-' -e '/hosts-${number}/.*/supervise.sh' | grep -v grep
true`
  return (await attempt`sh -c ${script}`).stdout.split('\n').filter(Boolean)
}
