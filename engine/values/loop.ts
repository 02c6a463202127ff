import { Callable } from './call.ts'
import { equal } from './equality.ts'
import { Undefined, failure } from './operand.ts'
import type { List, Operand } from './operand.ts'
import type { Given, Surroundings } from './surroundings.ts'

/** The `loop` of a `for`. Called, a recursive one runs the same body over deeper items. */
export class Loop extends Callable {
  private readonly items: List
  private readonly depth: number
  private readonly recurse: ((items: Operand) => Operand) | undefined
  private index = -1
  private last: readonly Operand[] | undefined

  constructor(items: List, depth: number, recurse: ((items: Operand) => Operand) | undefined) {
    super('loop', () => null)
    this.items = items
    this.depth = depth
    this.recurse = recurse
  }

  next(): this {
    this.index++
    return this
  }

  override call(given: Given, _around: Surroundings): Operand {
    if (!this.recurse) throw failure('this loop cannot be called', 'write {% for … recursive %}')
    return this.recurse(given.positional[0] ?? null)
  }

  override print(): string {
    return `<LoopContext ${this.index + 1}/${this.items.length}>`
  }

  override attribute(name: string): Operand | undefined {
    const { index } = this
    const { length } = this.items
    switch (name) {
      case 'index':
        return index + 1
      case 'index0':
        return index
      case 'revindex':
        return length - index
      case 'revindex0':
        return length - index - 1
      case 'first':
        return index === 0
      case 'last':
        return index === length - 1
      case 'length':
        return length
      case 'depth':
        return this.depth + 1
      case 'depth0':
        return this.depth
      case 'previtem':
        return index > 0 ? (this.items[index - 1] ?? null) : new Undefined('there is no previous item')
      case 'nextitem':
        return index < length - 1 ? (this.items[index + 1] ?? null) : new Undefined('there is no next item')
      case 'cycle':
        return new Callable(name, ({ positional }) => {
          if (positional.length === 0) throw failure('cycle needs at least one item')
          return positional[index % positional.length] ?? null
        })
      case 'changed':
        return new Callable(name, ({ positional }) => {
          const same = this.last !== undefined && equal(this.last, positional)
          this.last = positional
          return !same
        })
      default:
        return undefined
    }
  }
}
