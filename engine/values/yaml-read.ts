import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Alias, Document, ParsedNode } from 'yaml'
import { isDict } from '../value.ts'
import type { Value } from '../value.ts'
import { failure } from './operand.ts'
import { readPlain } from './yaml-scalar.ts'

/** Reads the text of one YAML document as data: templates in it stay text. */
export function readYaml(source: string): Value {
  const [first, ...others] = documents(source)
  if (others.length > 0) throw failure('this YAML has several documents', 'use from_yaml_all')
  return first ? new Converter(first).convert(first.contents) : null
}

export const readYamlDocuments = (source: string): Value[] =>
  documents(source).map((document) => new Converter(document).convert(document.contents))

function documents(source: string): Document.Parsed<ParsedNode, true>[] {
  const parsed = parseAllDocuments(source, { schema: 'failsafe', merge: false, uniqueKeys: false, logLevel: 'silent' })
  const list = Array.isArray(parsed) ? (parsed as Document.Parsed<ParsedNode, true>[]) : []
  for (const { errors } of list)
    if (errors[0]) throw failure(`this is no YAML: ${errors[0].message.split('\n')[0] ?? ''}`)
  return list
}

/** Deeper than this only what refers to itself goes. */
const DEEPEST = 100
/** More values than this only a text makes whose anchors multiply. */
const MOST = 300_000

class Converter {
  private readonly document: Document
  private readonly targets = new Map<Alias, unknown>()
  private depth = 0
  private count = 0

  constructor(document: Document) {
    this.document = document
  }

  convert(node: unknown): Value {
    if (++this.count > MOST) throw failure('this YAML has too many values')
    if (++this.depth > DEEPEST) throw failure('this YAML is nested too deeply')
    const value = this.value(node)
    this.depth--
    return value
  }

  private target(alias: Alias): unknown {
    if (!this.targets.has(alias)) this.targets.set(alias, alias.resolve(this.document))
    return this.targets.get(alias)
  }

  private value(node: unknown): Value {
    if (isAlias(node)) return this.convert(this.target(node))
    if (isSeq(node)) return node.items.map((item) => this.convert(item))
    if (isScalar(node)) return scalar(node.value, node.type === 'PLAIN' && node.tag === undefined, node.tag)
    if (!isMap(node)) return null
    const own: [Value, Value][] = []
    const dict = new Map<Value, Value>()
    for (const { key, value } of node.items) {
      const name = this.convert(key)
      const content = this.convert(value)
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merge(dict, content)
      else own.push([name, content])
    }
    for (const [key, value] of own) dict.set(key, value)
    return dict
  }
}

function scalar(value: unknown, plain: boolean, tag: string | undefined): Value {
  const source = typeof value === 'string' ? value : ''
  if (value === null) return null
  return plain || (tag !== undefined && /:(?:int|float|bool|null)$/.test(tag)) ? readPlain(source) : source
}

/** `<<`: keys that stand before the dict's own; of several sources the first one wins. */
function merge(dict: Map<Value, Value>, source: Value): void {
  if (isDict(source)) for (const [key, value] of source) dict.set(key, value)
  else if (Array.isArray(source)) [...(source as readonly Value[])].reverse().forEach((item) => merge(dict, item))
}
