import lexer from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import nunjucks from 'nunjucks/src/parser.js'
import { KplayError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { Float } from '../value.ts'
import type { Value } from '../value.ts'
import { type Lexer, LexerError, TOKEN_END } from './lexer.ts'
import { make } from './nodes.ts'
import type { Arguments, CompareOperandNode, Expression, PairNode, SliceNode, SplatNode, SymbolNode } from './nodes.ts'
import { compact } from './numbers.ts'

/** Turns a position within a source into a place in a file. */
export type Locate = (lineno: number, colno: number) => Place | undefined

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>='])
const CONSTANTS = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])
/** Words that cannot begin the argument of a test without parentheses. */
const AFTER_TEST = new Set(['else', 'or', 'and', 'if', 'is', 'in', 'not', 'recursive'])
/** Deeper nesting than any person writes would exhaust the stack. */
const DEEPEST = 200

/** nunjucks's parser with the grammar of Jinja2's expressions. */
export class ExpressionParser extends nunjucks.Parser {
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
    if (token.type !== type) this.failAt(token, type.replace('symbol', 'a name').replace('-', ' '))
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

  override parseExpression(): Expression {
    if (++this.depth > DEEPEST) this.fail('the expression is nested too deeply')
    const node = this.parseInlineIf()
    this.depth--
    return node
  }

  override parseInlineIf(): Expression {
    let node = this.parseOr() as Expression
    while (this.skipSymbol('if')) {
      const condition = this.parseOr() as Expression
      const otherwise = this.skipSymbol('else') ? this.parseExpression() : null
      const inline = make('InlineIf', node)
      inline.cond = condition
      inline.body = node
      inline.else_ = otherwise
      node = inline
    }
    return node
  }

  override parseNot(): Expression {
    const token = this.peekToken()
    if (!this.skipSymbol('not')) return this.parseIn()
    if (++this.depth > DEEPEST) this.fail('the expression is nested too deeply')
    const node = make('Not', token, this.parseNot())
    this.depth--
    return node
  }

  /** All comparisons, `in` and `not in` are one chain. */
  override parseIn(): Expression {
    const first = this.parseAdd()
    const operands: CompareOperandNode[] = []
    for (;;) {
      const token = this.peekToken()
      const type = this.comparison(token)
      if (type === undefined) break
      operands.push(make('CompareOperand', token, this.parseAdd(), type))
    }
    return operands.length > 0 ? make('Compare', operands[0] ?? first, first, operands) : first
  }

  private comparison({ type, value }: Token): string | undefined {
    if (type === lexer.TOKEN_OPERATOR && COMPARISONS.has(value)) return this.nextToken().value
    if (this.skipSymbol('in')) return 'in'
    if (!this.skipSymbol('not')) return undefined
    if (!this.skipSymbol('in')) this.failAt(this.peekToken(), '"in" after "not"')
    return 'not in'
  }

  override parseAdd(): Expression {
    let node = this.parseConcat()
    for (;;) {
      const token = this.peekToken()
      if (this.skipValue(lexer.TOKEN_OPERATOR, '+')) node = make('Add', token, node, this.parseConcat())
      else if (this.skipValue(lexer.TOKEN_OPERATOR, '-')) node = make('Sub', token, node, this.parseConcat())
      else return node
    }
  }

  override parseConcat(): Expression {
    let node = this.parseMul()
    for (let token = this.peekToken(); this.skip(lexer.TOKEN_TILDE); token = this.peekToken())
      node = make('Concat', token, node, this.parseMul())
    return node
  }

  override parseMul(): Expression {
    let node = this.parsePow()
    for (;;) {
      const token = this.peekToken()
      const operator = (name: string): boolean => this.skipValue(lexer.TOKEN_OPERATOR, name)
      if (operator('*')) node = make('Mul', token, node, this.parsePow())
      else if (operator('/')) node = make('Div', token, node, this.parsePow())
      else if (operator('//')) node = make('FloorDiv', token, node, this.parsePow())
      else if (operator('%')) node = make('Mod', token, node, this.parsePow())
      else return node
    }
  }

  override parsePow(): Expression {
    let node = this.parseUnary()
    for (let token = this.peekToken(); this.skipValue(lexer.TOKEN_OPERATOR, '**'); token = this.peekToken())
      node = make('Pow', token, node, this.parseUnary())
    return node
  }

