import { attributeOf, itemOf, methodOf, sliceOf } from './access.ts'
import { Callable } from './call.ts'
import { compare, contains, equal, keyIn, truthy } from './equality.ts'
import { hasBraces, isLookupCall, renderEmbedded } from './embedded.ts'
import type { Frame } from './frame.ts'
import { globals } from './globals.ts'
import { toIterable } from './iterate.ts'
import { hashable } from './methods/dict.ts'
import type { AnyNode, Argument, Arguments, AttributeNode, Expression, LookupNode } from './nodes.ts'
import { Tuple, Undefined, defined, failure, isDictionary, isUndefined, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { perform } from './operation.ts'
import { bounded, negate, operate, positive } from './operators.ts'
import type { Operator } from './operators.ts'
import { text } from './print.ts'
import { nothingGiven } from './surroundings.ts'
import type { Given } from './surroundings.ts'

type Evaluators = {
  readonly [Name in Expression['typename']]: (
    node: Extract<Expression, { readonly typename: Name }>,
    frame: Frame,
  ) => Operand
}

/** Computes an expression. */
export function compute(node: Expression, frame: Frame): Operand {
  const evaluator = evaluators[node.typename] as (node: Expression, frame: Frame) => Operand
  return evaluator(node, frame)
}

const binary =
  (operator: Operator) =>
  (node: AnyNode & { readonly left: Expression; readonly right: Expression }, frame: Frame): Operand => {
    const left = compute(node.left, frame)
    const right = compute(node.right, frame)
    frame.mark(node)
    return operate(operator, left, right)
  }

const evaluators: Evaluators = {
  Literal: (node, frame) =>
    (frame.parsed.bare || frame.evaluation.inLookup) && hasBraces(node) ? renderEmbedded(node, frame) : node.value,
  Symbol: (node, frame) => {
    frame.mark(node)
    const value = frame.get(node.value)
    if (value !== undefined) return value
    return globals.get(node.value) ?? frame.undefinedName(node, node.value)
  },
  Array: (node, frame) => node.children.map((child) => compute(child, frame)),
  Tuple: (node, frame) => Tuple.containing(node.children.map((child) => compute(child, frame))),
  Dict: (node, frame) => {
    const dict = new Map<Operand, Operand>()
    for (const pair of node.children) {
      const key = hashable(defined(compute(pair.key, frame)))
      dict.set(keyIn(dict, key)?.key ?? key, compute(pair.value, frame))
    }
    return dict
  },
  Attribute: (node, frame) => member(node, compute(node.target, frame), frame),
  LookupVal: (node, frame) => index(node, compute(node.target, frame), frame),
  FunCall: (node, frame) => {
    const { name: callee } = node
    if (callee.typename === 'Attribute') {
      const target = compute(callee.target, frame)
      const method = methodOf(target, callee.name)
      const given = giveArguments(node.args.children, frame)
      frame.mark(node)
      if (method) return perform(callee.name, method, target, given, frame.evaluation)
      return call(node, member(callee, target, frame), given, frame)
    }
    const target = compute(callee, frame)
    const give = (): Given => giveArguments(node.args.children, frame)
    return call(node, target, isLookupCall(node) ? frame.evaluation.withinLookup(give) : give(), frame)
  },
  Filter: (node, frame) => {
    const [input, ...rest] = node.args.children
    const value = input ? compute(input as Expression, frame) : null
    const given = giveArguments(rest, frame)
    frame.mark(node)
    return frame.evaluation.filter(node.name.value, value, given)
  },
  Test: (node, frame) => {
    const value = compute(node.target, frame)
    const given = giveArguments(node.args.children, frame)
    frame.mark(node)
    return frame.evaluation.test(node.name.value, value, given)
  },
  Capture: (node, frame) => frame.evaluation.options.renderer.capture(node.body, frame),
  InlineIf: (node, frame) => {
    if (truthy(compute(node.cond, frame))) return compute(node.body, frame)
    if (node.else_) return compute(node.else_, frame)
    return new Undefined('the condition is false, and the inline if has no else', frame.place(node), undefined, true)
  },
  Compare: (node, frame) => {
    let left = defined(compute(node.expr, frame))
    for (const { type, expr } of node.ops) {
      const right = defined(compute(expr, frame))
      frame.mark(node)
      if (!holds(type, left, right)) return false
      left = right
    }
    return true
  },
  Or: (node, frame) => {
    const left = compute(node.left, frame)
    return truthy(left) ? left : compute(node.right, frame)
  },
  And: (node, frame) => {
    const left = compute(node.left, frame)
    return truthy(left) ? compute(node.right, frame) : left
  },
  Not: (node, frame) => !truthy(compute(node.target, frame)),
  Neg: (node, frame) => {
    const value = compute(node.target, frame)
    frame.mark(node)
    return negate(value)
  },
  Pos: (node, frame) => {
    const value = compute(node.target, frame)
    frame.mark(node)
    return positive(value)
  },
  Add: binary('+'),
  Sub: binary('-'),
  Mul: binary('*'),
  Div: binary('/'),
  FloorDiv: binary('//'),
  Mod: binary('%'),
  Pow: binary('**'),
  Concat: (node, frame) => {
    const left = text(compute(node.left, frame))
    const right = text(compute(node.right, frame))
    frame.mark(node)
    return bounded(left.length + right.length) && left + right
  },
}

function holds(type: string, left: Operand, right: Operand): boolean {
  switch (type) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return compare(left, right, type) < 0
    case '<=':
      return compare(left, right, type) <= 0
    case '>':
      return compare(left, right, type) > 0
    default:
      return compare(left, right, type) >= 0
  }
}

