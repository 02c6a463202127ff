import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar as SourceScalar,
  type YAMLMap,
} from 'yaml'
import type { Place, Problems } from '../errors.ts'
import { Float } from '../value.ts'
import { readFloat, readInt, readJsonPlain, readPlain, type Scalar } from '../values/yaml-scalar.ts'
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './nodes.ts'

/** More than any playbook holds, less than what an alias bomb needs to hurt. */
const MOST_NODES = 1_000_000

interface Source {
  readonly source: string
  readonly placeAt: (offset: number) => Place
  readonly problems: Problems
  readonly json: boolean
}
type Parsed = Node | null | undefined

/** The parser's document → located nodes. */
export function composeNode(contents: Parsed, source: Source): YamlNode {
  return new Composer(source).node(contents, 0, false)
}

class Composer {
  readonly #source: Source
  /** undefined while the node is still being read: an alias to it would be endless. */
  readonly #anchors = new Map<string, YamlNode | undefined>()
  #bombed = false

  constructor(source: Source) {
    this.#source = source
  }

  node(node: Parsed, offset: number, unsafe: boolean): YamlNode {
    if (!node) return this.#nothing(offset)
    if (isAlias(node)) return this.#alias(node.source, node.range?.[0] ?? offset)
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, undefined)
    const composed = this.#tagged(node, offset, unsafe)
    if (anchor !== undefined) this.#anchors.set(anchor, composed)
    return composed
  }

  #tagged(node: Node, offset: number, unsafe: boolean): YamlNode {
    const start = node.range?.[0] ?? offset
    const tag = node.tag
    if (isMap(node)) {
      this.#expectTag(tag, ['!unsafe', 'map'], start)
      return this.#map(node, start, unsafe || tag === '!unsafe')
    }
    if (isSeq(node)) {
      this.#expectTag(tag, ['!unsafe', 'seq'], start)
      const within = unsafe || tag === '!unsafe'
      const items = node.items.map((item) => this.node(item as Parsed, start, within))
      return this.#bounded({ kind: 'list', items, place: this.#place(start), size: total(items) })
    }
    return isScalar(node) ? this.#scalar(node, start, unsafe) : this.#nothing(start)
  }

  #alias(name: string, offset: number): YamlNode {
    const known = this.#anchors.get(name)
    if (known) return known
    const message = this.#anchors.has(name)
      ? `the alias *${name} contains itself`
      : `the alias *${name} names no anchor`
    return this.#mistake(message, offset, `an anchor is written &${name}`)
  }

  #map(node: YAMLMap, start: number, unsafe: boolean): YamlMap {
    const merged: YamlEntry[] = []
    const own = new Map<string, YamlEntry>()
    for (const pair of node.items) {
      const key = pair.key as Parsed
      const keyStart = key?.range?.[0] ?? start
      if (isCollection(key)) {
        this.#collectionAsKey(isMap(key) && key.flow === true, keyStart)
        continue
      }
      const keyNode = this.node(key, keyStart, true)
      const keyEnd = key?.range?.[1] ?? keyStart
      const value = this.node(pair.value as Parsed, keyEnd, unsafe)
      if (keyNode.kind !== 'scalar') {
        this.#mistake('a key must be text or a number', keyStart)
      } else if (keyNode.plain && keyNode.text === '<<') {
        merged.push(...this.#mergeable(value))
      } else {
        this.#addOwn(own, { key: keyNode.text, keyValue: keyNode.value, keyPlace: keyNode.place, value })
      }
    }
    const kept = new Map<string, YamlEntry>()
    for (const entry of [...merged, ...own.values()]) kept.set(identity(entry.keyValue), entry)
    const entries = [...kept.values()]
    return this.#bounded({
      kind: 'map',
      entries,
      place: this.#place(start),
      size: total(entries.map(({ value }) => value)),
    })
  }

  #addOwn(own: Map<string, YamlEntry>, entry: YamlEntry): void {
    const before = own.get(identity(entry.keyValue))
    if (before) {
      const { line, column } = before.keyPlace
      this.#source.problems.add('BAD_YAML', `the key ${entry.key || '""'} is given twice`, {
        place: entry.keyPlace,
        hint: `the first one is in line ${line}, column ${column}`,
      })
    } else own.set(identity(entry.keyValue), entry)
  }

  /** Of several merged maps the earlier one wins, so they are laid down in reverse. */
  #mergeable(value: YamlNode): readonly YamlEntry[] {
    if (value.kind === 'map') return value.entries
    if (value.kind === 'list' && value.items.every((item) => item.kind === 'map'))
      return value.items.toReversed().flatMap((item) => (item.kind === 'map' ? item.entries : []))
    this.#source.problems.add('BAD_YAML', '<< merges a map or a list of maps', { place: value.place })
    return []
  }

  #collectionAsKey(flowMap: boolean, offset: number): void {
    // `{{ x }}` without quotes is, to YAML, a map that is the key of a map.
    const outer = this.#source.source.lastIndexOf('{', offset - 1)
    if (flowMap && outer === offset - 1) {
      const text = /^\{\{[^\n]*?\}\}[^\n#,\]}]*/.exec(this.#source.source.slice(outer))?.[0].trimEnd()
      this.#mistake('a value that starts with {{ must be quoted', outer, text && `write "${text}"`)
    } else this.#mistake('a key must be text or a number', offset)
  }

  #scalar(node: SourceScalar, start: number, unsafe: boolean): YamlScalar {
    const text = node.source ?? ''
    const plain = node.type === 'PLAIN'
    const place = this.#place(start)
    return {
      kind: 'scalar',
      value: this.#value(node, text, start),
      text,
      plain,
      unsafe: unsafe || node.tag === '!unsafe',
      place,
      textPlace: plain ? place : this.#textPlace(node, start, place),
      size: 1,
    }
  }

  #value(node: SourceScalar, text: string, start: number): Scalar {
    const read = this.#source.json ? readJsonPlain : readPlain
    switch (shortTag(node.tag)) {
      case undefined:
        return node.type === 'PLAIN' ? read(text) : text
      case '!':
      case '!unsafe':
      case 'str':
        return text
      case 'null':
        return null
      case 'bool': {
        const value = readPlain(text.toLowerCase())
        if (typeof value === 'boolean') return value
        break
      }
      case 'int': {
        const value = readInt(text)
        if (value !== undefined) return value
        break
      }
      case 'float': {
        const value = readPlain(text)
        if (value instanceof Float) return value
        const number = Number(text)
        if (text.trim() !== '' && Number.isFinite(number)) return readFloat(String(number))
        break
      }
      case '!vault':
      case '!vault-encrypted':
        this.#mistake('encrypted values (!vault) are not supported yet', start)
        return null
      default:
        this.#expectTag(node.tag, [], start)
        return text
    }
    this.#mistake(`this is no ${shortTag(node.tag)}`, start)
    return null
  }

  /** Text starts behind the opening quote; that of a block on the line below, at the block's indentation. */
  #textPlace(node: SourceScalar, start: number, place: Place): Place {
    if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') return { ...place, column: place.column + 1 }
    const { source } = this.#source
    const below = source.indexOf('\n', start) + 1
    if (below === 0) return place
    const firstText = /^(?:[ \t]*\r?\n)*( *)/.exec(source.slice(below, node.range?.[1]))
    return { ...place, line: place.line + 1, column: (firstText?.[1]?.length ?? 0) + 1 }
  }

  #expectTag(tag: string | undefined, known: readonly string[], offset: number): void {
    const short = shortTag(tag)
    if (tag === undefined || short === undefined || short === '!' || known.includes(short)) return
    this.#mistake(
      `the tag ${tag.startsWith('!') ? tag : `!!${short}`} is not known here`,
      offset,
      'known: !unsafe, !vault',
    )
  }

  #bounded<T extends YamlMap | YamlList>(node: T): T {
    if (node.size > MOST_NODES && !this.#bombed) {
      this.#bombed = true
      this.#source.problems.add('BAD_YAML', `aliases make this larger than ${MOST_NODES} values`, { place: node.place })
    }
    return node
  }

  #mistake(message: string, offset: number, hint?: string): YamlScalar {
    this.#source.problems.add('BAD_YAML', message, { place: this.#place(offset), hint })
    return this.#nothing(offset)
  }

  #nothing(offset: number): YamlScalar {
    const place = this.#place(offset)
    return { kind: 'scalar', value: null, text: '', plain: true, unsafe: false, place, textPlace: place, size: 1 }
  }

  #place(offset: number): Place {
    return this.#source.placeAt(offset)
  }
}

const total = (nodes: readonly YamlNode[]): number => nodes.reduce((sum, { size }) => sum + size, 1)

const shortTag = (tag: string | undefined): string | undefined => tag?.replace(/^tag:yaml\.org,2002:/, '')

/** Keys that Python's dict takes for one: 1, 1.0 and true are. */
function identity(key: Scalar): string {
  if (typeof key === 'string') return `s${key}`
  if (key === null) return 'null'
  return `n${key instanceof Float ? key.value : typeof key === 'bigint' ? key : Number(key)}`
}
