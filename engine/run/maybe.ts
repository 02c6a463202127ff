import { KplayError } from '../errors.ts'
import type { OutcomeStatus } from '../model.ts'
import type { Dict, Value, Variable } from '../value.ts'
import { LazyDict } from '../values/lazy.ts'
import type { Operand } from '../values/operand.ts'
import { text as printValue } from '../values/print.ts'

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
    throw untold(`the result's ${printValue(key)}`)
  }

  override has(key: Operand): boolean {
    return this.get(key) !== undefined
  }

  /** The same, of which more is known. */
  also(more: ReadonlyMap<Operand, Operand>): PredictedResult {
    return new PredictedResult(new Map([...this.known, ...more]))
  }
}

const untold = (what: string): KplayError => new KplayError('UNPREDICTABLE', `${what} is known only after a real run`)

/** A variable that a real run would have set. Whoever looks at it is `maybe` too. */
export const unknownVariable = (name: string): Variable => ({
  get value(): never {
    throw untold(name)
  },
})

export function predictedResult(status: OutcomeStatus): Variable {
  const sure: [Operand, Operand][] = [
    ['failed', false],
    ['skipped', false],
  ]
  if (status !== 'maybe') sure.push(['changed', status === 'changed'])
  return { value: new PredictedResult(new Map(sure)) as never }
}

/** A result with more members, which stays one that nobody knows if it was so. */
export const withMembers = (result: Dict, more: ReadonlyMap<Value, Value>): Dict =>
  result instanceof PredictedResult
    ? ((result as unknown as PredictedResult).also(more) as never)
    : new Map([...result, ...more])
