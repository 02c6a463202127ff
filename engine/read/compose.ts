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
import { rememberWritten } from '../values/written-text.ts'
import type { Scalar } from '../values/yaml-scalar.ts'
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './nodes.ts'
import { shapeOf, tagScalar } from './tags.ts'

/** More than any playbook holds, less than what an alias bomb needs to hurt. */
const MOST_NODES = 1_000_000

/** The mistake that beginners make. */
export const UNQUOTED = 'a value that starts with {{ must be quoted'

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
    if (isScalar(node)) return this.#scalar(node, start, unsafe)
    if (!isMap(node) && !isSeq(node)) return this.#nothing(start)
    const within = unsafe || node.tag === '!unsafe'
    const shape = shapeOf(node.tag, isMap(node) ? 'map' : 'list')
    if (typeof shape !== 'string' && 'mistake' in shape) this.#mistake(shape.mistake, this.#tagStart(start), shape.hint)
    if (isMap(node)) {
      const map = this.#map(node, start, within)
      return shape === 'keys' ? this.#list(map.entries.map(keyOf), start) : map
    }
    const items = node.items.map((item) => this.node(item as Parsed, start, within))
    if (shape !== 'pairs') return this.#list(items, start)
    this.#source.problems.warn('!!omap and !!pairs are old: every map keeps its order', this.#place(start))
    return this.#list(
      items.flatMap((item) =>
        item.kind === 'map' ? item.entries.map((entry) => this.#list([keyOf(entry), entry.value], start)) : [],
      ),
      start,
    )
  }

  #list(items: readonly YamlNode[], start: number): YamlList {
    return this.#bounded({ kind: 'list', items, place: this.#place(start), size: total(items) })
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
      this.#source.problems.duplicate(
        `the key ${entry.key || '""'} is given twice, also in line ${line}, column ${column}: the last one counts`,
        entry.keyPlace,
      )
    }
    // The last value counts, under the first key: of `1` and `yes`, which Python takes for one, that is 1.
    own.set(identity(entry.keyValue), before ? { ...before, value: entry.value } : entry)
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
      this.#mistake(UNQUOTED, outer, text && `write "${text}"`)
    } else this.#mistake('a key must be text or a number', offset)
  }

  #scalar(node: SourceScalar, start: number, unsafe: boolean): YamlScalar {
    const text = node.source ?? ''
    const plain = node.type === 'PLAIN'
    const place = this.#place(start)
    const tagged = tagScalar(node.tag, { text, plain, json: this.#source.json })
    if ('mistake' in tagged) return this.#mistake(tagged.mistake, this.#tagStart(start), tagged.hint)
    const { value, encrypted = false, unsafe: marked = false, warning } = tagged
    if (warning !== undefined) this.#source.problems.warn(warning, this.#place(this.#tagStart(start)))
    const textPlace = plain ? { ...place } : this.#textPlace(node, start, place)
    const written = this.#source.source.slice(start, node.range?.[1])
    if (node.type === 'BLOCK_FOLDED' || /[\n\\]|''/.test(node.type === 'BLOCK_LITERAL' ? '' : written))
      rememberWritten(textPlace, { text: written, start: place })
    return {
      kind: 'scalar',
      value,
      text,
      plain,
      unsafe: unsafe || marked,
      encrypted,
      place: encrypted ? this.#place(this.#tagStart(start)) : place,
      textPlace,
      size: 1,
    }
  }

  /** Where the tag and anchor before a value start: the parser tells where the value does. */
  #tagStart(start: number): number {
    const before = this.#source.source.slice(Math.max(0, start - 400), start)
    return start - (/(?:[!&][^\s,[\]{}]*[ \t\r\n]+)+$/.exec(before)?.[0].length ?? 0)
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
    return {
      kind: 'scalar',
      value: null,
      text: '',
      plain: true,
      unsafe: false,
      encrypted: false,
      place,
      textPlace: place,
      size: 1,
    }
  }

  #place(offset: number): Place {
    return this.#source.placeAt(offset)
  }
}

const total = (nodes: readonly YamlNode[]): number => nodes.reduce((sum, { size }) => sum + size, 1)

/** A key as a value of its own: an item of a set. */
const keyOf = ({ key, keyValue, keyPlace }: YamlEntry): YamlScalar => ({
  kind: 'scalar',
  value: keyValue,
  text: key,
  plain: typeof keyValue !== 'string',
  unsafe: true,
  encrypted: false,
  place: keyPlace,
  textPlace: keyPlace,
  size: 1,
})

/** Keys that Python's dict takes for one: 1, 1.0 and true are. */
function identity(key: Scalar): string {
  if (typeof key === 'string') return `s${key}`
  if (key === null) return 'null'
  return `n${key instanceof Float ? key.value : typeof key === 'bigint' ? key : Number(key)}`
}
