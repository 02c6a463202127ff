import { Call, params } from './call.ts'
import type { Params } from './call.ts'
import { Locked, isUndefined } from './operand.ts'
import type { Operand, Undefined } from './operand.ts'
import type { Given, Surroundings } from './surroundings.ts'

/** A filter, a test or a method: named parameters and what it does. */
export interface Operation<Result extends Operand = Operand> {
  readonly params: Params
  readonly run: (call: Call) => Result
  /** It may be given undefined names: `default`, `defined` and their kin. */
  readonly lenient: boolean
  /** It may be given encrypted values that cannot be opened. */
  readonly sealed?: boolean
}

export type Operations<Result extends Operand = Operand> = Readonly<Record<string, Operation<Result>>>

export function operation<Result extends Operand>(signature: string, run: (call: Call) => Result): Operation<Result> {
  return { params: params(signature), run, lenient: false }
}

export function lenient<Result extends Operand>(signature: string, run: (call: Call) => Result): Operation<Result> {
  return { params: params(signature), run, lenient: true }
}

export function sealed<Result extends Operand>(signature: string, run: (call: Call) => Result): Operation<Result> {
  return { ...lenient(signature, run), sealed: true }
}

/** Runs it. What is undefined passes through unseen, so that a `default` further on can still catch it. */
export function perform<Result extends Operand>(
  name: string,
  { params, run, lenient, sealed = false }: Operation<Result>,
  input: Operand,
  given: Given,
  around: Surroundings,
): Result | Undefined {
  if (input instanceof Locked && lenient && !sealed) input.raise()
  if (!lenient) {
    if (isUndefined(input)) return input
    const missing = given.positional.find(isUndefined) ?? [...given.named.values()].find(isUndefined)
    if (missing) return missing
  }
  return run(new Call(name, params, input, given, around))
}
