import { Float, fromPlain } from '../value.ts'
import type { Value } from '../value.ts'
import { compact } from './numbers.ts'
import { Special, defined, failure, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { sorted } from './order.ts'
import { floatText } from './print.ts'

export interface JsonStyle {
  /** What a level is indented by; null for everything in one line. */
  readonly indent: string | null
  readonly sortKeys: boolean
  /** Everything beyond ASCII is escaped. */
  readonly ascii: boolean
  readonly item: string
  readonly key: string
}

/** As Python's json.dumps prints it. */
export function printJson(value: Operand, style: JsonStyle, level = 0): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return String(value)
  if (typeof value === 'string') return quote(value, style.ascii)
  if (value instanceof Float) return jsonFloat(value.value)
  if (value instanceof Special) return quote(defined(value).print(), style.ascii)
  const inner = (item: Operand): string => printJson(item, style, level + 1)
  if (isList(value)) return wrap(value.map(inner), '[', ']', style, level)
  // names that are the same as text are one key: the last value counts
  const named = new Map(Array.from(value, ([key, item]) => [keyText(key), item]))
  const order = style.sortKeys ? (sorted([...named.keys()]) as string[]) : [...named.keys()]
  const pairs = order.map((key) => `${quote(key, style.ascii)}${style.key}${inner(named.get(key) ?? null)}`)
  return wrap(pairs, '{', '}', style, level)
}

function wrap(
  items: readonly string[],
  open: string,
  close: string,
  { indent, item }: JsonStyle,
  level: number,
): string {
  if (items.length === 0) return open + close
  if (indent === null) return open + items.join(item) + close
  const line = `\n${indent.repeat(level + 1)}`
  return `${open}${line}${items.join(item.trimEnd() + line)}\n${indent.repeat(level)}${close}`
}

const jsonFloat = (value: number): string =>
  Number.isFinite(value) ? floatText(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'

function quote(text: string, ascii: boolean): string {
  const json = JSON.stringify(text)
  return ascii
    ? json.replace(/[\x7f-\uffff]/g, (char) =>
        char === '\x7f' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : json
}

function keyText(key: Operand): string {
  if (typeof key === 'string') return key
  if (key === null || typeof key !== 'object') return String(key)
  if (key instanceof Float) return jsonFloat(key.value)
  throw failure(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Reads JSON; ints stay exact and floats stay floats, which JSON.parse does not do. */
export function readJson(source: string): Value {
  if (!/\d[\d.eE]|NaN|Infinity/.test(source)) {
    try {
      return fromPlain(JSON.parse(source) as Parameters<typeof fromPlain>[0])
    } catch (error) {
      throw failure(`this is no JSON: ${error instanceof Error ? error.message : ''}`)
    }
  }
  return new JsonReader(source).read()
}

class JsonReader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  read(): Value {
    const value = this.value()
    this.space()
    if (this.at < this.source.length) this.fail('extra data')
    return value
  }

  private value(): Value {
    this.space()
    const char = this.source[this.at]
    if (char === '{') return this.dict()
    if (char === '[') return this.list()
    if (char === '"') return this.string()
    for (const [word, value] of WORDS)
      if (this.source.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    NUMBER.lastIndex = this.at
    const digits = NUMBER.exec(this.source)?.[0] ?? this.fail('expecting a value')
    this.at += digits.length
    return /[.eE]/.test(digits) ? new Float(Number(digits)) : compact(BigInt(digits))
  }

  private dict(): Value {
    const dict = new Map<Value, Value>()
    this.at++
    for (let first = true; !this.take('}'); first = false) {
      if (!first && !this.take(',')) this.fail("expecting ',' or '}'")
      this.space()
      if (this.source[this.at] !== '"') this.fail('expecting a name in double quotes')
      const key = this.string()
      if (!this.take(':')) this.fail("expecting ':'")
      dict.set(key, this.value())
    }
    return dict
  }

  private list(): Value {
    const list: Value[] = []
    this.at++
    for (let first = true; !this.take(']'); first = false) {
      if (!first && !this.take(',')) this.fail("expecting ',' or ']'")
      list.push(this.value())
    }
    return list
  }

  private string(): string {
    const end = /"(?:[^"\\]|\\[^])*"/y
    end.lastIndex = this.at
    const text = end.exec(this.source)?.[0] ?? this.fail('a string has no end')
    try {
      const value = JSON.parse(text) as string
      this.at += text.length
      return value
    } catch {
      return this.fail('a string has an invalid character or escape')
    }
  }

  private take(char: string): boolean {
    this.space()
    const found = this.source[this.at] === char
    if (found) this.at++
    return found
  }

  private space(): void {
    while (/\s/.test(this.source[this.at] ?? '')) this.at++
  }

  private fail(what: string): never {
    const before = this.source.slice(0, this.at).split('\n')
    throw failure(`this is no JSON: ${what} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`)
  }
}

const WORDS: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new Float(NaN)],
  ['Infinity', new Float(Infinity)],
  ['-Infinity', new Float(-Infinity)],
]
