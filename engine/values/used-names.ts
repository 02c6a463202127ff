import { KplayError } from '../errors.ts'
import type { Template } from '../value.ts'
import { globals } from './globals.ts'
import { walk } from './nodes.ts'
import type { AnyNode, Arguments, Target } from './nodes.ts'
import { parseTemplate } from './parse.ts'

const known = new WeakMap<Template, ReadonlySet<string>>()

/**
 * The variables that a template touches itself; those that they touch in turn are not among them. A name that the
 * template sets anywhere counts as its own everywhere in it. `vars` and `hostvars` among them mean that it can be any.
 */
export function names(template: Template): ReadonlySet<string> {
  const cached = known.get(template)
  if (cached) return cached
  const used = new Set<string>()
  const own = new Set(['loop', 'caller', 'varargs', 'kwargs', 'self', 'super'])
  try {
    walk(parseTemplate(template).tree, (node) => visit(node, used, own))
  } catch (error) {
    // What cannot be read is told where it is used.
    if (!(error instanceof KplayError)) throw error
    used.add('vars')
  }
  const found = new Set([...used].filter((name) => !own.has(name) && !globals.has(name)))
  known.set(template, found)
  return found
}

const LOOKUPS = new Set(['lookup', 'query', 'q'])
/** Lookups that can touch any variable. */
const ANY = new Set(['vars', 'varnames', 'template'])

/** `lookup('vars', 'x')` touches x; where the name is not written out, it may be any: that counts as touching `vars`. */
function lookedUp({ children: [kind, ...terms] }: Arguments, used: Set<string>): void {
  const name = kind?.typename === 'Literal' ? kind.value : undefined
  if (typeof name === 'string' && !ANY.has(name.replace(/^ansible\.builtin\./, ''))) return
  const named = terms.flatMap((term) =>
    term.typename === 'Literal' && typeof term.value === 'string' ? [term.value] : [],
  )
  const all =
    typeof name === 'string' &&
    /(?:^|\.)vars$/.test(name) &&
    terms.every(({ typename }) => typename === 'Literal' || typename === 'KeywordArgs')
  for (const found of all ? named : ['vars']) used.add(found)
}

function visit(node: AnyNode, used: Set<string>, own: Set<string>): boolean | void {
  switch (node.typename) {
    case 'Symbol':
      used.add(node.value)
      break
    case 'Loop':
    case 'Assign':
      targets(node.target, own)
      break
    case 'With':
      node.names.forEach((name) => targets(name, own))
      break
    case 'Macro':
      own.add(node.name.value)
      parameters(node.args, own)
      break
    case 'CallBlock':
      parameters(node.args, own)
      break
    case 'Import':
      own.add(node.target.value)
      break
    case 'FromImport':
      for (const name of node.names.children) own.add(name.typename === 'Pair' ? name.value.value : name.value)
      walk(node.template, (inner) => visit(inner, used, own))
      return false
    case 'Filter':
    case 'Test':
      // its name is no variable's
      if (node.typename === 'Test') walk(node.target, (inner) => visit(inner, used, own))
      node.args.children.forEach((argument) => walk(argument, (inner) => visit(inner, used, own)))
      return false
    case 'FunCall':
      if (node.name.typename === 'Symbol' && LOOKUPS.has(node.name.value)) lookedUp(node.args, used)
      break
    case 'KeywordArgs':
      // the keys are names of parameters, not of variables
      node.children.forEach(({ value }) => walk(value, (inner) => visit(inner, used, own)))
      return false
    default:
  }
}

function targets(target: Target, own: Set<string>): void {
  if (target.typename === 'Symbol') own.add(target.value)
  else if (target.typename === 'Tuple') target.children.forEach((child) => targets(child, own))
}

/** Parameters of a macro; their defaults may use variables. */
function parameters(args: Arguments, own: Set<string>): void {
  for (const arg of args.children) {
    if (arg.typename === 'Symbol') own.add(arg.value)
    if (arg.typename !== 'KeywordArgs') continue
    for (const { key } of arg.children) if (key.typename === 'Symbol') own.add(key.value)
  }
}
