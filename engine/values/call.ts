import { truthy } from './equality.ts'
import { toIterable } from './iterate.ts'
import { isInt } from './numbers.ts'
import { Special, defined, failure, isDictionary, isList, typeName } from './operand.ts'
import type { Dictionary, List, Operand } from './operand.ts'
import type { Given, Surroundings } from './surroundings.ts'

/** One call of a filter, test, method or function, its arguments bound to the names of its parameters. */
export class Call {
  readonly name: string
  readonly around: Surroundings
  /** Arguments beyond the parameters, for those that take any number. */
  readonly rest: readonly Operand[]
  readonly others: ReadonlyMap<string, Operand>
  private readonly bound = new Map<string, Operand>()
  private readonly piped: Operand

  constructor(name: string, params: Params, input: Operand, given: Given, around: Surroundings) {
    this.name = name
    this.around = around
    this.piped = input
    const { positional, named } = given
    params.names.forEach((param, index) => {
      const value = positional[index]
      if (value !== undefined) this.bound.set(param, value)
    })
    this.rest = positional.slice(params.names.length)
    if (this.rest.length > 0 && !params.rest)
      throw failure(`${name} takes at most ${params.names.length} arguments, got ${positional.length}`)
    const others = new Map<string, Operand>()
    for (const [key, value] of named) {
      if (!params.names.includes(key) && !params.only.includes(key)) others.set(key, value)
      else if (this.bound.has(key)) throw failure(`${name} got two values for ${key}`)
      else this.bound.set(key, value)
    }
    this.others = others
    const [unknown] = others.keys()
    if (unknown !== undefined && !params.others)
      throw failure(`${name} has no argument ${unknown}`, listed([...params.names, ...params.only]))
  }

  /** What is filtered or tested; undefined names fail here. */
  get input(): Exclude<Operand, undefined> {
    return defined(this.piped)
  }

  /** The same, also when it is undefined. */
  get rawInput(): Operand {
    return this.piped
  }

  get text(): string {
    return this.needText(this.input, 'input')
  }

  get list(): List {
    return toIterable(this.input, this.name)
  }

  get dict(): Dictionary {
    const input = this.input
    if (!isDictionary(input)) throw failure(`${this.name} needs a dict, got ${typeName(input)}`)
    return input
  }

  has(param: string): boolean {
    return this.bound.has(param)
  }

  /** An argument that must be given. */
  need(param: string): Operand {
    const value = this.bound.get(param)
    if (value === undefined) throw failure(`${this.name} needs the argument ${param}`)
    return defined(value)
  }

  /** An argument that may be undefined, as `default` takes it. */
  raw(param: string, fallback: Operand = null): Operand {
    const value = this.bound.get(param)
    return value === undefined ? fallback : value
  }

  get(param: string, fallback: Operand = null): Operand {
    const value = this.bound.get(param)
    return value === undefined ? fallback : defined(value)
  }

  string(param: string, fallback?: string): string {
    const value = fallback === undefined ? this.need(param) : this.get(param, fallback)
    return this.needText(value, param)
  }

  int(param: string, fallback?: number): number {
    const value = fallback === undefined ? this.need(param) : this.get(param, fallback)
    if (isInt(value) || typeof value === 'boolean') return Number(value)
    throw failure(`${this.name} needs an int as ${param}, got ${typeName(value)}`)
  }

  flag(param: string, fallback = false): boolean {
    return truthy(this.get(param, fallback))
  }

  items(param: string): List {
    const value = this.need(param)
    if (isList(value)) return value
    return toIterable(value, this.name)
  }

  private needText(value: Operand, what: string): string {
    if (typeof value === 'string') return value
    throw failure(`${this.name} needs a string as ${what}, got ${typeName(value)}`)
  }
}

export interface Params {
  readonly names: readonly string[]
  /** Takes any number of positional arguments beyond the named ones. */
  readonly rest: boolean
  /** Parameters that can only be given by name. */
  readonly only: readonly string[]
  readonly others: boolean
}

const listed = (names: readonly string[]): string | undefined =>
  names.length > 0 ? `it has: ${names.join(', ')}` : undefined

/** `'old new * count **'`: parameters in their order; `*` for more of them, then those given by name only, `**` for any name. */
export function params(signature: string): Params {
  const words = signature.split(' ').filter(Boolean)
  const star = words.indexOf('*')
  const names = words.filter((word) => !word.startsWith('*'))
  const positional = star < 0 ? names : words.slice(0, star)
  return { names: positional, only: names.slice(positional.length), rest: star >= 0, others: words.includes('**') }
}

/** Something that can be called: a method, a macro, `range`, `lookup`. */
export class Callable extends Special {
  readonly typeName = 'function'
  readonly name: string
  private readonly run: (given: Given, around: Surroundings) => Operand

  constructor(name: string, run: (given: Given, around: Surroundings) => Operand) {
    super()
    this.name = name
    this.run = run
  }

  call(given: Given, around: Surroundings): Operand {
    return this.run(given, around)
  }

  override attribute(name: string): Operand | undefined {
    return name === 'name' ? this.name : undefined
  }
}
