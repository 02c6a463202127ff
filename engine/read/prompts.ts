import type { Problems } from '../errors.ts'
import type { VarsPrompt } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from './nodes.ts'
import { plainText, writtenAny, writtenFlag, writtenText, writtenWhole } from './written.ts'

const KEYS = ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt_size', 'salt', 'unsafe']

/** `vars_prompt` of a play: a list of variables to ask for. */
export function readPrompts(node: YamlNode, problems: Problems): readonly VarsPrompt[] {
  if (isNothing(node)) return []
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    if (item.kind === 'map') return readPrompt(item, problems) ?? []
    problems.add('BAD_YAML', `vars_prompt is a list of maps, not ${kindOf(item)}`, { place: item.place })
    return []
  })
}

function readPrompt(map: YamlMap, problems: Problems): VarsPrompt | undefined {
  const own = new Map<string, YamlEntry>(map.entries.map((entry) => [entry.key, entry]))
  for (const { key, keyPlace } of map.entries) {
    if (KEYS.includes(key)) continue
    problems.add('BAD_YAML', `unknown key ${key} in vars_prompt`, {
      place: keyPlace,
      hint: didYouMean(key, KEYS) ?? `known: ${KEYS.join(', ')}`,
    })
  }
  const optional = <T>(key: string, read: (node: YamlNode, key: string, problems: Problems) => T): T | undefined => {
    const entry = own.get(key)
    return entry && read(entry.value, key, problems)
  }
  const name = optional('name', plainText)
  if (name === undefined) {
    if (!own.has('name')) problems.add('BAD_YAML', 'vars_prompt needs the name of the variable', { place: map.place })
    return undefined
  }
  return {
    name,
    place: map.place,
    prompt: optional('prompt', writtenText),
    default: optional('default', writtenAny),
    private: optional('private', writtenFlag),
    confirm: optional('confirm', writtenFlag),
    encrypt: optional('encrypt', writtenText),
    saltSize: optional('salt_size', writtenWhole),
    salt: optional('salt', writtenText),
    unsafe: optional('unsafe', writtenFlag),
  }
}
