import type { Problems } from '../errors.ts'
import type { ModuleDefaults } from '../model.ts'
import { argumentsOf } from './argument.ts'
import { isNothing, isTemplate, kindOf, rawOf, type YamlEntry, type YamlNode } from './nodes.ts'

/** `module_defaults`: a map of modules to their arguments, or a list of such maps of which later ones win. */
export function readModuleDefaults(node: YamlNode, problems: Problems): readonly ModuleDefaults[] {
  if (isNothing(node)) return []
  if (node.kind === 'list') return node.items.flatMap((item) => readModuleDefaults(item, problems))
  if (node.kind === 'map') return node.entries.flatMap((entry) => readEntry(entry, problems) ?? [])
  problems.add('BAD_YAML', `module_defaults is a map of modules to their arguments, not ${kindOf(node)}`, {
    place: node.place,
    hint: isTemplate(node.text) ? 'only the arguments of a module may come from a variable' : undefined,
  })
  return []
}

function readEntry({ key, keyPlace, value }: YamlEntry, problems: Problems): ModuleDefaults | undefined {
  const place = keyPlace
  if (key.startsWith('group/')) {
    problems.add('BAD_YAML', `module_defaults for ${key}: groups of modules are not supported`, {
      place,
      hint: 'name each module of the group',
    })
    return undefined
  }
  if (isNothing(value)) return { module: key, place, args: new Map() }
  if (value.kind === 'map') return { module: key, place, args: argumentsOf(key, value) }
  if (value.kind === 'scalar' && isTemplate(value.text) && !value.unsafe)
    return { module: key, place, args: new Map(), more: { value: rawOf(value), place: value.place } }
  problems.add('BAD_YAML', `the arguments of ${key} are a map, not ${kindOf(value)}`, { place: value.place })
  return undefined
}
