import { KplayError, Problems } from '../errors.ts'
import type { Warn } from '../errors.ts'
import type { Template } from '../value.ts'
import { embeddedLiterals } from './embedded.ts'
import { lookupNamed } from './lookups/registry.ts'
import { filterNamed, testNamed } from './names.ts'
import { walk } from './nodes.ts'
import type { AnyNode } from './nodes.ts'
import { parseTemplate } from './parse.ts'
import type { Parsed } from './parse.ts'
import { unparse } from './unparse.ts'

/**
 * Finds what is wrong with a template before it is used: its syntax, and filters, tests and lookups that are not there.
 * Warns of what is understood, but is not how it is written today.
 */
export function compile(template: Template, warn?: Warn): void {
  const parsed = parseTemplate(template)
  const { tree, locate } = parsed
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
  if (warn) advise(parsed, warn)
}

/** Braces where an expression stands already: Ansible takes some of them, and of each generation others. */
function advise(parsed: Parsed, warn: Warn): void {
  for (const inner of parsed.leftovers)
    warn(
      `braces within an expression mean nothing: write ${unparse(inner)} in place of {{ ${unparse(inner)} }}`,
      parsed.locate(inner.lineno, inner.colno),
    )
  for (const literal of embeddedLiterals(parsed))
    warn(
      `a string within an expression holds braces: write ${joined(literal.value)} in its place`,
      parsed.locate(literal.lineno, literal.colno),
    )
}

/** `x{{ y }}` as an expression: `'x' ~ y`. */
function joined(text: string): string {
  const parts = text.split(/(\{\{.*?\}\})/s).filter((part) => part !== '')
  return parts.map((part) => /^\{\{(.*)\}\}$/s.exec(part)?.[1]?.trim() ?? `'${part}'`).join(' ~ ')
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
