import type { Value } from '../value.ts'
import { failure } from './operand.ts'
import { repr } from './print.ts'
import type { Ports, Waiting } from './surroundings.ts'

/** Thrown by an evaluation that needs an answer which is not there yet. Await the promise, then evaluate again. */
export class Suspended extends Error {
  override readonly name = 'Suspended'
  readonly promise: Promise<unknown>
  constructor(promise: Promise<unknown>) {
    super('the evaluation waits for a lookup')
    this.promise = promise
  }
}

export type Fetch = (kind: Waiting, subject: string, options: ReadonlyMap<string, Value>) => Promise<string>

/** Evaluations that can wait, one within the other: elsewhere, to suspend would lose what is evaluated. */
let waiting = 0

/** Remembers answers, so that the second evaluation finds what the first one had to ask for. One for each task and host. */
export function answers(fetch: Fetch): NonNullable<Ports['ask']> {
  const known = new Map<string, { readonly value: string } | { readonly error: unknown }>()
  return (kind, subject, options) => {
    const key = JSON.stringify([kind, subject, [...options].map(([name, value]) => [name, repr(value)])])
    const answer = known.get(key)
    if (answer && 'error' in answer) throw answer.error
    if (answer) return answer.value
    if (waiting === 0)
      throw failure(`the lookup ${kind} cannot be waited for here`, 'register what it gives by set_fact, and use that')
    throw new Suspended(
      fetch(kind, subject, options).then(
        (value) => known.set(key, { value }),
        (error: unknown) => known.set(key, { error }),
      ),
    )
  }
}

/** Evaluates, and as often as it is suspended, waits and evaluates again. */
export async function settled<T>(evaluate: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await suspending(evaluate)
    } catch (error) {
      if (!(error instanceof Suspended)) throw error
      await error.promise
    }
  }
}

/** Evaluation is synchronous, so nothing else runs meanwhile. */
function suspending<T>(evaluate: () => T): T {
  waiting += 1
  try {
    return evaluate()
  } finally {
    waiting -= 1
  }
}
