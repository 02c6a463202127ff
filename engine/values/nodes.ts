import nunjucks from 'nunjucks/src/nodes.js'
import type { Value } from '../value.ts'

/**
 * The syntax tree: nunjucks's nodes, told apart by `typename`, and the kinds that Jinja2 has beyond them.
 * `lineno` and `colno` count from 0 within the source.
 */
interface Located {
  readonly lineno: number
  readonly colno: number
}
interface Kind<Name extends string> extends Located {
  readonly typename: Name
}
interface Binary<Name extends string> extends Kind<Name> {
  readonly left: Expression
  readonly right: Expression
}
interface Unary<Name extends string> extends Kind<Name> {
  readonly target: Expression
}
interface Many<Name extends string, Child> extends Kind<Name> {
  readonly children: Child[]
}

export type LiteralNode = Kind<'Literal'> & { readonly value: Value }
export type SymbolNode = Kind<'Symbol'> & { readonly value: string }
export type PairNode = Kind<'Pair'> & { readonly key: Expression; readonly value: Expression }
export type CompareOperandNode = Kind<'CompareOperand'> & { readonly expr: Expression; readonly type: string }
export type SliceNode = Kind<'Slice'> & {
  readonly start: Expression | null
  readonly stop: Expression | null
  readonly step: Expression | null
}
/** `*list` and `**dict` in a call; `name=value` is a Pair within KeywordArgs. */
export type SplatNode = Kind<'Splat'> & { readonly value: Expression; readonly stars: string }
export type KeywordArgsNode = Many<'KeywordArgs', PairNode>
export type Argument = Expression | SplatNode | KeywordArgsNode
export type Arguments = Many<'NodeList', Argument>
/** The first argument of a Filter is what is filtered. */
export type FilterNode = Kind<'Filter'> & { readonly name: SymbolNode; readonly args: Arguments }
export type TestNode = Kind<'Test'> & {
  readonly target: Expression
  readonly name: SymbolNode
  readonly args: Arguments
}
export type FunCallNode = Kind<'FunCall'> & { readonly name: Expression; readonly args: Arguments }
/** `target.name` looks for methods first, `target[val]` for keys first. */
export type AttributeNode = Kind<'Attribute'> & { readonly target: Expression; readonly name: string }
export type LookupNode = Kind<'LookupVal'> & { readonly target: Expression; readonly val: Expression | SliceNode }
export type CaptureNode = Kind<'Capture'> & { readonly body: Body }

export type Expression =
  | LiteralNode
  | SymbolNode
  | Many<'Array', Expression>
  | Many<'Tuple', Expression>
  | Many<'Dict', PairNode>
  | AttributeNode
  | LookupNode
  | FunCallNode
  | FilterNode
  | TestNode
  | CaptureNode
  | (Kind<'InlineIf'> & { cond: Expression; body: Expression; else_: Expression | null })
  | (Kind<'Compare'> & { readonly expr: Expression; readonly ops: readonly CompareOperandNode[] })
  | Binary<'Or'>
  | Binary<'And'>
  | Unary<'Not'>
  | Unary<'Neg'>
  | Unary<'Pos'>
  | Binary<'Add'>
  | Binary<'Sub'>
  | Binary<'Mul'>
  | Binary<'Div'>
  | Binary<'FloorDiv'>
  | Binary<'Mod'>
  | Binary<'Pow'>
  | Binary<'Concat'>

/** What `set`, `for` and `with` assign to. An Attribute assigns to a namespace. */
export type Target = SymbolNode | AttributeNode | TargetList
export type TargetList = Many<'Tuple', Target>

