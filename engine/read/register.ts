import type { Problems } from '../errors.ts'
import type { Task } from '../model.ts'
import type { Variable } from '../value.ts'
import type { YamlEntry, YamlNode } from './nodes.ts'
import { conditions, plainText } from './written.ts'

/** In an expression they mean something else. */
const CONSTANTS = ['true', 'false', 'none', 'True', 'False', 'None']

/** `register`: the name of a variable, or a map of names to expressions about `_task`. */
export function readRegister(entry: YamlEntry | undefined, problems: Problems): Pick<Task, 'register' | 'projections'> {
  if (!entry) return {}
  const { value } = entry
  if (value.kind !== 'map') return { register: variableName(value, problems) }
  const projections = new Map<string, Variable>()
  for (const { key, keyPlace, value: node } of value.entries) {
    checkName(key, keyPlace, problems)
    const [expression] = conditions(node, key, problems)
    if (expression) projections.set(key, expression)
  }
  return { projections }
}

function variableName(node: YamlNode, problems: Problems): string | undefined {
  const name = plainText(node, 'register', problems)
  if (name !== undefined) checkName(name, node.place, problems)
  return name
}

function checkName(name: string, place: YamlNode['place'], problems: Problems): void {
  if (/^[A-Za-z_]\w*$/.test(name) && !CONSTANTS.includes(name)) return
  problems.add('BAD_YAML', `register: ${name} is no name of a variable`, {
    place,
    hint: CONSTANTS.includes(name)
      ? 'in an expression it means something else'
      : 'a name has letters, digits and _, and begins with no digit',
  })
}
