import { KplayError } from '../errors.ts'
import type { Template } from '../value.ts'
import { computeParsed } from './compute.ts'
import { truthy } from './equality.ts'
import { walk } from './nodes.ts'
import type { AnyNode, Arguments, Expression } from './nodes.ts'
import type { Operand } from './operand.ts'
import { parseTemplate } from './parse.ts'
import { repr } from './print.ts'
import { renderer } from './render.ts'
import type { Scope } from './scope.ts'
import { unparse } from './unparse.ts'

/** Longer values are cut in messages. */
const LONGEST = 80

/** Why a condition is false: the part of its `and` chain that failed, and what the names in it are. */
export function explainCondition(template: Template, scope: Scope): string {
  const expression = expressionOf(template)
  if (!expression) return template.source.trim()
  const value = (node: Expression): Operand =>
    computeParsed({ ...parseTemplate(template), tree: node, bare: true }, scope, { renderer })
  const clauses = conjuncts(expression)
  const failed = clauses.find((clause) => !truthy(value(clause))) ?? expression
  const shown = clauses.length > 1 ? unparse(failed) : template.source.trim()
  const values = paths(failed).map((path) => `${unparse(path)} = ${brief(() => value(path))}`)
  return values.length > 0 ? `${shown} (${values.join(', ')})` : shown
}

function expressionOf(template: Template): Expression | undefined {
  const { tree, bare } = parseTemplate(template)
  if (bare) return tree as Expression
  if (tree.typename !== 'Root' || tree.children.length !== 1) return undefined
  const [only] = tree.children
  const child = only?.typename === 'Output' ? only.children[0] : undefined
  return child && child.typename !== 'TemplateData' ? child : undefined
}

const conjuncts = (node: Expression): Expression[] =>
  node.typename === 'And' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node]

/** What is looked at when something is called: what it is called on, and what it is given; its name is no value. */
function partsOf(node: AnyNode): Expression[] | undefined {
  const given = (args: Arguments): Expression[] =>
    args.children.filter((arg) => arg.typename !== 'KeywordArgs' && arg.typename !== 'Splat')
  if (node.typename === 'Filter') return given(node.args)
  if (node.typename === 'Test') return [node.target, ...given(node.args)]
  if (node.typename !== 'FunCall') return undefined
  const { name } = node
  const callee = name.typename === 'Attribute' ? [name.target] : name.typename === 'Symbol' ? [] : [name]
  return [...callee, ...given(node.args)]
}

/** The names, attributes and items that an expression looks at, each once, as long as they go. */
function paths(node: Expression): Expression[] {
  const found = new Map<string, Expression>()
  walk(node, (child: AnyNode) => {
    const parts = partsOf(child)
    if (parts) {
      for (const path of parts.flatMap(paths)) found.set(unparse(path), path)
      return false
    }
    if (!isPath(child)) return true
    found.set(unparse(child), child)
    return false
  })
  return [...found.values()]
}

function isPath(node: AnyNode): node is Expression {
  if (node.typename === 'Symbol') return true
  if (node.typename === 'Attribute') return isPath(node.target)
  return node.typename === 'LookupVal' && node.val.typename === 'Literal' && isPath(node.target)
}

function brief(compute: () => Operand): string {
  try {
    const text = repr(compute())
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  } catch (error) {
    if (error instanceof KplayError) return error.code === 'UNDEFINED' ? 'undefined' : '(cannot be computed)'
    throw error
  }
}
