import { isTimestamp, readPlain } from './yaml-scalar.ts'
import type { YamlWriter } from './yaml-writer.ts'

/** What of a text decides how it can be written. */
export interface Analysis {
  readonly empty: boolean
  readonly multiline: boolean
  readonly flowPlain: boolean
  readonly blockPlain: boolean
  readonly singleQuoted: boolean
}

const BREAK = /[\r\n\x85\u2028\u2029]/
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u
const SPECIAL_ASCII = /[^\n\x20-\x7e]/u

export function analyze(source: string, unicode: boolean): Analysis {
  const special = (unicode ? SPECIAL : SPECIAL_ASCII).test(source)
  const multiline = BREAK.test(source)
  const edge = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(source)
  const breakSpace = /[\n\x85\u2028\u2029] /.test(source)
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(source)
  const plain = !edge && !breakSpace && !spaceBreak && !special && !multiline
  const { flow, block } = indicators(source)
  return {
    empty: source === '',
    multiline,
    flowPlain: source !== '' && plain && !flow,
    blockPlain: plain && !block,
    singleQuoted: !breakSpace && !spaceBreak && !special,
  }
}

/** Characters that would mean something to YAML where they stand. */
function indicators(source: string): { readonly flow: boolean; readonly block: boolean } {
  const followed = source.length === 1 || /^.[\0 \t\r\n\x85\u2028\u2029]/s.test(source)
  const always =
    /^(?:---|\.\.\.)/.test(source) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(source) ||
    (source.startsWith('-') && followed) ||
    /[\0 \t\r\n\x85\u2028\u2029]#/.test(source)
  const colon = /.:(?=[\0 \t\r\n\x85\u2028\u2029]|$)/s.test(source)
  const block = always || (/^[?:]/.test(source) && followed) || colon
  return { block, flow: block || /^[?:]/.test(source) || /.[,?[\]{}:]/s.test(source) }
}

/** Whether plain text would be read as something else. */
export const meansMore = (source: string): boolean =>
  source === '' || source === '=' || source === '<<' || isTimestamp(source) || typeof readPlain(source) !== 'string'

/** A space where a long line may be broken: alone, and neither first nor last. */
const mayBreak = (writer: YamlWriter, chars: readonly string[], at: number): boolean =>
  chars[at] === ' ' && chars[at - 1] !== ' ' && writer.column > writer.width && at > 0 && at < chars.length - 1

export function writePlain(writer: YamlWriter, source: string, split: boolean): void {
  writer.space()
  const chars = Array.from(source)
  for (const [at, char] of chars.entries()) {
    if (split && chars[at + 1] !== ' ' && mayBreak(writer, chars, at)) writer.goToIndent()
    else writer.content(char)
  }
}

export function writeSingleQuoted(writer: YamlWriter, source: string, split: boolean): void {
  writer.indicator("'", { spaced: true })
  let afterBreak = false
  const chars = Array.from(source)
  for (const [at, char] of chars.entries()) {
    const isBreak = BREAK.test(char)
    if (isBreak) {
      if (!afterBreak && char === '\n') writer.lineBreak()
      breakLine(writer, char)
    } else if (split && chars[at + 1] !== ' ' && mayBreak(writer, chars, at)) writer.goToIndent()
    else {
      if (afterBreak) writer.goToIndent()
      writer.content(char === "'" ? "''" : char)
    }
    afterBreak = isBreak
  }
  if (afterBreak) writer.goToIndent()
  writer.indicator("'")
}

function breakLine(writer: YamlWriter, char: string): void {
  writer.lineBreak()
  if (char !== '\n') writer.out = writer.out.slice(0, -1) + char
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '\0': '0', '\x07': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\x1b': 'e' },
  ...{ '"': '"', '\\': '\\', '\x85': 'N', '\xa0': '_', '\u2028': 'L', '\u2029': 'P' },
}

export function writeDoubleQuoted(writer: YamlWriter, source: string, split: boolean): void {
  writer.indicator('"', { spaced: true })
  const chars = Array.from(source)
  for (const [at, char] of chars.entries()) {
    if (split && mayBreak(writer, chars, at)) {
      writer.goToIndent()
      if (chars[at + 1] === ' ') writer.content('\\')
    } else writer.content(escaped(char, writer.unicode) ?? char)
  }
  writer.indicator('"')
}

/** JavaScript's undefined for what can stand as it is. */
function escaped(char: string, unicode: boolean): string | undefined {
  const code = char.codePointAt(0) ?? 0
  const wide = unicode && ((code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff))
  const plain = (code >= 0x20 && code <= 0x7e) || wide
  if (plain && !'"\\\x85\u2028\u2029'.includes(char)) return undefined
  const name = ESCAPES[char]
  if (name !== undefined) return `\\${name}`
  const hex = code.toString(16).toUpperCase()
  return code < 0x100
    ? `\\x${hex.padStart(2, '0')}`
    : code < 0x10000
      ? `\\u${hex.padStart(4, '0')}`
      : `\\U${hex.padStart(8, '0')}`
}
