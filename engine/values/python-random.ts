import { createHash } from 'node:crypto'
import { Float } from '../value.ts'
import { isNumeric, toInt, toNumber } from './numbers.ts'
import { failure, typeName } from './operand.ts'
import type { List, Operand } from './operand.ts'

const SIZE = 624
const MIDDLE = 397

/**
 * Python's `random.Random`: the same seed gives the same numbers as there, so that a cron minute chosen by
 * `random(seed=inventory_hostname)` stays when people come from Ansible. The Mersenne Twister is MT19937
 * (Matsumoto and Nishimura, 1998); seeding is version 2 of CPython's.
 */
export class PythonRandom {
  private readonly state = new Uint32Array(SIZE)
  private index = SIZE

  constructor(seed: Operand) {
    this.seed(seedNumber(seed))
  }

  private seed(seed: bigint): void {
    const key: number[] = []
    for (let rest = seed < 0n ? -seed : seed; rest > 0n || key.length === 0; rest >>= 32n)
      key.push(Number(rest & 0xffffffffn))
    this.seedByNumber(19650218)
    let [i, j] = [1, 0]
    const at = (index: number): number => this.state[index] ?? 0
    const previous = (index: number): number => at(index - 1) ^ (at(index - 1) >>> 30)
    const advance = (): void => {
      if (++i < SIZE) return
      this.state[0] = at(SIZE - 1)
      i = 1
    }
    for (let count = Math.max(SIZE, key.length); count > 0; count--) {
      this.state[i] = (at(i) ^ Math.imul(previous(i), 1664525)) + (key[j] ?? 0) + j
      advance()
      j = (j + 1) % key.length
    }
    for (let count = SIZE - 1; count > 0; count--) {
      this.state[i] = (at(i) ^ Math.imul(previous(i), 1566083941)) - i
      advance()
    }
    this.state[0] = 0x80000000
    this.index = SIZE
  }

  private seedByNumber(seed: number): void {
    this.state[0] = seed
    for (let i = 1; i < SIZE; i++) {
      const last = this.state[i - 1] ?? 0
      this.state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i
    }
  }

  private next32(): number {
    if (this.index >= SIZE) this.twist()
    let value = this.state[this.index++] ?? 0
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    return (value ^ (value >>> 18)) >>> 0
  }

  private twist(): void {
    const at = (index: number): number => this.state[index % SIZE] ?? 0
    for (let i = 0; i < SIZE; i++) {
      const joined = (at(i) & 0x80000000) | (at(i + 1) & 0x7fffffff)
      this.state[i] = at(i + MIDDLE) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
    this.index = 0
  }

  private bits(count: number): bigint {
    let value = 0n
    for (let shift = 0; shift < count; shift += 32) {
      const wanted = Math.min(32, count - shift)
      value |= BigInt(this.next32() >>> (32 - wanted)) << BigInt(shift)
    }
    return value
  }

  /** A whole number from 0 up to, but without, `limit`. */
  below(limit: number): number {
    const count = BigInt(limit).toString(2).length
    for (;;) {
      const value = Number(this.bits(count))
      if (value < limit) return value
    }
  }

  shuffle(items: List): Operand[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const held = shuffled[i] ?? null
      shuffled[i] = shuffled[j] ?? null
      shuffled[j] = held
    }
    return shuffled
  }
}

function seedNumber(seed: Operand): bigint {
  if (typeof seed === 'string') {
    const bytes = Buffer.from(seed, 'utf8')
    return BigInt(`0x${Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]).toString('hex')}`)
  }
  if (isNumeric(seed) && !(seed instanceof Float)) return BigInt(toInt(seed))
  if (isNumeric(seed) && Number.isInteger(toNumber(seed))) return BigInt(toNumber(seed))
  throw failure(`a seed is text or an int, not ${typeName(seed)}`)
}
