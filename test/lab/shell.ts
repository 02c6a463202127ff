import { $, quote } from 'zx/core'

/** An administrator's commands are found, also where the login's PATH leaves them out. */
export const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin` }

/** Runs a short command on the outer machine; an exit status other than 0 throws. */
export const run = $({
  env: environment,
  quiet: true,
  shell: '/bin/bash',
  prefix: 'set -euo pipefail;',
  quote,
  stdio: ['ignore', 'pipe', 'pipe'],
})

/** The same, when the exit status is an answer or does not matter. */
export const attempt = run({ nothrow: true })

/** Tells a person how far the lab is. */
export type Say = (line: string) => void

export const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Asks again and again until the answer is there.
 * @returns the answer, or undefined when there is none within `milliseconds`
 */
export async function poll<T>(milliseconds: number, ask: () => T | Promise<T>): Promise<T | undefined> {
  const end = performance.now() + milliseconds
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > end) return undefined
    await sleep(50)
  }
}
