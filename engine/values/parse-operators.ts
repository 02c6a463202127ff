import lexer from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import { make } from './nodes.ts'
import type { CompareOperandNode, Expression } from './nodes.ts'
import { TokenParser } from './parse-tokens.ts'

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>='])

/** The operators of Jinja2, loosest first; `or` and `and` are nunjucks's own. */
export abstract class OperatorParser extends TokenParser {
  override parseExpression(): Expression {
    return this.nested(() => this.parseInlineIf())
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
    return make(
      'Not',
      token,
      this.nested(() => this.parseNot()),
    )
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
    const node = this.parsePostfix(this.nested(() => this.parseSigned()))
    return withoutFilters ? node : this.parseFilter(node)
  }

  private parseSigned(): Expression {
    const token = this.peekToken()
    if (this.skipValue(lexer.TOKEN_OPERATOR, '-')) return make('Neg', token, this.parseUnary(true))
    if (this.skipValue(lexer.TOKEN_OPERATOR, '+')) return make('Pos', token, this.parseUnary(true))
    return this.parsePrimary()
  }

  abstract override parsePrimary(): Expression
  abstract override parsePostfix(node: Expression): Expression
  abstract override parseFilter(node: Expression): Expression
}
