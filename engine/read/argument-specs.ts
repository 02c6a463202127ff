import type { Problems } from '../errors.ts'
import type { ArgumentOption, ArgumentSpec } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { readArgumentRules, RULES } from './argument-rules.ts'
import { dataOf, isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from './nodes.ts'
import { plainTexts, writtenFlag } from './written.ts'

const TYPES = [
  'str',
  'int',
  'float',
  'bool',
  'list',
  'dict',
  'path',
  'raw',
  'jsonarg',
  'json',
  'bytes',
  'bits',
] as const
type Type = (typeof TYPES)[number]

const OPTION_KEYS = ['type', 'elements', 'required', 'default', 'choices', 'options', 'description', 'no_log']
/** Known to Ansible, of no effect here. */
const OTHER_KEYS = [
  'version_added',
  'version_added_collection',
  'aliases',
  'apply_defaults',
  'deprecated_aliases',
  'removed_in',
  'removed_in_version',
  'removed_at_date',
  'removed_from_collection',
  'fallback',
]

const SPEC_KEYS = ['options', 'short_description']
const SPEC_OTHERS = ['description', 'author', 'version_added', 'seealso', 'notes']

/** `argument_specs:` of a role, for one of its entry points. undefined: it has none. */
export function readArgumentSpec(node: YamlNode, entry: string, problems: Problems): ArgumentSpec | undefined {
  if (isNothing(node)) return undefined
  const found = asMap(node, 'argument_specs', problems)?.entries.find(({ key }) => key === entry)
  const map = found && !isNothing(found.value) ? asMap(found.value, entry, problems) : undefined
  if (!map) return undefined
  const keys = new Map(map.entries.map((entry) => [entry.key, entry.value]))
  for (const { key, keyPlace } of map.entries)
    if (![...SPEC_KEYS, ...SPEC_OTHERS, ...RULES].includes(key))
      problems.add('BAD_YAML', `unknown key ${key} in ${entry}`, {
        place: keyPlace,
        hint: didYouMean(key, [...SPEC_KEYS, ...RULES]),
      })
  const options = keys.get('options')
  const description = keys.get('short_description')
  return {
    place: map.place,
    entry,
    data: options ? dataOf(options) : new Map(),
    shortDescription: description ? plainTexts(description, 'short_description', problems).join(' ') : '',
    options: options ? readOptions(options, problems) : new Map<string, ArgumentOption>(),
    rules: readArgumentRules(keys, problems),
  }
}

function asMap(node: YamlNode, what: string, problems: Problems): YamlMap | undefined {
  if (node.kind === 'map') return node
  problems.add('BAD_YAML', `${what} is a map, not ${kindOf(node)}`, { place: node.place })
  return undefined
}

function readOptions(node: YamlNode, problems: Problems): ReadonlyMap<string, ArgumentOption> {
  if (isNothing(node)) return new Map()
  const entries = asMap(node, 'options', problems)?.entries ?? []
  return new Map(entries.map((entry) => [entry.key, readOption(entry, problems)]))
}

function readOption({ key: name, value }: YamlEntry, problems: Problems): ArgumentOption {
  const keys = new Map<string, YamlNode>()
  for (const entry of isNothing(value) ? [] : (asMap(value, name, problems)?.entries ?? [])) {
    keys.set(entry.key, entry.value)
    if (![...OPTION_KEYS, ...OTHER_KEYS, ...RULES].includes(entry.key))
      problems.add('BAD_YAML', `unknown key ${entry.key} in the option ${name}`, {
        place: entry.keyPlace,
        hint: didYouMean(entry.key, OPTION_KEYS) ?? `known: ${OPTION_KEYS.join(', ')}`,
      })
  }
  const flag = (key: string): boolean => {
    const node = keys.get(key)
    return node !== undefined && writtenFlag(node, key, problems)?.value === true
  }
  const fallback = keys.get('default')
  const choices = keys.get('choices')
  const options = keys.get('options')
  const description = keys.get('description')
  return {
    type: typeIn(keys.get('type'), problems) ?? 'str',
    elements: typeIn(keys.get('elements'), problems),
    required: flag('required'),
    default: fallback && dataOf(fallback),
    choices: choices && choicesIn(choices, problems),
    options: options && readOptions(options, problems),
    rules: readArgumentRules(keys, problems),
    description: description ? plainTexts(description, 'description', problems).join(' ') : '',
    noLog: flag('no_log'),
  }
}

function typeIn(node: YamlNode | undefined, problems: Problems): Type | undefined {
  if (!node || isNothing(node)) return undefined
  const written = node.kind === 'scalar' ? node.text : ''
  const type = TYPES.find((known) => known === written)
  if (!type)
    problems.add('BAD_YAML', `there is no type ${written || kindOf(node)}`, {
      place: node.place,
      hint: didYouMean(written, TYPES) ?? `known: ${TYPES.join(', ')}`,
    })
  return type
}

function choicesIn(node: YamlNode, problems: Problems): ArgumentOption['choices'] {
  if (node.kind === 'list') return node.items.map(dataOf)
  problems.add('BAD_YAML', `choices are a list, not ${kindOf(node)}`, { place: node.place })
  return undefined
}
