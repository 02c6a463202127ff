import lexer from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import { make } from './nodes.ts'
import type { Body, Expression, Statement, Target } from './nodes.ts'
import { ExpressionParser } from './parse-expression.ts'

/** Tags that give names to values, and what all tags with a body share. */
export abstract class AssignmentParser extends ExpressionParser {
  /** What a tag holds, up to its end. */
  protected parseBody(tag: Token, end: string): Body {
    this.advanceAfterBlockEnd(tag.value)
    const body = this.parseUntilBlocks(end) as Body
    this.nextToken()
    return body
  }

  protected closeTag(tag: Token): void {
    this.advanceAfterBlockEnd(tag.value)
  }

  override advanceAfterBlockEnd(name?: string): Token {
    const tag = name ?? this.nextToken().value
    const end = this.nextToken()
    if (end.type !== lexer.TOKEN_BLOCK_END) this.failAt(end, `"${this.tokens.tags.BLOCK_END}" after ${tag}`)
    return end
  }

  /** Names to assign to: `a`, `a, b`, `(a, b), c`, `namespace.a`. */
  protected parseTarget(): Target {
    const parse = (): Expression => {
      const start = this.nextToken()
      if (start.type === lexer.TOKEN_LEFT_PAREN) {
        const inner = this.parseTuple(start, [lexer.TOKEN_RIGHT_PAREN], parse)
        this.expect(lexer.TOKEN_RIGHT_PAREN)
        return inner
      }
      if (start.type !== lexer.TOKEN_SYMBOL) this.failAt(start, 'a name to assign to')
      const name = make('Symbol', start, start.value)
      if (!this.skipValue(lexer.TOKEN_OPERATOR, '.')) return name
      return make('Attribute', start, name, this.expect(lexer.TOKEN_SYMBOL).value)
    }
    return this.parseTuple(this.peekToken(), [lexer.TOKEN_OPERATOR], parse) as Target
  }

  override parseSet(): Statement {
    const tag = this.nextToken()
    const target = this.parseTarget()
    if (this.skipValue(lexer.TOKEN_OPERATOR, '=')) {
      const value = this.parseTuple(this.peekToken(), [])
      this.closeTag(tag)
      return make('Assign', tag, target, value)
    }
    // The filters of a block stand before its body is known, so they are applied to a capture that is filled later.
    const capture = make('Capture', tag, null)
    const filtered = this.parseFilter(capture)
    Object.assign(capture, { body: this.parseBody(tag, 'endset') })
    this.closeTag(tag)
    return make('Assign', tag, target, filtered)
  }

  override parseFilterStatement(): Statement {
    const tag = this.nextToken()
    const capture = make('Capture', tag, null)
    const filtered = this.parseFilter(this.parseOneFilter(capture))
    Object.assign(capture, { body: this.parseBody(tag, 'endfilter') })
    this.closeTag(tag)
    return make('Output', tag, [filtered])
  }

  protected parseWith(): Statement {
    const tag = this.nextToken()
    const names: Target[] = []
    const values: Expression[] = []
    while (this.peekToken().type !== lexer.TOKEN_BLOCK_END) {
      if (names.length > 0) this.expect(lexer.TOKEN_COMMA)
      const name = this.expect(lexer.TOKEN_SYMBOL)
      names.push(make('Symbol', name, name.value))
      if (!this.skipValue(lexer.TOKEN_OPERATOR, '=')) this.failAt(this.peekToken(), '"=" after the name')
      values.push(this.parseExpression())
    }
    const body = this.parseBody(tag, 'endwith')
    this.closeTag(tag)
    return make('With', tag, names, values, body)
  }
}
