import lexer from 'nunjucks/src/lexer.js'
import type { Token } from 'nunjucks/src/lexer.js'
import { KplayError } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'
import { TOKEN_END } from './lexer.ts'
import { make } from './nodes.ts'
import type { Arguments, Body, Expression, Statement, SymbolNode } from './nodes.ts'
import { AssignmentParser } from './parse-assignment.ts'

const TAGS = [
  'autoescape',
  'block',
  'break',
  'call',
  'continue',
  'do',
  'extends',
  'filter',
  'for',
  'from',
  'if',
  'import',
  'include',
  'macro',
  'raw',
  'set',
  'with',
]

/** nunjucks's parser with the statements of Jinja2. */
export class StatementParser extends AssignmentParser {
  /** The tags that are open, with where they began. */
  private readonly opened: Token[] = []

  /** The source is one bare expression, as in `when:`. */
  parseBare(): Expression {
    const node = this.parseTuple(this.peekToken(), [TOKEN_END])
    const rest = this.peekToken()
    if (rest.type !== TOKEN_END) this.fail(`unexpected ${rest.value} after the expression`, rest.lineno, rest.colno)
    return node
  }

  override parseAsRoot(): Body {
    return make('Root', { lineno: 0, colno: 0 }, this.parseNodes())
  }

  override parse(): Body {
    return make('NodeList', this.peekToken(), this.parseNodes())
  }

  override parseNodes(): Statement[] {
    const found: Statement[] = []
    for (;;) {
      const token = this.nextToken()
      if (token.type === TOKEN_END) {
        const open = this.opened.at(-1)
        if (open) this.fail(`{% ${open.value} %} has no {% end${open.value} %}`, open.lineno, open.colno)
        return found
      }
      if (token.type === lexer.TOKEN_DATA) {
        if (token.value !== '') found.push(make('Output', token, [make('TemplateData', token, token.value)]))
      } else if (token.type === lexer.TOKEN_BLOCK_START) {
        const statement = this.parseStatement()
        if (!statement) return found
        found.push(statement)
      } else {
        found.push(make('Output', token, [this.parseTuple(token, [])]))
        const end = this.nextToken()
        if (end.type !== lexer.TOKEN_VARIABLE_END) this.failAt(end, `"${this.tokens.tags.VARIABLE_END}"`)
      }
    }
  }

  override parseStatement(): Statement | null {
    const tag = this.peekToken()
    if (tag.type !== lexer.TOKEN_SYMBOL) this.failAt(tag, 'the name of a tag')
    if (this.breakOnBlocks?.includes(tag.value)) return null
    this.opened.push(tag)
    const statement = this.parseTag(tag)
    this.opened.pop()
    return statement
  }

  private parseTag(tag: Token): Statement {
    switch (tag.value) {
      case 'if':
        return this.parseIf() as Statement
      case 'for':
        return this.parseFor()
      case 'block':
        return this.parseBlock()
      case 'extends':
        return this.parseExtends() as Statement
      case 'include':
        return this.parseInclude()
      case 'set':
        return this.parseSet()
      case 'macro':
        return this.parseMacro() as Statement
      case 'call':
        return this.parseCall()
      case 'import':
        return this.parseImport() as Statement
      case 'from':
        return this.parseFrom() as Statement
      case 'filter':
        return this.parseFilterStatement()
      case 'with':
        return this.parseWith()
      case 'autoescape':
        return this.parseAutoescape()
      case 'do':
        return this.parseSimple((token) => make('Do', token, this.parseTuple(token, [])))
      case 'break':
        return this.parseSimple((token) => make('Break', token))
      case 'continue':
        return this.parseSimple((token) => make('Continue', token))
      default:
        return this.unknownTag(tag)
    }
  }

  private unknownTag({ value, lineno, colno }: Token): never {
    const opener = this.opened.at(-2)
    const message =
      value.startsWith('end') || value === 'else' || value === 'elif'
        ? `{% ${value} %} closes nothing that is open here${opener ? `: {% ${opener.value} %} is` : ''}`
        : `unknown tag ${value}`
    throw new KplayError('BAD_TEMPLATE', message, { place: this.locate(lineno, colno), hint: didYouMean(value, TAGS) })
  }

  private parseSimple(parse: (token: Token) => Statement): Statement {
    const tag = this.nextToken()
    const node = parse(tag)
    this.closeTag(tag)
    return node
  }

  override parseFor(): Statement {
    const tag = this.nextToken()
    const target = this.parseTarget()
    if (!this.skipSymbol('in')) this.failAt(this.peekToken(), '"in"')
    const list = this.parseTuple(this.peekToken(), [lexer.TOKEN_BLOCK_END], () => this.parseOr() as Expression)
    const test = this.skipSymbol('if') ? this.parseExpression() : null
    const recursive = this.skipSymbol('recursive')
    this.advanceAfterBlockEnd(tag.value)
    const body = this.parseUntilBlocks('endfor', 'else') as Body
    let otherwise: Body | null = null
    if (this.skipSymbol('else')) {
      this.advanceAfterBlockEnd('else')
      otherwise = this.parseUntilBlocks('endfor') as Body
    }
    this.advanceAfterBlockEnd()
    return make('Loop', tag, target, list, test, recursive, body, otherwise)
  }

  private parseAutoescape(): Statement {
    const tag = this.nextToken()
    this.parseExpression()
    const body = this.parseBody(tag, 'endautoescape')
    this.closeTag(tag)
    return body
  }

  override parseCall(): Statement {
    const tag = this.nextToken()
    const args =
      this.peekToken().type === lexer.TOKEN_LEFT_PAREN
        ? this.parseSignature()
        : (make('NodeList', tag, []) as Arguments)
    const call = this.parseExpression()
    if (call.typename !== 'FunCall') this.fail('{% call %} needs a call of a macro', call.lineno, call.colno)
    const body = this.parseBody(tag, 'endcall')
    this.closeTag(tag)
    return make('CallBlock', tag, call, args, body)
  }

  override parseBlock(): Statement {
    const tag = this.nextToken()
    const name = this.expect(lexer.TOKEN_SYMBOL)
    while (this.skipSymbol('scoped') || this.skipSymbol('required'));
    const body = this.parseBody(tag, 'endblock')
    this.skipSymbol(name.value)
    this.closeTag(tag)
    return make('Block', tag, make('Symbol', name, name.value), body)
  }

  override parseInclude(): Statement {
    const tag = this.nextToken()
    const template = this.parseExpression()
    const ignoreMissing = this.skipSymbol('ignore') && this.skipSymbol('missing')
    const withContext = this.parseWithContext() !== false
    this.closeTag(tag)
    return make('IncludeFile', tag, template, ignoreMissing, withContext)
  }

  override parsePrimary(withoutPostfix = false): Expression {
    // nunjucks asks without postfix where only a name can stand.
    if (!withoutPostfix) return super.parsePrimary()
    const name = this.expect(lexer.TOKEN_SYMBOL)
    return make('Symbol', name, name.value) satisfies SymbolNode
  }
}
