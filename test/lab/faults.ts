import { answersSsh, initOf, start, stop } from './boot.ts'
import { setFrozen } from './cgroup.ts'
import { setCable } from './net.ts'
import { guestNamed } from './roster.ts'
import { poll, sleep } from './shell.ts'

/**
 * Cuts a host's power: first its network, then all its processes at once. Its disks keep what was written, also what was
 * not yet synced, as the outer machine's page cache survives. `powerOn` brings it back.
 */
export async function powerCut(name: string): Promise<void> {
  await setCable(name, 'down')
  await stop(name)
}

/** Boots a host that is off, with its disks as they are, and waits for its sshd. */
export async function powerOn(name: string): Promise<void> {
  await start(guestNamed(name))
}

/** Stops every process of a host: it accepts connections, as its kernel does, but says nothing. */
export function freeze(name: string): void {
  setFrozen(name, true)
}

export function thaw(name: string): void {
  setFrozen(name, false)
}

/** Pulls the network cable: packets vanish, nothing is refused. */
export const cutNetwork = (name: string): Promise<void> => setCable(name, 'down')

export const uncutNetwork = (name: string): Promise<void> => setCable(name, 'up')

/**
 * Waits until a host that was told to reboot is back: another process 1, and an sshd that answers.
 * @throws Error when it is not within a minute
 */
export async function rebooted(name: string, act: () => Promise<unknown>): Promise<void> {
  const before = initOf(name)
  await act()
  const { address } = guestNamed(name)
  const isBack = await poll(60_000, async () => {
    const init = initOf(name)
    return init && init.pid !== before?.pid && (await answersSsh(address))
  })
  if (!isBack) throw new Error(`${name} does not come back after its reboot`)
  // The sshd of the system that goes down may have answered for a last time.
  await sleep(200)
}
