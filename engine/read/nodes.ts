import type { Place } from '../errors.ts'
import { Encrypted, Template, type Raw, type Value } from '../value.ts'
import type { Scalar } from '../values/yaml-scalar.ts'

/** YAML as data that knows where it stands. Aliases are resolved (nodes are shared), merge keys merged. */
export type YamlNode = YamlScalar | YamlList | YamlMap

interface Located {
  readonly place: Place
  /** How many nodes it is when every alias is spelled out. */
  readonly size: number
}

export interface YamlScalar extends Located {
  readonly kind: 'scalar'
  readonly value: Scalar
  /** What was written, escapes and line folding undone. */
  readonly text: string
  /** Neither quoted nor a block: only such a scalar can be anything but text. */
  readonly plain: boolean
  /** `!unsafe`: never a template. */
  readonly unsafe: boolean
  /** `!vault`: the value is the encrypted text. */
  readonly encrypted: boolean
  /** Where the text itself starts: behind the quote, below the `|`. */
  readonly textPlace: Place
}

export interface YamlList extends Located {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
}

export interface YamlEntry {
  /** The key as text. */
  readonly key: string
  readonly keyValue: Scalar
  readonly keyPlace: Place
  readonly value: YamlNode
}

export interface YamlMap extends Located {
  readonly kind: 'map'
  readonly entries: readonly YamlEntry[]
}

const MARKS = /\{\{|\{%|\{#/

/** Whether text has to be rendered. */
export const isTemplate = (text: string): boolean => MARKS.test(text)

/** A node as a value whose templated texts are Template objects. */
export function rawOf(node: YamlNode): Raw {
  switch (node.kind) {
    case 'list':
      return node.items.map(rawOf)
    case 'map':
      return new Map<Value, Raw>(node.entries.map(({ keyValue, value }) => [keyValue, rawOf(value)]))
    case 'scalar':
      if (node.encrypted) return new Encrypted(node.text, node.place)
      return typeof node.value === 'string' && !node.unsafe && isTemplate(node.value)
        ? new Template(node.value, node.textPlace)
        : node.value
  }
}

/** A node as mere data: nothing in it is ever rendered. */
export function dataOf(node: YamlNode): Value {
  if (node.kind === 'list') return node.items.map(dataOf)
  if (node.kind === 'map') return new Map(node.entries.map(({ keyValue, value }) => [keyValue, dataOf(value)]))
  return node.value
}

/** Text as a value: a Template when it holds marks. */
export const rawText = (text: string, place: Place): string | Template =>
  isTemplate(text) ? new Template(text, place) : text

/** What a node is, for messages. */
export function kindOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.encrypted) return 'an encrypted value'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return 'text'
  return `${typeof node.value === 'boolean' ? 'the boolean' : 'the number'} ${node.text}`
}

export const isNothing = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null

/** A place further along the same line. */
export const along = (place: Place, columns: number): Place => ({ ...place, column: place.column + columns })
