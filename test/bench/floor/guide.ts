/** The least that the guide's playbook has to ask or do on a host, written down by hand. */

const programs = '/home/programs'
const folders = [programs, '/data/kafka-logs', '/data/zookeeper']
const settings = ['zookeeper/conf/zoo.cfg', 'kafka/config/server.properties'].map((path) => `${programs}/${path}`)
const units = ['zookeeper', 'kafka']
const unitFile = (unit: string): string => `/etc/systemd/system/${unit}.service`
const sysctls = [
  ...['vm.swappiness', 'vm.dirty_background_ratio', 'vm.dirty_ratio', 'net.core.somaxconn', 'net.ipv4.tcp_rmem'],
  ...['net.ipv4.tcp_wmem', 'net.ipv4.tcp_window_scaling', 'net.ipv4.tcp_max_syn_backlog'],
]
const kernelFile = (key: string): string => `/proc/sys/${key.replaceAll('.', '/')}`
const linkOf = (archive: string): string => `${programs}/${archive.split(/[-_]/)[0]}`

/** One question after the other, a process or more for each. */
export const plainQuestions = (archives: readonly string[]): string[] => [
  ...sysctls.map((key) => `cat ${kernelFile(key)}; grep '^${key}' /etc/sysctl.d/60-kafka.conf`),
  ...folders.map((folder) => `stat -c '%F %a %U %G' ${folder}`),
  ...archives.flatMap((archive) => [
    `stat -c '%s %Y' ${programs}/${archive}.tar.gz`,
    `stat -c %F ${programs}/${archive}`,
    `readlink ${linkOf(archive)}`,
    'cat /root/.bashrc',
  ]),
  ...settings.map((path) => `stat -c '%a %U %G' ${path}; sha256sum ${path}`),
  ...units.flatMap((unit) => [
    `sha256sum ${unitFile(unit)}`,
    `systemctl is-active ${unit}; systemctl is-enabled ${unit}`,
  ]),
]

/** The same, those of one kind in one process. */
export function batchedQuestions(archives: readonly string[]): string {
  const paths = [
    ...folders,
    ...archives.flatMap((archive) => [`${programs}/${archive}.tar.gz`, `${programs}/${archive}`]),
    ...archives.map(linkOf),
    ...settings,
  ]
  return `for f in ${sysctls.map(kernelFile).join(' ')}; do IFS= read -r v < $f; printf '%s\\n' "$v"; done
stat -c '%n %F %a %U %G %s %Y %N' ${paths.join(' ')} 2>/dev/null
cat /etc/sysctl.d/60-kafka.conf /root/.bashrc
sha256sum ${[...settings, ...units.map(unitFile)].join(' ')} 2>/dev/null
systemctl show -p Id,ActiveState,UnitFileState,NeedDaemonReload ${units.join(' ')}`
}

/**
 * What makes a bare host what the guide wants, as far as it takes time: downloads, digests, extractions, each archive
 * written out to the disk, and the seconds for which a service that was started must keep running.
 */
export const installation = (mirror: string, sums: ReadonlyMap<string, string>, settle: number): string =>
  `set -e
mkdir -p ${folders.join(' ')}
cd ${programs}
${[...sums]
  .map(
    ([archive, sum]) => `curl -fsS -o ${archive}.tar.gz ${mirror}/${archive}.tar.gz
echo '${sum}  ${archive}.tar.gz' | sha256sum -c - >/dev/null
tar -xzf ${archive}.tar.gz
sync -f ${archive}`,
  )
  .join('\n')}
sleep ${settle}`

/** Behind that: what the guide wants of services, each watched for as many seconds. */
export const starting = (services: readonly string[], watched: number): string =>
  services
    .map(
      (service) => `
printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >${unitFile(service)}
systemctl -q enable ${service}
systemctl start ${service}
systemctl restart ${service}
sleep ${watched}
systemctl -q is-active ${service}`,
    )
    .join('')
