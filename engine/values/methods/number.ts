import { Float } from '../../value.ts'
import type { Call } from '../call.ts'
import { isNumeric, toInt, toNumber } from '../numbers.ts'
import { failure } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'

function number(call: Call): number {
  if (isNumeric(call.input)) return toNumber(call.input)
  throw failure(`${call.name} needs a number`)
}

export const intMethods: Operations = {
  bit_length: operation('', (call) => {
    const input = call.input
    const whole = isNumeric(input) && !(input instanceof Float) ? BigInt(toInt(input)) : 0n
    return whole === 0n ? 0 : (whole < 0n ? -whole : whole).toString(2).length
  }),
  is_integer: operation('', () => true),
}

export const floatMethods: Operations = {
  is_integer: operation('', (call) => Number.isInteger(number(call))),
}
