import lexer from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import { Float } from '../value.ts'
import type { Value } from '../value.ts'
import { changing } from './access.ts'
import { make } from './nodes.ts'
import type { Arguments, Expression, PairNode, SliceNode, SplatNode, SymbolNode } from './nodes.ts'
import { compact } from './numbers.ts'
import { OperatorParser } from './parse-operators.ts'
import { nameOf } from './parse-tokens.ts'

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

/** Values, what follows them, filters, tests and calls. */
export class ExpressionParser extends OperatorParser {
  /** It may call a method that changes a value, so it must get copies of the variables. */
  changes = false
  /** Braces within an expression, and what stands in them. */
  readonly leftovers: Expression[] = []

  override parsePrimary(): Expression {
    const token = this.nextToken()
    switch (token.type) {
      case lexer.TOKEN_STRING: {
        let text = token.value
        while (this.peekToken().type === lexer.TOKEN_STRING) text += this.nextToken().value
        this.changes ||= changing.has(text)
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
      if (items.length > 0 && !this.skip(lexer.TOKEN_COMMA)) this.failAt(this.peekToken(), `"," or ${nameOf(end)}`)
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
      this.leftovers.push(inner)
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
    if (name.type === lexer.TOKEN_SYMBOL) {
      this.changes ||= changing.has(name.value)
      return make('Attribute', name, target, name.value)
    }
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
    let late: Token | undefined
    const args = this.parseItems(lexer.TOKEN_RIGHT_PAREN, (): Expression | SplatNode | undefined => {
      const token = this.peekToken()
      if (this.skipValue(lexer.TOKEN_OPERATOR, '*')) return make('Splat', token, this.parseExpression(), '*')
      if (this.skipValue(lexer.TOKEN_OPERATOR, '**')) return make('Splat', token, this.parseExpression(), '**')
      const value = this.parseExpression()
      if (!this.skipValue(lexer.TOKEN_OPERATOR, '=')) {
        if (named.children.length > 0) late ??= token
        return value
      }
      if (value.typename !== 'Symbol') this.fail('only a name can stand before "="', token.lineno, token.colno)
      named.children.push(make('Pair', value, value, this.parseExpression()))
      return undefined
    })
    if (late) this.fail('an argument without a name cannot follow one with a name', late.lineno, late.colno)
    const given = args.filter((arg) => arg !== undefined)
    return make('NodeList', start, named.children.length > 0 ? [...given, named] : given)
  }
}