  override parseUnary(withoutFilters = false): Expression {
    const token = this.peekToken()
    if (++this.depth > DEEPEST) this.fail('the expression is nested too deeply')
    let node: Expression
    if (this.skipValue(lexer.TOKEN_OPERATOR, '-')) node = make('Neg', token, this.parseUnary(true))
    else if (this.skipValue(lexer.TOKEN_OPERATOR, '+')) node = make('Pos', token, this.parseUnary(true))
    else node = this.parsePrimary()
    this.depth--
    node = this.parsePostfix(node)
    return withoutFilters ? node : this.parseFilter(node)
  }

  override parsePrimary(): Expression {
    const token = this.nextToken()
    switch (token.type) {
      case lexer.TOKEN_STRING: {
        let text = token.value
        while (this.peekToken().type === lexer.TOKEN_STRING) text += this.nextToken().value
        return make('Literal', token, text)
      }
      case lexer.TOKEN_INT:
        return make('Literal', token, compact(BigInt(token.value)))
      case lexer.TOKEN_FLOAT:
        return make('Literal', token, new Float(Number(token.value)))
      case lexer.TOKEN_SYMBOL: {
        const constant = CONSTANTS.get(token.value)
        return constant === undefined ? make('Symbol', token, token.value) : make('Literal', token, constant)
      }
      case lexer.TOKEN_LEFT_PAREN: {
        const node = this.parseTuple(token, [lexer.TOKEN_RIGHT_PAREN])
        this.expect(lexer.TOKEN_RIGHT_PAREN)
        return node
      }
      case lexer.TOKEN_LEFT_BRACKET:
        return make(
          'Array',
          token,
          this.parseItems(lexer.TOKEN_RIGHT_BRACKET, () => this.parseExpression()),
        )
      case lexer.TOKEN_LEFT_CURLY:
        return this.parseDict(token)
      default:
        return this.failAt(token, 'an expression')
    }
  }

  /** `a`, `a, b` or, up to one of the `ends`, nothing at all. */
  protected parseTuple(start: Token, ends: readonly string[], parse = () => this.parseExpression()): Expression {
    const atEnd = (): boolean => ends.includes(this.peekToken().type)
    if (atEnd()) return make('Tuple', start, [])
    const first = parse()
    if (this.peekToken().type !== lexer.TOKEN_COMMA) return first
    const items = [first]
    while (this.skip(lexer.TOKEN_COMMA)) {
      if (atEnd()) break
      items.push(parse())
    }
    return make('Tuple', start, items)
  }

  private parseItems<T>(end: string, parse: () => T): T[] {
    const items: T[] = []
    while (!this.skip(end)) {
      if (items.length > 0 && !this.skip(lexer.TOKEN_COMMA))
        this.failAt(this.peekToken(), `"," or ${end.replace('-', ' ')}`)
      if (items.length > 0 && this.skip(end)) break
      items.push(parse())
    }
    return items
  }

  private parseDict(start: Token): Expression {
    // `{{ x }}` within an expression: a dict is no key of a dict, so braces that somebody left over are meant.
    if (this.skip(lexer.TOKEN_LEFT_CURLY)) {
      const inner = this.parseExpression()
      this.expect(lexer.TOKEN_RIGHT_CURLY)
      this.expect(lexer.TOKEN_RIGHT_CURLY)
      return inner
    }
    const pairs = this.parseItems(lexer.TOKEN_RIGHT_CURLY, (): PairNode => {
      const key = this.parseExpression()
      if (!this.skip(lexer.TOKEN_COLON)) this.failAt(this.peekToken(), '":" after the key of a dict')
      return make('Pair', key, key, this.parseExpression())
    })
    return make('Dict', start, pairs)
  }

  override parsePostfix(start: Expression): Expression {
    let node = start
    for (;;) {
      const token = this.peekToken()
      if (token.type === lexer.TOKEN_LEFT_PAREN) node = make('FunCall', node, node, this.parseSignature())
      else if (this.skip(lexer.TOKEN_LEFT_BRACKET)) node = this.parseSubscript(node, token)
      else if (this.skipValue(lexer.TOKEN_OPERATOR, '.')) node = this.parseAttribute(node, token)
      else return node
    }
  }

