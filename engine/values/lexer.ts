import nunjucks from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import { Openings, quoteRegex, type Opening } from './openings.ts'
import { unescape } from './string-escapes.ts'
import type { Syntax } from './syntax.ts'

export const TOKEN_END = 'end of the template'

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const TYPES: Readonly<Record<string, string>> = {
  '(': nunjucks.TOKEN_LEFT_PAREN,
  ')': nunjucks.TOKEN_RIGHT_PAREN,
  '[': nunjucks.TOKEN_LEFT_BRACKET,
  ']': nunjucks.TOKEN_RIGHT_BRACKET,
  '{': nunjucks.TOKEN_LEFT_CURLY,
  '}': nunjucks.TOKEN_RIGHT_CURLY,
  ',': nunjucks.TOKEN_COMMA,
  ':': nunjucks.TOKEN_COLON,
  '~': nunjucks.TOKEN_TILDE,
  '|': nunjucks.TOKEN_PIPE,
}

const SPACE = /\s+/y
const FLOAT = /(?<!\.)\d(?:_?\d)*(?:(?:\.\d(?:_?\d)*)?[eE][+-]?\d(?:_?\d)*|\.\d(?:_?\d)*)/y
const INT = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y
const LINE_END = /[^\S\n]*:?\s*(?:\n|$)/y
const REST_OF_LINE = /[^\n]*/y
const OPERATOR = /\*\*|\/\/|[=!<>]=|[-+/*%~[\](){}<>=.:|,]/y

/** nunjucks has no name for its class of tokenizers. */
const Tokenizer = nunjucks.lex('').constructor as new (
  source: string,
  options: { readonly tags: Readonly<Record<string, string | undefined>> },
) => nunjucks.Tokenizer

/** Cuts sources as Jinja2 does. It settles all control of whitespace, so that the parser sees only bare tags. */
export class Lexer extends Tokenizer {
  private readonly syntax: Syntax
  /** The closing brackets still to come: an end tag counts only when there are none. */
  private open: string[] = []
  private closes: 'block' | 'variable' | 'line' = 'variable'
  private atLineStart = true
  private readonly openings: Openings

  constructor(source: string, syntax: Syntax) {
    const { variableStart, variableEnd, blockStart, blockEnd, commentStart, commentEnd } = syntax
    const tags = { variableStart, variableEnd, blockStart, blockEnd, commentStart, commentEnd }
    super(source.replace(/\r\n?/g, '\n'), { tags })
    this.syntax = syntax
    this.openings = new Openings(this.str, this.tags, syntax)
  }

  /** The source is one expression: there are no tags around it. */
  startInCode(): this {
    this.in_code = true
    this.closes = 'block'
    this.open = ['nothing']
    return this
  }

  override nextToken(): Token {
    const end = this.lineEnd()
    if (end) return end
    if (this.in_code) this.match(SPACE)
    if (this.isFinished()) return this.token(TOKEN_END, '')
    return this.in_code ? this.code() : this.data()
  }

  private code(): Token {
    if (this.open.length === 0 && this.closes !== 'line') {
      const end = this.closingTag()
      if (end) return end
    }
    const start = { lineno: this.lineno, colno: this.colno }
    const token = (type: string, value: string): Token => ({ type, value, ...start })
    let text: string | undefined
    if ((text = this.match(NAME))) return token(nunjucks.TOKEN_SYMBOL, text)
    if ((text = this.match(FLOAT))) return token(nunjucks.TOKEN_FLOAT, text.replaceAll('_', ''))
    if ((text = this.match(INT))) return token(nunjucks.TOKEN_INT, text.replaceAll('_', ''))
    if ((text = this.match(STRING))) {
      const inner = text.slice(1, -1)
      const plain = this.syntax.plainBackslashes && this.closes === 'variable'
      return token(nunjucks.TOKEN_STRING, plain ? inner : unescape(inner))
    }
    if ((text = this.match(OPERATOR))) {
      const closing = CLOSING[text]
      if (closing) this.open.push(closing)
      else if (this.open.at(-1) === text) this.open.pop()
      return token(TYPES[text] ?? nunjucks.TOKEN_OPERATOR, text)
    }
    const quote = this.str[this.index]
    const what =
      quote === '"' || quote === "'"
        ? `the string that ${quote} opens has no end`
        : `unexpected ${JSON.stringify(quote)}`
    throw new LexerError(what, start.lineno, start.colno)
  }

  /** `%}`, `}}` and their forms with a sign, with the whitespace that they swallow. */
  private closingTag(): Token | undefined {
    const block = this.closes === 'block'
    const end = block ? this.tags.BLOCK_END : this.tags.VARIABLE_END
    const sign = this.str[this.index] ?? ''
    const signed = (sign === '-' || (block && sign === '+')) && this.str.startsWith(end, this.index + 1)
    if (!signed && !this.str.startsWith(end, this.index)) return undefined
    const token = this.token(block ? nunjucks.TOKEN_BLOCK_END : nunjucks.TOKEN_VARIABLE_END, end)
    this.forwardTo(this.index + end.length + (signed ? 1 : 0))
    this.in_code = false
    this.afterTag(signed ? sign : '', block && this.syntax.trimBlocks !== false)
    return token
  }

  /** The end of a line that is a statement, maybe after a colon, with the empty lines behind it. */
  private lineEnd(): Token | undefined {
    if (!this.in_code || this.closes !== 'line' || this.open.length > 0) return undefined
    const token = this.token(nunjucks.TOKEN_BLOCK_END, this.tags.BLOCK_END)
    if (this.match(LINE_END) === undefined) return undefined
    this.in_code = false
    this.atLineStart = true
    return token
  }

  private afterTag(sign: string, trim: boolean): void {
    this.atLineStart = false
    if (sign === '-') this.match(SPACE)
    else if (sign !== '+' && trim && this.str[this.index] === '\n') {
      this.forwardTo(this.index + 1)
      this.atLineStart = true
    }
  }

  private data(): Token {
    const opening = this.openings.next(this.index)
    const token = this.token(nunjucks.TOKEN_DATA, '')
    if (!opening) {
      const text = this.str.slice(this.index)
      this.forwardTo(this.len)
      return { ...token, value: text }
    }
    const text = this.str.slice(this.index, opening.at)
    const sign = this.str[opening.at + opening.tag.length] ?? ''
    const value = this.strip(text, sign, opening.kind === 'block' || opening.kind === 'comment')
    this.forwardTo(opening.at)
    if (opening.kind === 'lineComment') {
      this.match(REST_OF_LINE)
      return { ...token, value }
    }
    if (opening.kind === 'comment') {
      this.skipComment(opening)
      return { ...token, value }
    }
    const raw = opening.kind === 'block' ? this.raw(opening) : undefined
    if (raw !== undefined) return { ...token, value: value + raw }
    if (value !== '') return { ...token, value }
    return this.openingTag(opening, sign)
  }

  private openingTag({ kind, tag }: Opening, sign: string): Token {
    const block = kind !== 'variable'
    const token = this.token(block ? nunjucks.TOKEN_BLOCK_START : nunjucks.TOKEN_VARIABLE_START, tag)
    const signed = sign === '-' || (sign === '+' && block)
    this.forwardTo(this.index + tag.length + (signed ? 1 : 0))
    this.in_code = true
    this.open = []
    this.closes = kind === 'line' ? 'line' : block ? 'block' : 'variable'
    return token
  }

  /** What stays of the text before a tag. */
  private strip(text: string, sign: string, block: boolean): string {
    if (sign === '-') return text.trimEnd()
    if (sign === '+' || !block || this.syntax.lstripBlocks !== true) return text
    const lineStart = text.lastIndexOf('\n') + 1
    if (lineStart === 0 && !this.atLineStart) return text
    return /^\s*$/.test(text.slice(lineStart)) ? text.slice(0, lineStart) : text
  }

  private skipComment({ at, tag }: Opening): void {
    const end = this.str.indexOf(this.tags.COMMENT_END, at + tag.length)
    if (end < 0) throw new LexerError(`the comment has no ${this.tags.COMMENT_END}`, this.lineno, this.colno)
    const sign = end > at + tag.length ? (this.str[end - 1] ?? '') : ''
    this.forwardTo(end + this.tags.COMMENT_END.length)
    this.afterTag(sign, this.syntax.trimBlocks !== false)
  }

  /** The text between `{% raw %}` and `{% endraw %}`, when that is what opens here. */
  private raw({ at, tag }: Opening): string | undefined {
    const [start, end] = [quoteRegex(tag), quoteRegex(this.tags.BLOCK_END)]
    const begin = new RegExp(`${start}[-+]?\\s*raw\\s*(?:-${end}\\s*|${end})`, 'y')
    begin.lastIndex = at
    if (!begin.test(this.str)) return undefined
    const finish = new RegExp(`${start}([-+]?)\\s*endraw\\s*([-+]?)${end}`, 'g')
    finish.lastIndex = begin.lastIndex
    const found = finish.exec(this.str)
    if (!found) throw new LexerError('{% raw %} has no {% endraw %}', this.lineno, this.colno)
    this.atLineStart = false
    const text = this.strip(this.str.slice(begin.lastIndex, found.index), found[1] ?? '', true)
    this.forwardTo(finish.lastIndex)
    this.afterTag(found[2] ?? '', this.syntax.trimBlocks !== false)
    return text
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.index
    const text = pattern.exec(this.str)?.[0]
    if (text !== undefined) this.forwardTo(this.index + text.length)
    return text
  }

  private forwardTo(index: number): void {
    for (let next = this.str.indexOf('\n', this.index); next >= 0 && next < index;) {
      this.lineno++
      this.colno = 0
      this.index = next + 1
      next = this.str.indexOf('\n', this.index)
    }
    this.colno += index - this.index
    this.index = index
  }

  private token(type: string, value: string): Token {
    return { type, value, lineno: this.lineno, colno: this.colno }
  }
}

/** Lines and columns count from 0 here; the parser turns them into a place. */
export class LexerError extends Error {
  readonly lineno: number
  readonly colno: number
  constructor(message: string, lineno: number, colno: number) {
    super(message)
    this.lineno = lineno
    this.colno = colno
  }
}