function member(node: AttributeNode, target: Operand, frame: Frame): Operand {
  frame.mark(node)
  const found = attributeOf(target, node.name)
  return found === undefined
    ? frame.undefinedMember(node, `${pathOf(node.target, target)}.${node.name}`, target, node.name)
    : found
}

function index(node: LookupNode, target: Operand, frame: Frame): Operand {
  const { val } = node
  if (val.typename === 'Slice') {
    const part = (bound: Expression | null): Operand => (bound ? defined(compute(bound, frame)) : null)
    const [start, stop, step] = [part(val.start), part(val.stop), part(val.step)]
    frame.mark(node)
    return isUndefined(target) ? target : sliceOf(target, start, stop, step)
  }
  const key = compute(val, frame)
  frame.mark(node)
  if (isUndefined(target)) return target
  if (isUndefined(key)) return key
  const found = itemOf(target, key)
  if (found !== undefined) return found
  // as in Jinja2, a method can be looked up too; only by a name that was written out, so that the parser has seen it
  const method = typeof key === 'string' && val.typename === 'Literal' ? attributeOf(target, key) : undefined
  if (method !== undefined) return method
  const shown = typeof key === 'string' ? `'${key}'` : text(key)
  return frame.undefinedMember(node, `${pathOf(node.target, target)}[${shown}]`, target, key)
}

/** How a person would name what is looked into: the names that lead there, else its type. */
function pathOf(node: Expression, value: Operand): string {
  if (node.typename === 'Symbol') return node.value
  const known: Operand = null
  if (node.typename === 'Attribute') return `${pathOf(node.target, known)}.${node.name}`
  if (node.typename === 'LookupVal' && node.val.typename === 'Literal') {
    const { value: key } = node.val
    return `${pathOf(node.target, known)}[${typeof key === 'string' ? `'${key}'` : text(key)}]`
  }
  return value === null ? '…' : `(${typeName(value)})`
}

export function call(node: AnyNode, callee: Operand, given: Given, frame: Frame): Operand {
  frame.mark(node)
  if (isUndefined(callee)) return callee
  if (callee instanceof Callable) return frame.evaluation.deeper(() => callee.call(given, frame.evaluation))
  const name = node.typename === 'FunCall' && node.name.typename === 'Symbol' ? node.name.value : typeName(callee)
  throw failure(`${name} is no function`)
}

/** The arguments of a call, computed. */
export function giveArguments(args: readonly Argument[] | Arguments['children'], frame: Frame): Given {
  if (args.length === 0) return nothingGiven
  const positional: Operand[] = []
  const named = new Map<string, Operand>()
  for (const arg of args) {
    if (arg.typename === 'KeywordArgs') {
      for (const { key, value } of arg.children)
        if (key.typename === 'Symbol') named.set(key.value, compute(value, frame))
    } else if (arg.typename !== 'Splat') positional.push(compute(arg, frame))
    else {
      const value = defined(compute(arg.value, frame))
      if (arg.stars === '*') positional.push(...toIterable(value, '*'))
      else if (isDictionary(value)) for (const [key, item] of value) named.set(text(key), item)
      else throw failure('** needs a dict')
    }
  }
  return { positional, named }
}
