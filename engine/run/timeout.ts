import { KplayError } from '../errors.ts'
import { nearest } from './chain.ts'
import type { Execution } from './execution.ts'
import { numberOf } from './number.ts'

/** Seconds by `timeout` of the task or what is around it; undefined: as long as it takes. */
export function timeoutOf({ planned: { chain }, scope }: Execution): number | undefined {
  const seconds = numberOf(nearest(chain, 'timeout'), 'timeout', scope) ?? 0
  return seconds > 0 ? seconds : undefined
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
