import type { YamlStyle } from './yaml-print.ts'
import { isTimestamp, resolveScalar } from './yaml-scalar.ts'

interface Position {
  readonly style: Pick<YamlStyle, 'width' | 'unicode' | 'quoted'>
  readonly column: number
  readonly indent: number
  readonly flow: boolean
  /** Keys stand in one line. */
  readonly key: boolean
}

/** A scalar in the first of PyYAML's styles that can hold it: plain, single quotes, double quotes. */
export function printScalar(
  source: string,
  isText: boolean,
  position: Position,
): { readonly text: string; readonly plain: boolean } {
  const { style, key } = position
  const only = analyze(source, style.unicode)
  const means =
    isText &&
    (source === '' ||
      typeof resolveScalar(source) !== 'string' ||
      isTimestamp(source) ||
      source === '=' ||
      source === '<<')
  const forced = isText ? style.quoted : undefined
  if (forced !== '"' && !only.special) {
    const plain =
      forced === undefined && !means && (position.flow ? only.flowPlain : only.blockPlain) && !source.includes('\n')
    if (plain) return { text: fold(source, position, 'plain'), plain: true }
    if (!(key && source.includes('\n')) && !only.spaceBreak)
      return { text: fold(source, position, 'single'), plain: false }
  }
  return { text: doubleQuoted(source, position), plain: false }
}

interface Analysis {
  readonly blockPlain: boolean
  readonly flowPlain: boolean
  /** Only double quotes can show it. */
  readonly special: boolean
  /** A space beside a line break, which folding would lose. */
  readonly spaceBreak: boolean
}

function analyze(source: string, unicode: boolean): Analysis {
  const special = (
    unicode ? /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u : /[^\n\x20-\x7e]/u
  ).test(source)
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(source)
  const spaces = /^\s|\s$/.test(source) || /[\n\x85\u2028\u2029] /.test(source)
  const first = source.charAt(0)
  const followed = source.length === 1 || /\s/.test(source.charAt(1))
  const indicator =
    '#,[]{}&*!|>\'"%@`'.includes(first) || ('?:'.includes(first) && followed) || (first === '-' && followed)
  const document = /^(?:---|\.\.\.)/.test(source)
  const block = indicator || document || /:(?:\s|$)|\s#/.test(source)
  const flow = block || /[,?[\]{}:]/.test(source) || ('?:-'.includes(first) && (followed || first !== '-'))
  const lines = /[\n\x85\u2028\u2029]/.test(source)
  const base = source !== '' && !special && !spaces && !lines
  return { blockPlain: base && !block, flowPlain: base && !flow, special, spaceBreak }
}

/** Breaks long lines at single spaces; a line break of the text becomes an empty line. */
function fold(source: string, { style, column, indent, key }: Position, kind: 'plain' | 'single'): string {
  const quote = kind === 'single' ? "'" : ''
  const breaks = `\n${' '.repeat(indent)}`
  let [out, at] = [quote, column + quote.length]
  const write = (text: string): void => {
    out += text
    at = text.includes('\n') ? text.length - text.lastIndexOf('\n') - 1 : at + text.length
  }
  const pieces = source.match(/ +|\n+|[^ \n]+/g) ?? []
  pieces.forEach((piece, index) => {
    const inside = index > 0 && index < pieces.length - 1
    if (piece.startsWith('\n'))
      write(`${piece.startsWith('\n') ? '\n' : ''}${piece}`.slice(0, -0 || undefined) + ' '.repeat(indent))
    else if (piece === ' ' && inside && !key && at > style.width) write(breaks)
    else write(kind === 'single' ? piece.replaceAll("'", "''") : piece)
  })
  return out + quote
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escaped(char: string, unicode: boolean): string {
  const named = ESCAPES[char]
  if (named !== undefined && !(unicode && char === '\xa0')) return `\\${named}`
  const code = char.codePointAt(0) ?? 0
  if (
    (code >= 0x20 && code <= 0x7e) ||
    (unicode && ((code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff)))
  )
    return char
  if (code < 0x100) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
  return code < 0x10000
    ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
}

function doubleQuoted(source: string, { style, column, indent, key }: Position): string {
  let [out, at] = ['"', column + 1]
  const write = (text: string): void => {
    out += text
    at += text.length
  }
  const chars = Array.from(source)
  let pending = ''
  const flush = (): void => {
    write(pending)
    pending = ''
  }
  chars.forEach((char, index) => {
    const shown = escaped(char, style.unicode)
    if (char === ' ' || shown !== char) flush()
    if (shown === char && char !== ' ') pending += char
    else if (char !== ' ') write(shown)
    const inside = index > 0 && index < chars.length - 1
    if (!key && inside && (char === ' ' || pending === '') && at + pending.length > style.width) {
      flush()
      out += `\\\n${' '.repeat(indent)}`
      at = indent
      if (char === ' ') write('\\ ')
    } else if (char === ' ') write(' ')
  })
  flush()
  return `${out}"`
}
