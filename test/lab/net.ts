import { labNumber } from './places.ts'
import { bridge, network, outerAddress } from './roster.ts'
import { attempt, run } from './shell.ts'

/** Marks the bridge as ours: one without it is never touched. */
const alias = 'kplay-lab'

/** The outer end of a host's cable, as systemd-nspawn names it. */
export const cable = (name: string): string => `vb-${machineName(name)}`

/** systemd-nspawn's name for a host: apart from anything else on this machine, and short enough for an interface. */
export const machineName = (name: string): string => `k${labNumber}-${name}`

async function isOurs(): Promise<boolean> {
  return (await attempt`cat ${`/sys/class/net/${bridge}/ifalias`}`).stdout.trim() === alias
}

/**
 * Makes the private bridge; its addresses are nowhere else.
 * @throws Error with one line when the bridge's name or its network is taken by something else
 */
export async function raiseBridge(): Promise<void> {
  if (await isOurs()) return
  const link = await attempt`ip -br link show dev ${bridge}`
  if (link.exitCode === 0) throw new Error(`the interface ${bridge} exists already and is not the lab's`)
  const taken = (await run`ip -br -4 address`).stdout.split('\n').find((line) => line.includes(` ${network}.`))
  if (taken) throw new Error(`the lab's network ${network}.0/24 is in use: ${taken.trim().split(/\s+/).join(' ')}`)
  await run`ip link add ${bridge} type bridge`
  await run`ip link set ${bridge} alias ${alias}`
  await run`ip address add ${outerAddress}/24 dev ${bridge}`
  await run`ip link set ${bridge} up`
}

export async function dropBridge(): Promise<void> {
  if (await isOurs()) await run`ip link delete ${bridge}`
}

/** Pulls a host's cable, or plugs it in again; sessions survive a short cut. */
export async function setCable(name: string, state: 'up' | 'down'): Promise<void> {
  await run`ip link set ${cable(name)} ${state}`
}
