import { host } from '../../lab/host.ts'
import { attempt, run } from '../../lab/shell.ts'
import { bridge } from '../../lab/roster.ts'
import type { Bench } from '../bench.ts'
import type { Member } from '../inventory.ts'

/** One host of the lab that answers at as many addresses as are wanted. */
const guest = 'ansible6'

/** A network that is for benchmarks (RFC 2544); the route to it goes with the lab's bridge. */
const network = '198.18.0.0/16'

const settings = `set -e
ip route replace local ${network} dev lo
mkdir -p /etc/systemd/system/ssh.service.d
printf '[Service]\\nTasksMax=infinity\\nLimitNOFILE=65536\\n' > /etc/systemd/system/ssh.service.d/bench.conf
printf 'MaxStartups 1000:30:2000\\nPerSourceMaxStartups none\\nUsePAM no\\n' > /etc/ssh/sshd_config.d/bench.conf
systemctl daemon-reload
systemctl restart ssh
`

/** Hosts that are all the same one: to the tools they are as many as they have addresses. */
export async function simulate(bench: Bench, count: number): Promise<Member[]> {
  await bench.boot([guest])
  const { code, stderr } = await host(guest).exec(settings)
  if (code !== 0) throw new Error(`${guest} cannot stand for many hosts: ${stderr}`)
  if ((await attempt`ip route show ${network}`).stdout.trim() === '') {
    await run`ip route add ${network} via ${host(guest).address} dev ${bridge}`
  }
  return Array.from({ length: count }, (_, index) => ({
    name: `many${String(index + 1).padStart(3, '0')}`,
    address: `198.18.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    port: 22,
    guest,
  }))
}
