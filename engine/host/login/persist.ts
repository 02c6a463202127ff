import { setTimeout as sleep } from 'node:timers/promises'

/** Attempts, and milliseconds before the second; later pauses are longer, and never the same for two hosts. */
const ATTEMPTS = 8
const PAUSE = 250

/**
 * Tries again while the server is merely busy: sshd drops connections at random when many have not logged in yet
 * (MaxStartups), dropbear from the sixth on. Only for what has not begun anything on the host.
 */
export async function persist<T>(attempt: () => Promise<T>, isBusy: (error: unknown) => boolean): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || count === ATTEMPTS) throw error
      await sleep(Math.min(5000, PAUSE * 2 ** count) * (0.5 + Math.random()))
    }
  }
}
