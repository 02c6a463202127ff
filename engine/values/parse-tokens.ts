import type { Token } from 'nunjucks/src/lexer.js'
import nunjucks from 'nunjucks/src/parser.js'
import { KplayError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { type Lexer, LexerError, TOKEN_END } from './lexer.ts'

/** Turns a position within a source into a place in a file. */
export type Locate = (lineno: number, colno: number) => Place | undefined

/** Deeper nesting than any person writes would exhaust the stack. */
const DEEPEST = 200

const NAMES: Readonly<Record<string, string>> = {
  symbol: 'a name',
  comma: '","',
  'right-paren': '")"',
  'left-paren': '"("',
  'right-bracket': '"]"',
  'right-curly': '"}"',
}

/** A type of tokens as a person knows it. */
export const nameOf = (type: string): string => NAMES[type] ?? type

/** nunjucks's parser over our lexer: every mistake is a KplayError with its place, and the end is a token too. */
export class TokenParser extends nunjucks.Parser {
  protected readonly locate: Locate
  private depth = 0

  constructor(tokens: Lexer, locate: Locate) {
    super(tokens)
    this.locate = locate
  }

  override error(message: string, lineno?: number, colno?: number): Error {
    const at = lineno === undefined || colno === undefined ? this.peekToken() : { lineno, colno }
    const text = message.replace(/^parse\w+: /, '')
    return new KplayError('BAD_TEMPLATE', text, { place: this.locate(at.lineno, at.colno) })
  }

  override fail(message: string, lineno?: number, colno?: number): never {
    throw this.error(message, lineno, colno)
  }

  failAt(token: Token, expected: string): never {
    const got = token.type === TOKEN_END ? token.type : token.value
    this.fail(`expected ${expected}, got ${got}`, token.lineno, token.colno)
  }

  override nextToken(): Token {
    try {
      return super.nextToken(true)
    } catch (error) {
      if (error instanceof LexerError) this.fail(error.message, error.lineno, error.colno)
      throw error
    }
  }

  override expect(type: string): Token {
    const token = this.nextToken()
    if (token.type !== type) this.failAt(token, nameOf(type))
    return token
  }

  override skip(type: string): boolean {
    const found = this.peekToken().type === type
    if (found) this.nextToken()
    return found
  }

  override skipValue(type: string, value: string): boolean {
    const token = this.peekToken()
    const found = token.type === type && token.value === value
    if (found) this.nextToken()
    return found
  }

  /** Refuses to go deeper than the stack would allow. */
  protected nested<T>(parse: () => T): T {
    if (++this.depth > DEEPEST) this.fail('the expression is nested too deeply')
    const node = parse()
    this.depth--
    return node
  }
}
