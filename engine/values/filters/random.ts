import { randomBytes } from 'node:crypto'
import type { Call } from '../call.ts'
import { toIterable } from '../iterate.ts'
import { isInt, isNumeric } from '../numbers.ts'
import { failure, typeName } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { PythonRandom } from '../python-random.ts'

/** The generator of a seed; without one, nobody can foresee what comes. */
function generator(call: Call): PythonRandom {
  const seed = call.get('seed')
  return new PythonRandom(seed === null ? `${randomBytes(32).toString('hex')}` : seed)
}

function pick(call: Call): Operand {
  const random = generator(call)
  const end = call.input
  if (isNumeric(end)) {
    if (!isInt(end)) throw failure(`random needs an int or a list, got ${typeName(end)}`)
    const [start, step] = [call.int('start', 0), call.int('step', 1)]
    const count = Math.ceil((Number(end) - start) / step)
    if (count <= 0) throw failure(`random: there is no number from ${start} to ${Number(end)}`)
    return start + step * random.below(count)
  }
  const items = toIterable(end, 'random')
  if (items.length === 0) throw failure('random: the list is empty')
  return items[random.below(items.length)] ?? null
}

export const randomFilters: Operations = {
  random: operation('start step seed', pick),
  shuffle: operation('seed', (call) => generator(call).shuffle(call.list)),
}
