import type { Argument, Expression } from './nodes.ts'
import { repr } from './print.ts'

const BINARY: Readonly<Record<string, string>> = {
  Or: 'or',
  And: 'and',
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  FloorDiv: '//',
  Mod: '%',
  Pow: '**',
  Concat: '~',
}

/** An expression as a person would write it, for messages. */
export function unparse(node: Expression): string {
  switch (node.typename) {
    case 'Literal':
      return typeof node.value === 'boolean' || node.value === null ? String(node.value ?? 'none') : repr(node.value)
    case 'Symbol':
      return node.value
    case 'Array':
      return `[${node.children.map(unparse).join(', ')}]`
    case 'Tuple':
      return `(${node.children.map(unparse).join(', ')})`
    case 'Dict':
      return `{${node.children.map(({ key, value }) => `${unparse(key)}: ${unparse(value)}`).join(', ')}}`
    case 'Attribute':
      return `${inner(node.target)}.${node.name}`
    case 'LookupVal':
      return `${inner(node.target)}[${node.val.typename === 'Slice' ? [node.val.start, node.val.stop].map((bound) => (bound ? unparse(bound) : '')).join(':') : unparse(node.val)}]`
    case 'FunCall':
      return `${inner(node.name)}(${shown(node.args.children)})`
    case 'Filter': {
      const [input, ...rest] = node.args.children
      const given = rest.length > 0 ? `(${shown(rest)})` : ''
      return `${input ? inner(input as Expression) : ''} | ${node.name.value}${given}`
    }
    case 'Test':
      return `${inner(node.target)} is ${node.name.value}${node.args.children.length > 0 ? `(${shown(node.args.children)})` : ''}`
    case 'Not':
      return node.target.typename === 'Test'
        ? unparse(node.target).replace(' is ', ' is not ')
        : `not ${inner(node.target)}`
    case 'Neg':
      return `-${inner(node.target)}`
    case 'Pos':
      return `+${inner(node.target)}`
    case 'InlineIf':
      return `${inner(node.body)} if ${inner(node.cond)}${node.else_ ? ` else ${inner(node.else_)}` : ''}`
    case 'Compare':
      return node.ops.reduce((left, { type, expr }) => `${left} ${type} ${inner(expr)}`, inner(node.expr))
    case 'Capture':
      return '…'
    default:
      return `${inner(node.left)} ${BINARY[node.typename] ?? '?'} ${inner(node.right)}`
  }
}

const LOOSE = new Set([
  'Or',
  'And',
  'Not',
  'InlineIf',
  'Compare',
  'Test',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'FloorDiv',
  'Mod',
  'Pow',
  'Concat',
])

const inner = (node: Expression): string => (LOOSE.has(node.typename) ? `(${unparse(node)})` : unparse(node))

const shown = (args: readonly Argument[]): string =>
  args
    .map((arg) => {
      if (arg.typename === 'Splat') return arg.stars + unparse(arg.value)
      if (arg.typename !== 'KeywordArgs') return unparse(arg)
      return arg.children.map(({ key, value }) => `${unparse(key)}=${unparse(value)}`).join(', ')
    })
    .join(', ')
