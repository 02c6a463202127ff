import type { Call } from '../call.ts'
import { truthy } from '../equality.ts'
import { failure, isDictionary, typeName } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operation, Operations } from '../operation.ts'

/** A key of a registered result, judged as true or false. */
function has(call: Call, key: string): boolean {
  const { input } = call
  if (!isDictionary(input)) throw failure(`the test ${call.name} needs a registered result, got ${typeName(input)}`)
  return truthy(input.get(key) ?? false)
}

const result = (judge: (call: Call) => boolean): Operation<boolean> => operation('', judge)

const failed = result((call) => has(call, 'failed'))
const succeeded = result((call) => !has(call, 'failed'))
const skipped = result((call) => has(call, 'skipped'))

/** A loop's result has changed when one of its items has. */
const changed = result((call) => {
  if (has(call, 'changed')) return true
  const items = isDictionary(call.input) ? call.input.get('results') : undefined
  return (
    Array.isArray(items) &&
    (items as readonly Operand[]).some((item) => isDictionary(item) && truthy(item.get('changed') ?? false))
  )
})

export const resultTests: Operations<boolean> = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: result((call) => has(call, 'unreachable')),
  reachable: result((call) => !has(call, 'unreachable')),
  timedout: result((call) => truthy((isDictionary(call.input) ? call.input.get('timedout') : null) ?? false)),
  started: result((call) => started(call)),
  finished: result((call) => finished(call)),
}

/** Both are 1 for a task that was not asynchronous. */
const asyncState = (call: Call, key: string): boolean => {
  if (!isDictionary(call.input)) throw failure(`the test ${call.name} needs a registered result`)
  return call.input.has(key) ? has(call, key) : true
}
const started = (call: Call): boolean => asyncState(call, 'started')
const finished = (call: Call): boolean => asyncState(call, 'finished')
