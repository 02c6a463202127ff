import type { Place, Problems } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'
import { Template, type Raw } from '../../value.ts'
import { compile } from '../../values/template.ts'
import { isNothing, kindOf, rawOf, type YamlEntry, type YamlMap, type YamlNode } from '../nodes.ts'

/** Options of a plugin's configuration, or of an entry in it. Every mistake goes to `problems`. */
export class Options {
  readonly place: Place
  readonly #map: YamlMap
  readonly #problems: Problems

  constructor(map: YamlMap, known: readonly string[], problems: Problems) {
    this.#map = map
    this.#problems = problems
    this.place = map.place
    for (const { key, keyPlace } of map.entries)
      if (!known.includes(key))
        problems.add('BAD_YAML', `unknown option ${key}`, {
          place: keyPlace,
          hint: didYouMean(key, known) ?? `known: ${known.join(', ')}`,
        })
  }

  #node(name: string): YamlNode | undefined {
    const node = this.#map.entries.find(({ key }) => key === name)?.value
    return node && !isNothing(node) ? node : undefined
  }

  has(name: string): boolean {
    return this.#node(name) !== undefined
  }

  flag(name: string, missing: boolean): boolean {
    const node = this.#node(name)
    if (!node) return missing
    if (node.kind === 'scalar') {
      if (typeof node.value === 'boolean') return node.value
      if (/^(?:yes|on|true|1|y|t)$/i.test(node.text)) return true
      if (/^(?:no|off|false|0|n|f)$/i.test(node.text)) return false
    }
    this.#refuse(name, 'true or false', node)
    return missing
  }

  text(name: string): string | undefined {
    const node = this.#node(name)
    if (node && node.kind !== 'scalar') this.#refuse(name, 'text', node)
    return node?.kind === 'scalar' ? node.text : undefined
  }

  /** A text that may hold templates. */
  raw(name: string): Raw | undefined {
    const node = this.#node(name)
    return node && rawOf(node)
  }

  /** An expression, written without braces. */
  expression(name: string): Raw | undefined {
    const node = this.#node(name)
    return node && expressionOf(name, node, this.#problems)
  }

  /** A map of expressions by name. */
  expressions(name: string): readonly (readonly [string, Raw])[] {
    return this.entries(name).map(({ key, value }) => [key, expressionOf(key, value, this.#problems)])
  }

  entries(name: string): readonly YamlEntry[] {
    const node = this.#node(name)
    if (!node) return []
    if (node.kind === 'map') return node.entries
    this.#refuse(name, 'a map', node)
    return []
  }

  map(name: string): YamlMap | undefined {
    const node = this.#node(name)
    if (node?.kind === 'map') return node
    if (node) this.#refuse(name, 'a map', node)
    return undefined
  }

  /** A list of maps. */
  maps(name: string): readonly YamlMap[] {
    const node = this.#node(name)
    if (!node) return []
    if (node.kind === 'list') {
      const maps = node.items.filter((item) => item.kind === 'map')
      for (const item of node.items) if (item.kind !== 'map') this.#refuse(`an entry of ${name}`, 'a map', item)
      return maps
    }
    this.#refuse(name, 'a list', node)
    return []
  }

  #refuse(name: string, what: string, node: YamlNode): void {
    this.#problems.add('BAD_YAML', `${name} is ${what}, not ${kindOf(node)}`, { place: node.place })
  }
}

function expressionOf(name: string, node: YamlNode, problems: Problems): Raw {
  if (node.kind !== 'scalar') {
    problems.add('BAD_YAML', `${name} is an expression, not ${kindOf(node)}`, { place: node.place })
    return null
  }
  if (typeof node.value !== 'string') return node.value
  const template = new Template(node.value, node.textPlace, { expression: true })
  problems.collect(() => compile(template))
  return template
}
