import { KplayError, type Place } from '../errors.ts'
import type { Value } from '../value.ts'
import { typeName } from '../values/operand.ts'
import { text as printValue } from '../values/print.ts'

/** An expression takes these for values. */
const CONSTANTS = ['true', 'false', 'none', 'True', 'False', 'None']

/** A name that a variable can have; throws BAD_ARGS for any other. */
export function variableNamed(name: Value, place?: Place): string {
  if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name) && !CONSTANTS.includes(name)) return name
  const type = typeof name === 'string' ? '' : ` of type '${typeName(name)}'`
  throw new KplayError('BAD_ARGS', `Invalid variable name '${printValue(name)}'${type}`, {
    place,
    hint: 'letters, digits and _ only, not starting with a digit, and no constant',
  })
}
