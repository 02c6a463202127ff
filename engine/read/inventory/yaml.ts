import { didYouMean } from '../../schema/parse.ts'
import type { Vars } from '../../value.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from '../nodes.ts'
import { NO_VARS, readVars } from '../vars.ts'
import type { Source } from './source.ts'

const KEYS = ['hosts', 'vars', 'children']

/** A YAML inventory: groups with hosts, vars and children, at any depth. */
export function readYamlInventory(node: YamlNode, source: Source): void {
  if (isNothing(node)) return
  if (node.kind === 'map') for (const entry of node.entries) readGroup(entry, source)
  else
    source.problems.add('BAD_YAML', `an inventory is a map of groups, not ${kindOf(node)}`, {
      place: node.place,
      hint: 'a list of plays is a playbook; hosts and groups are keys with a colon behind them',
    })
}

function readGroup({ key: written, keyPlace, value }: YamlEntry, source: Source): void {
  const { problems } = source
  const name = source.group(written, keyPlace)
  if (isNothing(value)) return
  if (value.kind !== 'map') {
    problems.add('BAD_YAML', `the group ${name} is a map with hosts, vars and children, not ${kindOf(value)}`, {
      place: value.place,
    })
    return
  }
  for (const { key, keyPlace: place, value: part } of value.entries) {
    if (key === 'hosts') readHosts(name, part, source)
    else if (key === 'vars') source.groupVars(name, readVars(part, problems))
    else if (key === 'children') readChildren(name, part, source)
    else
      problems.add('BAD_YAML', `unknown key ${key} in the group ${name}`, {
        place,
        hint:
          didYouMean(key, KEYS) ?? `known: ${KEYS.join(', ')}; a variable belongs under vars, a group under children`,
      })
  }
}

function readHosts(group: string, node: YamlNode, source: Source): void {
  for (const { key, keyPlace, value } of named(node, 'hosts', source))
    source.hosts(key, group, hostVars(key, value, source), keyPlace)
}

function hostVars(name: string, value: YamlNode, { problems }: Source): Vars {
  if (value.kind === 'map' || isNothing(value)) return readVars(value, problems)
  problems.add('BAD_YAML', `the host ${name} takes a map of variables, not ${kindOf(value)}`, { place: value.place })
  return NO_VARS
}

function readChildren(group: string, node: YamlNode, source: Source): void {
  for (const entry of named(node, 'children', source)) {
    source.child(group, source.group(entry.key, entry.keyPlace), entry.keyPlace)
    readGroup(entry, source)
  }
}

/** The entries of `hosts:` or `children:`; a single name may stand there without a colon. */
function named(node: YamlNode, what: string, { problems }: Source): readonly YamlEntry[] {
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
