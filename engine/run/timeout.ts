import { KplayError } from '../errors.ts'
import { nearest } from './chain.ts'
import type { Execution } from './execution.ts'
import { numberOf } from './number.ts'

/** As in Ansible; some three years. */
const LONGEST = 100_000_000

/** What timers count to is some 24 days: whatever may take longer may take as long as it wants. */
const TIMERS_COUNT_TO = 2_000_000

/** Seconds by `timeout` of the task or what is around it; undefined: as long as it takes. */
export function timeoutOf({ planned: { chain }, scope }: Execution): number | undefined {
  const written = nearest(chain, 'timeout')
  const seconds = numberOf(written, 'timeout', scope) ?? 0
  if (seconds >= 0 && seconds <= LONGEST) return seconds > 0 && seconds < TIMERS_COUNT_TO ? seconds : undefined
  throw new KplayError('BAD_ARGS', `Timeout ${seconds} is invalid, it must be between 0 and ${LONGEST}.`, {
    place: written?.place,
  })
}

/**
 * Waits for work no longer than its `timeout`. A step is ended on the host itself and says so: it is granted a little
 * longer here.
 */
export async function within<T>(seconds: number | undefined, grace: number, work: Promise<T>): Promise<T> {
  if (seconds === undefined) return work
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `Timed out after ${seconds} second(s).`
    timer = setTimeout(() => reject(new KplayError('TIMEOUT', message)), (seconds + grace) * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
