import type { Place, Problems } from '../errors.ts'
import type { Raw, Variable, Vars } from '../value.ts'
import { mergeDicts } from '../values/scope.ts'
import type { Files } from './files.ts'
import { isNothing, isTemplate, kindOf, rawOf, type YamlMap, type YamlNode } from './nodes.ts'
import { readYaml } from './yaml.ts'

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u

export const NO_VARS: Vars = new Map()

/** A map as variables that know where they were written. `strict`: names must be such that an expression can use them. */
export function readVars(node: YamlNode, problems: Problems, { strict = false } = {}): Vars {
  if (isNothing(node)) return NO_VARS
  // Older playbooks write a list of maps; the later ones win.
  if (node.kind === 'list') return mergeVars(...node.items.map((item) => readVars(item, problems, { strict })))
  if (node.kind === 'scalar') {
    problems.add('BAD_YAML', `variables are a map, not ${kindOf(node)}`, { place: node.place })
    return NO_VARS
  }
  if (strict) checkNames(node, problems)
  return new Map(
    node.entries.map(({ key, keyPlace, value }) => [key, { value: rawOf(value), place: placeOf(value, keyPlace) }]),
  )
}

/** Where a variable's value stands; of a list or map in block style, its key. */
const placeOf = (value: YamlNode, keyPlace: Place): Place =>
  value.kind === 'scalar' && value.value !== null && value.place.line === keyPlace.line ? value.place : keyPlace

function checkNames({ entries }: YamlMap, problems: Problems): void {
  for (const { key, keyPlace } of entries)
    if (!NAME.test(key))
      problems.add('BAD_YAML', `${key || '""'} is no name for a variable`, {
        place: keyPlace,
        hint: 'letters, digits and _ only, not starting with a digit',
      })
}

/** Later ones win. */
export function mergeVars(...layers: readonly Vars[]): Vars {
  const merged = new Map<string, Variable>()
  for (const layer of layers) for (const [name, variable] of layer) merged.set(name, variable)
  return merged
}

/** The same, but of two dicts under one name with the keys of both: `hash_behaviour` merge. */
export function mergeVarsDeeply(weaker: Vars, stronger: Vars): Vars {
  const merged = new Map(weaker)
  for (const [name, variable] of stronger) {
    const below = weaker.get(name)
    merged.set(name, below ? { ...variable, value: mergeDicts(below.value, variable.value) } : variable)
  }
  return merged
}

/** A file of variables (group_vars, host_vars, vars_files, `-e @file`); undefined: it is not there. */
export function readVarsFile(path: string, files: Files, problems: Problems): Vars | undefined {
  const node = readNode(path, files, problems)
  return node && (node === 'broken' ? NO_VARS : readVars(node, problems))
}

/** A file as one value, such as `vars_files` may hold or `include_vars` reads. */
export function readValueFile(path: string, files: Files, problems: Problems): Raw | undefined {
  const node = readNode(path, files, problems)
  return node === undefined || node === 'broken' ? undefined : rawOf(node)
}

function readNode(path: string, files: Files, problems: Problems): YamlNode | 'broken' | undefined {
  const text = files.readText(path)
  if (text === undefined) return undefined
  const node = readYaml(text, path, problems)
  if (node && files.vault?.hasOpened(path)) files.vault.conceal(textsIn(node))
  return node ?? 'broken'
}

/** What may be a secret in an encrypted file: texts and long numbers, but no templates. */
function* textsIn(node: YamlNode): Generator<string> {
  if (node.kind === 'list') for (const item of node.items) yield* textsIn(item)
  else if (node.kind === 'map') for (const { value } of node.entries) yield* textsIn(value)
  else if (typeof node.value === 'string' && !isTemplate(node.text)) yield node.text
  else if (/^\d{6,}$/.test(node.text)) yield node.text
}
