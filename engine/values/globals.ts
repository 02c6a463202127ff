import { Callable } from './call.ts'
import { lookup, query } from './lookups/registry.ts'
import { pairsOf, put } from './methods/dict.ts'
import { DateTime } from './moment.ts'
import { isInt } from './numbers.ts'
import { OMIT } from './omit.ts'
import { Special, Undefined, failure } from './operand.ts'
import type { Operand } from './operand.ts'
import { perform, operation } from './operation.ts'
import type { Operation } from './operation.ts'
import { bounded } from './operators.ts'
import { text } from './print.ts'

/** What `namespace()` makes: the one thing that a loop can assign to and that lives on after it. */
export class Namespace extends Special {
  readonly typeName = 'Namespace'
  readonly members = new Map<string, Operand>()
  override attribute(name: string): Operand | undefined {
    return this.members.get(name)
  }
}

class Cycler extends Special {
  readonly typeName = 'Cycler'
  private readonly items: readonly Operand[]
  private position = 0

  constructor(items: readonly Operand[]) {
    super()
    this.items = items
  }

  override attribute(name: string): Operand | undefined {
    const current = this.items[this.position] ?? null
    if (name === 'current') return current
    if (name === 'next')
      return new Callable('next', () => {
        const item = this.items[this.position] ?? null
        this.position = (this.position + 1) % this.items.length
        return item
      })
    if (name !== 'reset') return undefined
    return new Callable('reset', () => {
      this.position = 0
      return null
    })
  }
}

const functions: Readonly<Record<string, Operation>> = {
  range: operation('start stop step', (call) => {
    for (const name of ['start', 'stop', 'step'])
      if (call.has(name) && !isInt(call.get(name))) throw failure('range needs ints')
    const [start, stop] = call.has('stop') ? [call.int('start'), call.int('stop')] : [0, call.int('start')]
    const step = call.int('step', 1)
    if (step === 0) throw failure('range() arg 3 must not be zero')
    const length = Math.max(0, Math.ceil((stop - start) / step))
    return bounded(length * 8) && Array.from({ length }, (_, index) => start + index * step)
  }),
  dict: operation('source **', (call) => {
    const dict = new Map<Operand, Operand>()
    if (call.has('source')) for (const [key, value] of pairsOf(call.need('source'), 'dict')) put(dict, key, value)
    for (const [key, value] of call.others) dict.set(key, value)
    return dict
  }),
  namespace: operation('source **', (call) => {
    const namespace = new Namespace()
    if (call.has('source'))
      for (const [key, value] of pairsOf(call.need('source'), 'namespace')) namespace.members.set(text(key), value)
    for (const [key, value] of call.others) namespace.members.set(key, value)
    return namespace
  }),
  cycler: operation('*', (call) => {
    if (call.rest.length === 0) throw failure('cycler needs at least one item')
    return new Cycler(call.rest)
  }),
  joiner: operation('sep', (call) => {
    let used = false
    return new Callable('joiner', () => {
      const out = used ? call.get('sep', ', ') : ''
      used = true
      return out
    })
  }),
  lipsum: operation('n html min max', (call) => Array.from({ length: call.int('n', 5) }, () => LIPSUM).join('\n\n')),
  undef: operation(
    'hint',
    (call) => new Undefined(call.get('hint') === null ? 'a mandatory variable has not been set' : call.string('hint')),
  ),
  now: operation('utc fmt', (call) => {
    const moment = DateTime.now(call.around.variables.ports.now?.() ?? new Date(), call.flag('utc'))
    return call.get('fmt') === null ? moment : moment.format(call.string('fmt'))
  }),
}

const LIPSUM =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.'

/** Names that are there in every template, unless a variable takes them. */
export const globals: ReadonlyMap<string, Operand> = new Map<string, Operand>([
  ...Object.entries(functions).map(([name, run]): [string, Operand] => [
    name,
    new Callable(name, (given, around) => perform(name, run, null, given, around)),
  ]),
  ['lookup', new Callable('lookup', (given, around) => lookup(given, around))],
  ['query', new Callable('query', (given, around) => query(given, around))],
  ['q', new Callable('q', (given, around) => query(given, around))],
  ['omit', OMIT],
])
