import type { Problems } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { Variable, Vars } from '../../value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../nodes.ts'
import { mergeVars, NO_VARS, readVars } from '../vars.ts'
import type { InventoryGraph } from './graph.ts'
import { expandHost } from './ranges.ts'

const KEYS = ['hosts', 'vars', 'children']

/** A YAML inventory: groups with hosts, vars and children, at any depth. */
export function readYamlInventory(node: YamlNode, graph: InventoryGraph, source: string, problems: Problems): void {
  if (isNothing(node)) return
  if (node.kind !== 'map') {
    problems.add('BAD_YAML', `an inventory is a map of groups, not ${kindOf(node)}`, { place: node.place })
    return
  }
  const plugin = node.entries.find(({ key }) => key === 'plugin')
  if (plugin) {
    problems.add('BAD_YAML', 'inventory plugins are not supported yet', { place: plugin.keyPlace })
    return
  }
  for (const entry of node.entries) readGroup(entry, graph, source, problems)
}

function readGroup({ key: name, value }: YamlEntry, graph: InventoryGraph, source: string, problems: Problems): void {
  graph.group(name)
  if (isNothing(value)) return
  if (value.kind !== 'map') {
    problems.add('BAD_YAML', `the group ${name} is a map with hosts, vars and children, not ${kindOf(value)}`, {
      place: value.place,
    })
    return
  }
  for (const { key, keyPlace: place, value: part } of value.entries) {
    if (key === 'hosts') readHosts(name, part, graph, source, problems)
    else if (key === 'vars') graph.groupVars(name, readVars(part, problems))
    else if (key === 'children') readChildren(name, part, graph, source, problems)
    else
      problems.add('BAD_YAML', `unknown key ${key} in the group ${name}`, {
        place,
        hint:
          didYouMean(key, KEYS) ?? `known: ${KEYS.join(', ')}; a variable belongs under vars, a group under children`,
      })
  }
}

function readHosts(group: string, node: YamlNode, graph: InventoryGraph, source: string, problems: Problems): void {
  for (const { key, keyPlace, value } of named(node, 'hosts', problems)) {
    const vars = hostVars(key, value, problems)
    problems.collect(() => {
      const { names, port } = expandHost(key, keyPlace)
      for (const name of names) graph.host(name, group, mergeVars(portVars(port), vars), source)
    })
  }
}

function hostVars(name: string, value: YamlNode, problems: Problems): Vars {
  if (value.kind === 'map' || isNothing(value)) return readVars(value, problems)
  problems.add('BAD_YAML', `the host ${name} takes a map of variables, not ${kindOf(value)}`, { place: value.place })
  return NO_VARS
}

/** What `name:22` in an inventory means. */
export const portVars = (port: number | undefined): Vars =>
  port === undefined ? NO_VARS : new Map<string, Variable>([['ansible_port', { value: port }]])

function readChildren(group: string, node: YamlNode, graph: InventoryGraph, source: string, problems: Problems): void {
  for (const entry of named(node, 'children', problems))
    problems.collect(() => {
      graph.child(group, entry.key, entry.keyPlace)
      readGroup(entry, graph, source, problems)
    })
}

/** The entries of `hosts:` or `children:`; a single name may stand there without a colon. */
function named(node: YamlNode, what: string, problems: Problems): readonly YamlEntry[] {
  if (node.kind === 'map') return node.entries
  if (isNothing(node)) return []
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const nothing: YamlMap = { kind: 'map', entries: [], place: node.place, size: 1 }
    return [{ key: node.value, keyValue: node.value, keyPlace: node.place, value: nothing }]
  }
  problems.add('BAD_YAML', `${what} is a map of names, not ${kindOf(node)}`, {
    place: node.place,
    hint: 'write each name on a line of its own, with a colon behind it',
  })
  return []
}
