import type { Variable, Vars } from '../value.ts'
import { isNothing, kindOf, rawOf, type YamlNode } from './nodes.ts'
import { NO_KEYWORDS, readProperties } from './properties.ts'
import type { Reading, RoleUse } from './reading.ts'
import { NO_VARS } from './vars.ts'
import { plainText } from './written.ts'

/** `roles:` of a play or `dependencies:` of a role: names, or maps with a name, keywords and parameters. */
export function readRoleEntries(node: YamlNode, reading: Reading): readonly RoleUse[] {
  if (isNothing(node)) return []
  if (node.kind === 'list') return node.items.flatMap((item) => readEntry(item, reading) ?? [])
  reading.problems.add('BAD_YAML', `roles are a list, not ${kindOf(node)}`, {
    place: node.place,
    hint: 'each role starts with "- "',
  })
  return []
}

function readEntry(node: YamlNode, { problems }: Reading): RoleUse | undefined {
  if (node.kind !== 'map') {
    const name = plainText(node, 'the name of a role', problems)
    return name === undefined ? undefined : { name, place: node.place, keywords: NO_KEYWORDS, params: NO_VARS }
  }
  const { keywords, own, others } = readProperties(node, 'role', problems)
  const named = own.get('role') ?? own.get('name')
  if (!named) {
    problems.add('BAD_YAML', 'the entry names no role', { place: node.place, hint: 'write role: NAME' })
    return undefined
  }
  const name = plainText(named.value, 'the name of a role', problems)
  if (name === undefined) return undefined
  const params: Vars = new Map(
    others.map(({ key, keyPlace, value }): [string, Variable] => [key, { value: rawOf(value), place: keyPlace }]),
  )
  return { name, place: named.value.place, keywords, params }
}
