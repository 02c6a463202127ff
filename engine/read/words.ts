import type { Place } from '../errors.ts'
import { along } from './nodes.ts'

export interface Word {
  readonly text: string
  readonly place: Place
  /** Where it begins in the text that was split. */
  readonly start: number
}

/**
 * Splits text at white space, but never within quotes or within `{{ }}`, `{% %}` and `{# #}`, whatever they hold.
 * Quotes stay. undefined: a quote or brace is never closed.
 */
export function splitWords(text: string, place: Place): readonly Word[] | undefined {
  const words: Word[] = []
  let start = -1
  let quote = ''
  let closing = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    const pair = text.slice(at, at + 2)
    if (start < 0 && /\s/.test(char)) continue
    if (start < 0) start = at
    if (closing) {
      if (pair !== closing) continue
      closing = ''
      at++
    } else if (PAIRS[pair]) {
      closing = PAIRS[pair]
      at++
    } else if (char === '\\' && quote !== "'") {
      at++
    } else if (quote) {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") {
      quote = char
    } else if (/\s/.test(char)) {
      words.push(wordAt(text, start, at, place))
      start = -1
    }
  }
  if (quote || closing) return undefined
  if (start >= 0) words.push(wordAt(text, start, text.length, place))
  return words
}

const PAIRS: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' }

function wordAt(text: string, start: number, end: number, place: Place): Word {
  const before = text.slice(0, start)
  const lines = before.split('\n').length - 1
  const column = lines > 0 ? place.column + before.length - before.lastIndexOf('\n') - 1 : place.column + start
  return { text: text.slice(start, end), start, place: { ...place, line: place.line + lines, column } }
}

export interface Pair {
  readonly key: string
  readonly keyPlace: Place
  readonly value: string
  readonly place: Place
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** `key=value` → both; quotes around the value are taken off, and the usual backslash escapes are undone. A key may be a template. */
export function readPair({ text, place }: Omit<Word, 'start'>): Pair | undefined {
  const [, key, written = ''] = /^((?:\{\{.*?\}\}|[^=\s'"{])+)=(.*)$/s.exec(text) ?? []
  if (key === undefined) return undefined
  const quoted = /^(["'])(.*)\1$/s.exec(written)
  const value = (quoted?.[2] ?? written).replace(
    ESCAPE,
    (_, unicode: string | undefined, hex: string | undefined, simple: string | undefined) =>
      unicode || hex
        ? String.fromCharCode(parseInt(unicode ?? hex ?? '', 16))
        : (ESCAPED[simple ?? ''] ?? simple ?? ''),
  )
  return { key, keyPlace: place, value, place: along(place, key.length + (quoted ? 2 : 1)) }
}
