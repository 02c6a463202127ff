import { Template, type Raw, type Value, type Vars } from '../../value.ts'
import { text } from '../../values/print.ts'
import { Scope } from '../../values/scope.ts'
import { evaluate } from '../../values/template.ts'
import { dataOf, kindOf, type YamlMap } from '../nodes.ts'
import { readVars } from '../vars.ts'
import { Options } from './options.ts'
import type { PluginPorts } from './plugin.ts'
import type { Source } from './source.ts'

const MOST_HOSTS = 100_000

/** Ansible's `generator`: a host for every combination of the layers' values, with groups made of the same values. */
export function generate(config: YamlMap, source: Source, { extraVars, magic }: PluginPorts): void {
  const { problems } = source
  const options = new Options(config, ['plugin', 'hosts', 'layers', 'use_extra_vars'], problems)
  const hosts = options.map('hosts')
  const layers = readLayers(options, source)
  const count = layers.reduce((product, { values }) => product * values.length, 1)
  if (!hosts || count > MOST_HOSTS) {
    const why = hosts ? `the layers make ${count} hosts, more than ${MOST_HOSTS}` : 'hosts with a name is missing'
    problems.add('BAD_YAML', why, { place: config.place })
    return
  }
  const pattern = readPattern(hosts, source)
  const extra = options.flag('use_extra_vars', false) ? extraVars : new Map()
  for (const vars of combinations(layers)) {
    const scope = new Scope(
      [
        { name: 'extra vars', vars: extra },
        { name: 'layers', vars },
      ],
      magic,
    )
    problems.collect(() => {
      const name = text(evaluate(pattern.name, scope))
      source.graph.host({ name, source: source.name, place: hosts.place })
      for (const parent of pattern.parents) addParent(parent, name, 'host', source, scope)
    })
  }
}

interface Layer {
  readonly name: string
  readonly values: readonly Value[]
}

function readLayers(options: Options, { problems }: Source): readonly Layer[] {
  return options.entries('layers').map(({ key, value }) => {
    if (value.kind === 'list') return { name: key, values: value.items.map(dataOf) }
    problems.add('BAD_YAML', `the layer ${key} is a list of values, not ${kindOf(value)}`, { place: value.place })
    return { name: key, values: [] }
  })
}

function* combinations([first, ...others]: readonly Layer[]): Iterable<Vars> {
  if (!first) {
    yield new Map()
    return
  }
  for (const value of first.values)
    for (const rest of combinations(others)) yield new Map([[first.name, { value }], ...rest])
}

/** A host or a group whose name is made of the layers' values. */
interface Pattern {
  readonly name: Raw
  readonly vars: Vars
  readonly parents: readonly Pattern[]
  readonly map: YamlMap
}

function readPattern(map: YamlMap, source: Source): Pattern {
  const options = new Options(map, ['name', 'parents', 'vars'], source.problems)
  const name = options.raw('name')
  if (name === undefined) source.problems.add('BAD_YAML', 'a name is missing here', { place: map.place })
  const vars = options.map('vars')
  return {
    name: name ?? '',
    vars: vars ? readVars(vars, source.problems) : new Map(),
    parents: options.maps('parents').map((parent) => readPattern(parent, source)),
    map,
  }
}

function addParent(
  { name, vars, parents, map }: Pattern,
  child: string,
  kind: 'host' | 'group',
  source: Source,
  scope: Scope,
): void {
  const group = source.group(text(evaluate(name, scope)), map.place)
  // Only a text of its own is rendered now; lists and dicts of templates are variables like any other.
  const render = (raw: Raw): Raw => (raw instanceof Template ? evaluate(raw, scope) : raw)
  source.groupVars(group, new Map([...vars].map(([key, { value, place }]) => [key, { value: render(value), place }])))
  if (kind === 'group') source.graph.child(group, child, map.place)
  else source.graph.host({ name: child, group, source: source.name })
  for (const parent of parents) addParent(parent, group, 'group', source, scope)
}
