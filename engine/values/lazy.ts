import { Encrypted, Template } from '../value.ts'
import type { Raw, Value } from '../value.ts'
import { failure } from './operand.ts'
import type { Operand } from './operand.ts'
import { repr } from './print.ts'

/** Where a lazy dict has its members from. */
export interface Members {
  keys(): Iterable<Operand>
  /** JavaScript's undefined when there is no such key. */
  get(key: Operand): Operand | undefined
  /** Of keys that are there without being listed. */
  has?(key: Operand): boolean
}

/** A dict whose members are made when somebody asks for them, each once: `d.x` renders only `d.x`. */
export class LazyDict extends Map<Operand, Operand> {
  private readonly members: Members
  private readonly made = new Map<Operand, Operand>()
  /** The keys being made right now, to notice when one needs itself. */
  private readonly making = new Set<Operand>()
  private filled = false

  constructor(members: Members) {
    super()
    this.members = members
  }

  override get(key: Operand): Operand | undefined {
    const known = this.made.get(key)
    if (known !== undefined || (this.filled && !this.has(key))) return known
    if (this.making.has(key)) throw failure(`the key ${repr(key)} of a dict needs itself`)
    this.making.add(key)
    try {
      const value = this.members.get(key)
      if (value !== undefined) this.made.set(key, value)
      return value
    } finally {
      this.making.delete(key)
    }
  }

  override has(key: Operand): boolean {
    return this.fill().hasOwn(key) || (this.members.has?.(key) ?? false)
  }

  override keys(): MapIterator<Operand> {
    this.fill()
    return super.keys()
  }

  override get size(): number {
    this.fill()
    return super.size
  }

  override set(key: Operand, value: Operand): this {
    this.fill()
    this.made.set(key, value)
    return super.set(key, null)
  }

  override delete(key: Operand): boolean {
    this.fill()
    this.made.delete(key)
    return super.delete(key)
  }

  override clear(): void {
    this.fill()
    this.made.clear()
    super.clear()
  }

  override *entries(): MapIterator<[Operand, Operand]> {
    for (const key of this.keys()) yield [key, this.get(key) ?? null]
    return undefined
  }

  override *values(): MapIterator<Operand> {
    for (const [, value] of this.entries()) yield value
    return undefined
  }

  override [Symbol.iterator](): MapIterator<[Operand, Operand]> {
    return this.entries()
  }

  override forEach(visit: (value: Operand, key: Operand, map: Map<Operand, Operand>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }

  private hasOwn(key: Operand): boolean {
    return super.has(key)
  }

  /** The keys, in their order. What is their value is asked for later. */
  private fill(): this {
    if (!this.filled) for (const key of this.members.keys()) super.set(key, null)
    this.filled = true
    return this
  }
}

/** A list whose items are made when somebody asks for them, each once. */
export function lazyList(raws: readonly Raw[], render: (raw: Raw) => Operand): Operand[] {
  const list: Operand[] = []
  raws.forEach((raw, index) => {
    if (!mustRender(raw)) {
      list[index] = raw
      return
    }
    const keep = (value: Operand): Operand => {
      Object.defineProperty(list, index, { value, writable: true, enumerable: true, configurable: true })
      return value
    }
    Object.defineProperty(list, index, {
      get: () => keep(render(raw)),
      set: keep,
      enumerable: true,
      configurable: true,
    })
  })
  return list
}

const checked = new WeakMap<object, boolean>()

/** Whether there is something in it to be rendered or decrypted, however deep. Answers are remembered: values never change. */
export function mustRender(raw: Raw): raw is Exclude<Raw, Value> {
  if (raw === null || typeof raw !== 'object') return false
  if (raw instanceof Template || raw instanceof Encrypted) return true
  const known = checked.get(raw)
  if (known !== undefined) return known
  const found = Array.isArray(raw) ? raw.some(mustRender) : raw instanceof Map && [...raw.values()].some(mustRender)
  checked.set(raw, found)
  return found
}
