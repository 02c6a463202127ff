import { KplayError, Problems } from '../errors.ts'
import type { Template } from '../value.ts'
import { lookupNamed } from './lookups/registry.ts'
import { filterNamed, testNamed } from './names.ts'
import { walk } from './nodes.ts'
import type { AnyNode } from './nodes.ts'
import { parseTemplate } from './parse.ts'

/** Finds what is wrong with a template before it is used: its syntax, and filters, tests and lookups that are not there. */
export function compile(template: Template): void {
  const { tree, locate } = parseTemplate(template)
  const problems = new Problems()
  walk(tree, (node) => {
    const check = namedBy(node)
    try {
      check?.find()
    } catch (error) {
      if (!check || !(error instanceof KplayError)) throw error
      problems.add(error.code, error.message, { hint: error.hint, place: locate(check.node.lineno, check.node.colno) })
    }
  })
  problems.throwIfAny()
}

/** What a node names that must be known, and how to find it. */
function namedBy(node: AnyNode): { readonly node: AnyNode; find(): unknown } | undefined {
  if (node.typename === 'Filter') return { node: node.name, find: () => filterNamed(node.name.value) }
  if (node.typename === 'Test') return { node: node.name, find: () => testNamed(node.name.value) }
  if (node.typename !== 'FunCall' || node.name.typename !== 'Symbol') return undefined
  if (!['lookup', 'query', 'q'].includes(node.name.value)) return undefined
  const [first] = node.args.children
  if (first?.typename !== 'Literal' || typeof first.value !== 'string') return undefined
  const { value } = first
  return { node: first, find: () => lookupNamed(value) }
}
