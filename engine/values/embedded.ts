import { Template } from '../value.ts'
import { Evaluation, Frame } from './frame.ts'
import type { AnyNode, Arguments, FunCallNode, LiteralNode } from './nodes.ts'
import { walk } from './nodes.ts'
import type { Operand } from './operand.ts'
import { parseTemplate } from './parse.ts'
import type { Parsed } from './parse.ts'

/**
 * `lookup('file', '{{ name }}.txt')` and `when: "'{{ a }}' in b"`: Ansible renders the braces within a string that is
 * written out there. It does so in conditions and in what a lookup is given, nowhere else; only the playbook's own
 * words are meant, never a value.
 */
type TextNode = LiteralNode & { readonly value: string }

export const hasBraces = (node: LiteralNode): node is TextNode =>
  typeof node.value === 'string' && /\{\{.*\}\}|\{%.*%\}/s.test(node.value)

export const isLookupCall = ({ name }: FunCallNode): boolean =>
  name.typename === 'Symbol' && ['lookup', 'query', 'q'].includes(name.value)

/** The literals of a template whose braces Ansible renders. */
export function embeddedLiterals({ tree, bare }: Parsed): TextNode[] {
  const found: TextNode[] = []
  const collect = (from: AnyNode | Arguments): void => {
    walk(from as AnyNode, (node) => {
      if (node.typename === 'Literal' && hasBraces(node)) found.push(node)
    })
  }
  if (bare) collect(tree)
  else
    walk(tree, (node) => {
      if (node.typename !== 'FunCall' || !isLookupCall(node)) return true
      collect(node.args)
      return false
    })
  return found
}

const templates = new WeakMap<LiteralNode, Template>()

/** What such a literal gives. It sees the variables, not what the template around it has set. */
export function renderEmbedded(node: TextNode, frame: Frame): Operand {
  const known = templates.get(node)
  const template = known ?? new Template(node.value, frame.place(node))
  if (!known) templates.set(node, template)
  const parsed = parseTemplate(template)
  const { variables, options } = frame.evaluation
  return options.renderer.root(parsed, new Frame(new Evaluation(variables, options), parsed))
}
