import type { OutcomeStatus } from '../model.ts'
import type { Variable } from '../value.ts'
import { LazyDict } from '../values/lazy.ts'
import type { Operand } from '../values/operand.ts'
import { text as printValue } from '../values/print.ts'
import { unpredictable } from './overlay/unpredictable.ts'

/**
 * What `register` keeps in check mode when nobody knows what the module would have answered. Asking it for anything
 * that is not known makes the asking task `maybe` too.
 */
class PredictedResult extends LazyDict {
  private readonly known: ReadonlyMap<Operand, Operand>

  constructor(known: ReadonlyMap<Operand, Operand>) {
    super({ keys: () => known.keys(), get: (key) => known.get(key) })
    this.known = known
  }

  override get(key: Operand): Operand | undefined {
    if (this.known.has(key)) return this.known.get(key)
    throw unpredictable(`the result's ${printValue(key)}`)
  }
}

export function predictedResult(status: OutcomeStatus): Variable {
  const sure: [Operand, Operand][] = [
    ['failed', false],
    ['skipped', false],
  ]
  if (status !== 'maybe') sure.push(['changed', status === 'changed'])
  return { value: new PredictedResult(new Map(sure)) as never }
}
