import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Document, Node, ParsedNode } from 'yaml'
import { isDict } from '../value.ts'
import type { Value } from '../value.ts'
import { failure } from './operand.ts'
import { resolveScalar } from './yaml-scalar.ts'

/** Reads the text of one YAML document as data: templates in it stay text. */
export function readYaml(source: string): Value {
  const [first, ...others] = documents(source)
  if (others.length > 0) throw failure('this YAML has several documents', 'use from_yaml_all')
  return first ? convert(first.contents, first, 0) : null
}

export const readYamlDocuments = (source: string): Value[] =>
  documents(source).map((document) => convert(document.contents, document, 0))

function documents(source: string): Document.Parsed<ParsedNode, true>[] {
  const parsed = parseAllDocuments(source, { schema: 'failsafe', merge: false, uniqueKeys: false, logLevel: 'silent' })
  const list = Array.isArray(parsed) ? (parsed as Document.Parsed<ParsedNode, true>[]) : []
  for (const { errors } of list)
    if (errors[0]) throw failure(`this is no YAML: ${errors[0].message.split('\n')[0] ?? ''}`)
  return list
}

/** Deeper than this only what refers to itself goes. */
const DEEPEST = 100

function convert(node: Node | null | undefined, document: Document, depth: number): Value {
  if (depth > DEEPEST) throw failure('this YAML is nested too deeply')
  if (!node) return null
  if (isAlias(node)) return convert(node.resolve(document), document, depth + 1)
  if (isSeq(node)) return node.items.map((item) => convert(item as Node | null, document, depth + 1))
  if (isMap(node)) {
    const dict = new Map<Value, Value>()
    for (const { key, value } of node.items) {
      const name = convert(key as Node | null, document, depth + 1)
      const content = convert(value as Node | null, document, depth + 1)
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merge(dict, content)
      else dict.set(name, content)
    }
    return dict
  }
  return isScalar(node) ? scalar(node.value, node.type === 'PLAIN' && node.tag === undefined, node.tag) : null
}

function scalar(value: unknown, plain: boolean, tag: string | undefined): Value {
  const source = typeof value === 'string' ? value : ''
  if (value === null) return null
  return plain || (tag !== undefined && /:(?:int|float|bool|null)$/.test(tag)) ? resolveScalar(source) : source
}

/** `<<`: keys that the dict does not have itself. */
function merge(dict: Map<Value, Value>, source: Value): void {
  if (isDict(source)) {
    for (const [key, value] of source) if (!dict.has(key)) dict.set(key, value)
  } else if (Array.isArray(source)) (source as readonly Value[]).forEach((item) => merge(dict, item))
}