export type Body = Many<'NodeList' | 'Root', Statement>
export type OutputNode = Many<'Output', Expression | (Kind<'TemplateData'> & { readonly value: string })>
export type ForNode = Kind<'Loop'> & {
  readonly target: Target
  readonly arr: Expression
  readonly test: Expression | null
  readonly recursive: boolean
  readonly body: Body
  readonly else_: Body | null
}
export type MacroNode = Kind<'Macro'> & { readonly name: SymbolNode; readonly args: Arguments; readonly body: Body }
export type CallBlockNode = Kind<'CallBlock'> & {
  readonly call: FunCallNode
  readonly args: Arguments
  readonly body: Body
}
export type BlockNode = Kind<'Block'> & { readonly name: SymbolNode; readonly body: Body }
export type ImportNode = Kind<'Import'> & {
  readonly template: Expression
  readonly target: SymbolNode
  readonly withContext: boolean | null
}
export type FromImportNode = Kind<'FromImport'> & {
  readonly template: Expression
  readonly names: Many<'NodeList', SymbolNode | (Kind<'Pair'> & { key: SymbolNode; value: SymbolNode })>
  readonly withContext: boolean | null
}
export type IncludeNode = Kind<'IncludeFile'> & {
  readonly template: Expression
  readonly ignoreMissing: boolean
  readonly withContext: boolean
}

export type Statement =
  | OutputNode
  | ForNode
  | MacroNode
  | CallBlockNode
  | BlockNode
  | ImportNode
  | FromImportNode
  | IncludeNode
  | (Kind<'If'> & { readonly cond: Expression; readonly body: Body; readonly else_: Body | Statement | null })
  | (Kind<'Extends'> & { readonly template: Expression })
  | (Kind<'Assign'> & { readonly target: Target; readonly value: Expression })
  | (Kind<'With'> & { readonly names: readonly Target[]; readonly values: readonly Expression[]; readonly body: Body })
  | (Kind<'Do'> & { readonly value: Expression })
  | Kind<'Break'>
  | Kind<'Continue'>
  | Body

export type AnyNode =
  Expression | Statement | Argument | PairNode | SliceNode | CompareOperandNode | OutputNode['children'][number]

const base = nunjucks.Node
const list = nunjucks.NodeList
if (!base || !list) throw new Error('nunjucks has changed: its nodes are not where they were')

const own = {
  Tuple: list.extend('Tuple'),
  Slice: base.extend('Slice', { fields: ['start', 'stop', 'step'] }),
  Splat: base.extend('Splat', { fields: ['value', 'stars'] }),
  Test: base.extend('Test', { fields: ['target', 'name', 'args'] }),
  Attribute: base.extend('Attribute', { fields: ['target', 'name'] }),
  Loop: base.extend('Loop', { fields: ['target', 'arr', 'test', 'recursive', 'body', 'else_'] }),
  CallBlock: base.extend('CallBlock', { fields: ['call', 'args', 'body'] }),
  IncludeFile: base.extend('IncludeFile', { fields: ['template', 'ignoreMissing', 'withContext'] }),
  Assign: base.extend('Assign', { fields: ['target', 'value'] }),
  With: base.extend('With', { fields: ['names', 'values', 'body'] }),
  Do: base.extend('Do', { fields: ['value'] }),
  Break: base.extend('Break', { fields: [] }),
  Continue: base.extend('Continue', { fields: [] }),
}

/** Makes a node of that kind at that position; its fields in the order of nunjucks. */
export function make<Name extends AnyNode['typename']>(
  typename: Name,
  { lineno, colno }: Located,
  ...fields: readonly unknown[]
): Extract<AnyNode, Kind<Name>> {
  const kind = (own as { readonly [name: string]: (typeof own)['Tuple'] | undefined })[typename] ?? nunjucks[typename]
  if (!kind) throw new Error(`no such node: ${typename}`)
  return new kind(lineno, colno, ...fields) as Extract<AnyNode, Kind<Name>>
}

/** Calls `visit` for every node of the tree, parents first; a `false` from it leaves out what is below. */
export function walk(tree: AnyNode, visit: (node: AnyNode) => boolean | void): void {
  // a stack of our own: a chain of thousands of operators is as deep as it is long
  const waiting: AnyNode[] = [tree]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (visit(node) === false) continue
    const members: unknown[] = Object.values(node)
    for (const member of members.reverse()) {
      if (isNode(member)) waiting.push(member)
      else if (Array.isArray(member))
        for (let index = member.length - 1; index >= 0; index--)
          if (isNode(member[index])) waiting.push(member[index] as AnyNode)
    }
  }
}

const isNode = (value: unknown): value is AnyNode => typeof value === 'object' && value !== null && 'typename' in value
