import type { Place } from '../../errors.ts'
import { Float, Template, type Raw, type Value } from '../../value.ts'
import { text as printed } from '../../values/print.ts'
import { unescape } from '../../values/string-escapes.ts'
import { along, rawText } from '../nodes.ts'

/**
 * A value of an INI inventory: what Python's `ast.literal_eval` makes of it (number, quoted text, True, False, None, list,
 * tuple, set, dict; a comment may follow), as Ansible then uses it: tuples and sets are lists, bytes, complex numbers
 * and `...` text. Everything else is the text itself.
 */
export function readLiteral(text: string, place: Place): Raw {
  const reader = new LiteralReader(text, place)
  const value = reader.whole()
  return value === undefined ? rawText(text, place) : value
}

const WORDS: ReadonlyMap<string, Raw> = new Map<string, Raw>([
  ['True', true],
  ['False', false],
  ['None', null],
])
const DIGITS = '\\d(?:_?\\d)*'
const NUMBER = new RegExp(
  `([-+]\\s*)?(?:0[xX](?:_?[\\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][-+]?${DIGITS})?)`,
  'y',
)
const SIZE = '[\\d_]*\\.?[\\d_]+(?:[eE][-+]?\\d+)?'
const COMPLEX = new RegExp(`(?:([-+]?\\s*${SIZE})\\s*(?=[-+]))?([-+]?\\s*${SIZE})[jJ]`, 'y')
const REAL = /[.eE]/
const QUOTE = /([rRbBuU]{0,2})('''|"""|'|")/y

class LiteralReader {
  readonly #text: string
  readonly #place: Place
  #at = 0

  constructor(text: string, place: Place) {
    this.#text = text
    this.#place = place
  }

  /** The one value that the text is; values with commas between them, without brackets, are a list too. */
  whole(): Raw | undefined {
    const first = this.#value()
    if (first === undefined) return undefined
    const items = [first]
    let isList = false
    while (this.#take(',')) {
      isList = true
      if (this.#atEnd()) break
      const item = this.#value()
      if (item === undefined) return undefined
      items.push(item)
    }
    if (!this.#atEnd()) return undefined
    return isList ? items : first
  }

  #atEnd(): boolean {
    this.#skip()
    return this.#at === this.#text.length || this.#text.charAt(this.#at) === '#'
  }

  #value(): Raw | undefined {
    this.#skip()
    const char = this.#text.charAt(this.#at)
    if (char === '[') return this.#items(']')
    if (char === '(') return this.#items(')')
    if (char === '{') return this.#braces()
    if (this.#take('...')) return '...'
    if (this.#take('set()')) return []
    const [word = ''] = /^[A-Za-z_]\w*/.exec(this.#text.slice(this.#at, this.#at + 6)) ?? []
    const known = WORDS.get(word)
    if (known !== undefined) {
      this.#at += word.length
      return known
    }
    return this.#quoted() ?? this.#complex() ?? this.#number()
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

  /** One quoted text, or several that stand beside each other. */
  #quoted(): Raw | undefined {
    let all: string | undefined
    let place = this.#place
    for (let part = this.#string(); part !== undefined; part = this.#string()) {
      if (all === undefined) place = along(this.#place, part.at)
      all = (all ?? '') + part.text
      this.#skip()
    }
    return all === undefined ? undefined : rawText(all, place)
  }

  #string(): { readonly text: string; readonly at: number } | undefined {
    QUOTE.lastIndex = this.#at
    const [opening, prefix = '', quote = ''] = QUOTE.exec(this.#text) ?? []
    if (opening === undefined) return undefined
    const at = this.#at + opening.length
    const end = new RegExp(`((?:\\\\[^]|(?!${quote})[^\\\\])*)${quote}`, 'y')
    end.lastIndex = at
    const [all, inner = ''] = end.exec(this.#text) ?? []
    if (all === undefined) return undefined
    this.#at = at + all.length
    return { text: /r/i.test(prefix) ? inner : unescape(inner), at }
  }

  /** A list; in round brackets a single value without a comma is that value. */
  #items(closing: string): Raw | undefined {
    this.#at++
    const items: Raw[] = []
    let comma = false
    while (!this.#take(closing)) {
      if (items.length > 0 && !comma) return undefined
      const item = this.#value()
      if (item === undefined) return undefined
      items.push(item)
      comma = this.#take(',')
    }
    const [only] = items
    return closing === ')' && items.length === 1 && !comma && only !== undefined ? only : items
  }

  /** A dict or a set. */
  #braces(): Raw | undefined {
    this.#at++
    const dict = new Map<Value, Raw>()
    const set = new Set<Raw>()
    let comma = true
    while (!this.#take('}')) {
      const key = comma ? this.#value() : undefined
      // Neither a list nor a dict can be a key.
      if (key === undefined || (typeof key === 'object' && key !== null && !isText(key))) return undefined
      if (this.#take(':')) {
        const value = this.#value()
        if (value === undefined || set.size > 0) return undefined
        dict.set(key instanceof Template ? key.source : key, value)
      } else if (dict.size > 0) return undefined
      else set.add(key)
      comma = this.#take(',')
    }
    return set.size > 0 ? [...set] : dict
  }

  #number(): Raw | undefined {
    NUMBER.lastIndex = this.#at
    const [written, sign = ''] = NUMBER.exec(this.#text) ?? []
    if (written === undefined) return undefined
    const digits = written.slice(sign.length).replaceAll('_', '')
    const isNegative = sign.startsWith('-')
    const isBased = /^0[xXoObB]/.test(digits)
    // Python refuses 012 as a number, so it is text.
    if (/^0+[1-9]/.test(digits) && !REAL.test(digits)) return undefined
    this.#at += written.length
    if (!isBased && REAL.test(digits)) return new Float((isNegative ? -1 : 1) * Number(digits))
    const whole = BigInt(digits) * (isNegative ? -1n : 1n)
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  }

  /** A complex number is text, as Python writes it. */
  #complex(): Raw | undefined {
    COMPLEX.lastIndex = this.#at
    const [written, real, imaginary] = COMPLEX.exec(this.#text) ?? []
    if (written === undefined || imaginary === undefined) return undefined
    this.#at += written.length
    const size = `${pythonNumber(imaginary)}j`
    return real === undefined ? size : `(${pythonNumber(real)}${/^[-+]/.test(size) ? '' : '+'}${size})`
  }
}

const isText = (raw: object): raw is Template | Float => raw instanceof Template || raw instanceof Float

/** A part of a complex number as Python prints it: without a fraction when it is whole. */
const pythonNumber = (written: string): string =>
  printed(new Float(Number(written.replace(/[\s_]/g, '')))).replace(/\.0$/, '')
