import { Float, type Raw } from '../../value.ts'
import { rawText } from '../nodes.ts'
import type { Place } from '../../errors.ts'

/**
 * A value of an INI inventory: a Python literal (number, quoted text, True, False, None, list, tuple, dict) where it
 * is one as a whole, else the text itself.
 */
export function readLiteral(text: string, place: Place): Raw {
  const reader = new LiteralReader(text, place)
  const value = reader.value()
  return value === undefined || !reader.atEnd() ? rawText(text, place) : value
}

const WORDS: ReadonlyMap<string, Raw> = new Map<string, Raw>([
  ['True', true],
  ['False', false],
  ['None', null],
])
const NUMBER =
  /[-+]?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)/y

class LiteralReader {
  readonly #text: string
  readonly #place: Place
  #at = 0

  constructor(text: string, place: Place) {
    this.#text = text
    this.#place = place
  }

  atEnd(): boolean {
    this.#skip()
    return this.#at === this.#text.length
  }

  value(): Raw | undefined {
    this.#skip()
    const char = this.#text.charAt(this.#at)
    if (char === '"' || char === "'") return this.#quoted(char)
    if (char === '[') return this.#items(']')
    if (char === '(') return this.#items(')')
    if (char === '{') return this.#dict()
    for (const [word, value] of WORDS) if (this.#take(word)) return value
    return this.#number()
  }

  #skip(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++
  }

  #take(token: string): boolean {
    this.#skip()
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #quoted(quote: string): Raw | undefined {
    const end = new RegExp(`${quote}((?:[^\\\\${quote}]|\\\\.)*)${quote}`, 'ys')
    end.lastIndex = this.#at
    const [all, inner] = end.exec(this.#text) ?? []
    if (all === undefined || inner === undefined) return undefined
    const place = { ...this.#place, column: this.#place.column + this.#at + 1 }
    this.#at += all.length
    return rawText(
      inner.replace(/\\([nrt\\'"])/g, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char),
      place,
    )
  }

  #items(closing: string): Raw | undefined {
    this.#at++
    const items: Raw[] = []
    while (!this.#take(closing)) {
      const item = this.value()
      if (item === undefined) return undefined
      items.push(item)
      if (!this.#take(',') && !this.#text.startsWith(closing, this.#at)) return undefined
    }
    return items
  }

  #dict(): Raw | undefined {
    this.#at++
    const dict = new Map<string | number | boolean | null, Raw>()
    while (!this.#take('}')) {
      const key = this.value()
      if (key === undefined || (typeof key === 'object' && key !== null) || typeof key === 'bigint') return undefined
      if (!this.#take(':')) return undefined
      const value = this.value()
      if (value === undefined) return undefined
      dict.set(key, value)
      if (!this.#take(',') && !this.#text.startsWith('}', this.#at)) return undefined
    }
    return dict
  }

  #number(): Raw | undefined {
    NUMBER.lastIndex = this.#at
    const [written] = NUMBER.exec(this.#text) ?? []
    if (written === undefined) return undefined
    const digits = written.replaceAll('_', '')
    // Python refuses 012 as a number, so it is text.
    if (/^[-+]?0\d/.test(digits) && !/[.eE]/.test(digits)) return undefined
    this.#at += written.length
    if (/^[-+]?(?:0[xXoObB])/.test(digits) || /^[-+]?\d+$/.test(digits)) {
      const size = BigInt(digits.replace(/^[-+]/, ''))
      const int = digits.startsWith('-') ? -size : size
      return Number.isSafeInteger(Number(int)) ? Number(int) : int
    }
    return new Float(Number(digits))
  }
}