  private parseAttribute(target: Expression, dot: Token): Expression {
    const name = this.nextToken()
    if (name.type === lexer.TOKEN_SYMBOL) return make('Attribute', name, target, name.value)
    if (name.type !== lexer.TOKEN_INT) this.failAt(name, 'a name after "."')
    return make('LookupVal', dot, target, make('Literal', name, Number(name.value)))
  }

  private parseSubscript(target: Expression, bracket: Token): Expression {
    if (this.peekToken().type === lexer.TOKEN_RIGHT_BRACKET) this.failAt(this.peekToken(), 'an index')
    const index = this.parseIndex()
    this.expect(lexer.TOKEN_RIGHT_BRACKET)
    return make('LookupVal', bracket, target, index)
  }

  private parseIndex(): Expression | SliceNode {
    const token = this.peekToken()
    const part = (): Expression | null => {
      const { type } = this.peekToken()
      return type === lexer.TOKEN_COLON || type === lexer.TOKEN_RIGHT_BRACKET ? null : this.parseExpression()
    }
    const start = part()
    if (!this.skip(lexer.TOKEN_COLON)) return start ?? this.failAt(token, 'an index')
    const stop = part()
    return make('Slice', token, start, stop, this.skip(lexer.TOKEN_COLON) ? part() : null)
  }

  /** Filters, tests and calls after a value, in any order. */
  override parseFilter(start: Expression): Expression {
    let node = start
    for (;;) {
      if (this.skip(lexer.TOKEN_PIPE)) node = this.parseOneFilter(node)
      else if (this.skipSymbol('is')) node = this.parseTest(node)
      else if (this.peekToken().type === lexer.TOKEN_LEFT_PAREN)
        node = make('FunCall', node, node, this.parseSignature())
      else return node
    }
  }

  protected parseOneFilter(input: Expression): Expression {
    const name = this.parseFilterName()
    return make('Filter', name, name, make('NodeList', name, [input, ...this.parseFilterArgs()]))
  }

  override parseFilterName(): SymbolNode {
    return super.parseFilterName() as SymbolNode
  }

  override parseFilterArgs(): Arguments['children'] {
    return this.peekToken().type === lexer.TOKEN_LEFT_PAREN ? this.parseSignature().children : []
  }

  private parseTest(target: Expression): Expression {
    const negated = this.skipSymbol('not')
    const name = this.parseFilterName()
    const test = make('Test', name, target, name, make('NodeList', name, this.parseTestArgs()))
    return negated ? make('Not', name, test) : test
  }

  private parseTestArgs(): Arguments['children'] {
    const { type, value } = this.peekToken()
    if (type === lexer.TOKEN_LEFT_PAREN) return this.parseSignature().children
    const starters = [
      lexer.TOKEN_STRING,
      lexer.TOKEN_INT,
      lexer.TOKEN_FLOAT,
      lexer.TOKEN_LEFT_BRACKET,
      lexer.TOKEN_LEFT_CURLY,
    ]
    const starts = starters.includes(type) || (type === lexer.TOKEN_SYMBOL && !AFTER_TEST.has(value))
    return starts ? [this.parsePostfix(this.parsePrimary())] : []
  }

  override parseSignature(): Arguments {
    const start = this.expect(lexer.TOKEN_LEFT_PAREN)
    const named = make('KeywordArgs', start)
    const args = this.parseItems(lexer.TOKEN_RIGHT_PAREN, (): Expression | SplatNode | undefined => {
      const token = this.peekToken()
      if (this.skipValue(lexer.TOKEN_OPERATOR, '*')) return make('Splat', token, this.parseExpression(), '*')
      if (this.skipValue(lexer.TOKEN_OPERATOR, '**')) return make('Splat', token, this.parseExpression(), '**')
      const value = this.parseExpression()
      if (!this.skipValue(lexer.TOKEN_OPERATOR, '=')) return value
      if (value.typename !== 'Symbol') this.fail('only a name can stand before "="', token.lineno, token.colno)
      named.children.push(make('Pair', value, value, this.parseExpression()))
      return undefined
    })
    const given = args.filter((arg) => arg !== undefined)
    return make('NodeList', start, named.children.length > 0 ? [...given, named] : given) as Arguments
  }
}
