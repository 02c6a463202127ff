import type { Problems } from '../errors.ts'
import type { ArgumentRules } from '../model.ts'
import { dataOf, isNothing, kindOf, type YamlNode } from './nodes.ts'
import { plainTexts } from './written.ts'

/** Keys of an argument specification that say what its options must be together. */
export const RULES: readonly string[] = [
  'required_one_of',
  'mutually_exclusive',
  'required_together',
  'required_if',
  'required_by',
]

/** What options must be together. What is wrong in it is reported. */
export function readArgumentRules(keys: ReadonlyMap<string, YamlNode>, problems: Problems): ArgumentRules {
  const names = (node: YamlNode | undefined, key: string): readonly string[] =>
    node ? plainTexts(node, `a name in ${key}`, problems) : []
  const groups = (key: string): readonly (readonly string[])[] => {
    const items = itemsOf(keys.get(key), key, problems)
    // One list may stand for a list of one.
    return items.length > 0 && items.every(({ kind }) => kind === 'scalar')
      ? [items.flatMap((item) => names(item, key))]
      : items.map((item) => names(item, key))
  }
  return {
    requiredOneOf: groups('required_one_of'),
    mutuallyExclusive: groups('mutually_exclusive'),
    requiredTogether: groups('required_together'),
    requiredIf: itemsOf(keys.get('required_if'), 'required_if', problems).flatMap((item) => {
      const [name, value, needs, any] = item.kind === 'list' ? item.items : []
      if (name?.kind === 'scalar' && value && needs)
        return [
          {
            name: name.text,
            value: dataOf(value),
            needs: names(needs, 'required_if'),
            any: any !== undefined && dataOf(any) === true,
          },
        ]
      problems.add('BAD_YAML', 'required_if is a list of [name, value, [names]]', { place: item.place })
      return []
    }),
    requiredBy: entriesOf(keys.get('required_by'), problems).map(([name, needs]) => ({
      name,
      needs: names(needs, 'required_by'),
    })),
  }
}

function itemsOf(node: YamlNode | undefined, key: string, problems: Problems): readonly YamlNode[] {
  if (!node || isNothing(node)) return []
  if (node.kind === 'list') return node.items
  problems.add('BAD_YAML', `${key} is a list of lists, not ${kindOf(node)}`, { place: node.place })
  return []
}

function entriesOf(node: YamlNode | undefined, problems: Problems): readonly (readonly [string, YamlNode])[] {
  if (!node || isNothing(node)) return []
  if (node.kind === 'map') return node.entries.map(({ key, value }) => [key, value])
  problems.add('BAD_YAML', `required_by is a map of names, not ${kindOf(node)}`, { place: node.place })
  return []
}
