import type { Place } from '../errors.ts'
import type { Argument } from '../model.ts'
import { Template, type Raw } from '../value.ts'
import { rawOf, type YamlEntry, type YamlMap, type YamlNode } from './nodes.ts'
import { shortName } from './short-name.ts'
import { expression } from './written.ts'

/** Arguments that are expressions without braces, as `when` is; with braces, debug's is the name of a variable. */
const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = { assert: ['that'], debug: ['var'] }
const NAMES: readonly string[] = ['debug']

/** The arguments in a map. */
export const argumentsOf = (action: string, map: YamlMap): Map<string, Argument> =>
  new Map(map.entries.map((entry) => [entry.key, argumentOf(action, entry)]))

function argumentOf(action: string, { key, keyPlace, value: node }: YamlEntry): Argument {
  const name = shortName(action)
  const plain = rawOf(node)
  const isRendered = NAMES.includes(name) && plain instanceof Template
  const value = EXPRESSIONS[name]?.includes(key) && !isRendered ? expressionsOf(node) : plain
  return { value, text: sourceOf(node), place: node.place, keyPlace }
}

/** What was written of a plain scalar that YAML takes for something else than text. */
const sourceOf = (node: YamlNode): string | undefined =>
  node.kind === 'scalar' && node.plain && node.value !== null && typeof node.value !== 'string' ? node.text : undefined

/** The same for what was written before anybody knew which module it is for. */
export function asExpressions(action: string, key: string, raw: Raw, place: Place): Raw {
  if (!EXPRESSIONS[shortName(action)]?.includes(key)) return raw
  const all = (each: Raw): Raw => {
    if (Array.isArray(each)) return (each as readonly Raw[]).map(all)
    return typeof each === 'string' ? expression(each, place) : each
  }
  return all(raw)
}

function expressionsOf(node: YamlNode): Raw {
  if (node.kind === 'list') return node.items.map(expressionsOf)
  return node.kind === 'scalar' && typeof node.value === 'string' && !node.unsafe
    ? expression(node.value, node.textPlace)
    : rawOf(node)
}
