import pLimit from 'p-limit'
import type { RunContext } from './context.ts'

/** Works on as many of them at a time as `forks` allows. */
export async function onEach<T>(
  items: readonly T[],
  { options }: Pick<RunContext, 'options'>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const limit = pLimit(Math.max(1, options.forks))
  await Promise.all(items.map((item) => limit(() => work(item))))
}
