/** The parts of nunjucks 3.2.4 that the parser builds on. `@types/nunjucks` does not describe them. */

declare module 'nunjucks/src/lexer.js' {
  namespace lexer {
    interface Token {
      readonly type: string
      readonly value: string
      readonly lineno: number
      readonly colno: number
    }
    interface Tags {
      readonly BLOCK_START: string
      readonly BLOCK_END: string
      readonly VARIABLE_START: string
      readonly VARIABLE_END: string
      readonly COMMENT_START: string
      readonly COMMENT_END: string
    }
    interface Tokenizer {
      readonly str: string
      readonly len: number
      index: number
      lineno: number
      colno: number
      in_code: boolean
      readonly tags: Tags
      nextToken(): Token | null
      isFinished(): boolean
    }
    interface Options {
      readonly tags?: Readonly<Partial<Record<string, string | undefined>>> | undefined
    }
    function lex(source: string, options?: Options): Tokenizer
    const TOKEN_STRING: string
    const TOKEN_DATA: string
    const TOKEN_BLOCK_START: string
    const TOKEN_BLOCK_END: string
    const TOKEN_VARIABLE_START: string
    const TOKEN_VARIABLE_END: string
    const TOKEN_LEFT_PAREN: string
    const TOKEN_RIGHT_PAREN: string
    const TOKEN_LEFT_BRACKET: string
    const TOKEN_RIGHT_BRACKET: string
    const TOKEN_LEFT_CURLY: string
    const TOKEN_RIGHT_CURLY: string
    const TOKEN_OPERATOR: string
    const TOKEN_COMMA: string
    const TOKEN_COLON: string
    const TOKEN_TILDE: string
    const TOKEN_PIPE: string
    const TOKEN_INT: string
    const TOKEN_FLOAT: string
    const TOKEN_SYMBOL: string
  }
  export = lexer
}

declare module 'nunjucks/src/nodes.js' {
  /** A class of nodes. What its members are called is in `nodes.ts`. */
  interface Kind {
    new (lineno: number, colno: number, ...fields: readonly unknown[]): object
    extend(name: string, members?: { readonly fields?: readonly string[] }): Kind
  }
  const nodes: { readonly [name: string]: Kind | undefined }
  export = nodes
}

declare module 'nunjucks/src/parser.js' {
  import type { Token, Tokenizer } from 'nunjucks/src/lexer.js'
  namespace parser {
    /** What the methods return is refined where the parser is extended. */
    class Parser {
      constructor(tokens: Tokenizer)
      tokens: Tokenizer
      breakOnBlocks: readonly string[] | null
      nextToken(withWhitespace?: boolean): Token
      peekToken(): Token
      pushToken(token: Token): void
      error(message: string, lineno?: number, colno?: number): Error
      fail(message: string, lineno?: number, colno?: number): never
      skip(type: string): boolean
      expect(type: string): Token
      skipValue(type: string, value: string): boolean
      skipSymbol(value: string): boolean
      advanceAfterBlockEnd(name?: string): Token
      advanceAfterVariableEnd(): void
      parseWithContext(): boolean | null
      parseStatement(): unknown
      parseIf(): unknown
      parseFor(): unknown
      parseMacro(): unknown
      parseCall(): unknown
      parseImport(): unknown
      parseFrom(): unknown
      parseBlock(): unknown
      parseExtends(): unknown
      parseInclude(): unknown
      parseSet(): unknown
      parseFilterStatement(): unknown
      parseSwitch(): unknown
      parseExpression(): unknown
      parseInlineIf(): unknown
      parseOr(): unknown
      parseAnd(): unknown
      parseNot(): unknown
      parseIn(): unknown
      parseAdd(): unknown
      parseConcat(): unknown
      parseMul(): unknown
      parsePow(): unknown
      parseUnary(withoutFilters?: boolean): unknown
      parsePrimary(withoutPostfix?: boolean): unknown
      parsePostfix(node: unknown): unknown
      parseFilter(node: unknown): unknown
      parseFilterName(): unknown
      parseFilterArgs(node: unknown): unknown
      parseAggregate(): unknown
      parseSignature(tolerant?: boolean, withoutParens?: boolean): unknown
      parseUntilBlocks(...names: string[]): unknown
      parseNodes(): unknown[]
      parse(): unknown
      parseAsRoot(): unknown
    }
  }
  export = parser
}
