import { isVault } from '../../vault/envelope.ts'
import { Problems } from '../../errors.ts'
import { isNothing, type YamlNode } from '../nodes.ts'
import { readYaml } from '../yaml.ts'
import { readIniInventory } from './ini.ts'
import { pluginOf, runPlugin, type PluginPorts } from './plugin.ts'
import { readScriptInventory, type ScriptAnswer } from './script.ts'
import type { Source } from './source.ts'
import { readTomlInventory } from './toml.ts'
import { readYamlInventory } from './yaml.ts'

interface TextOptions {
  readonly ports: PluginPorts
  /** Whether templates in what scripts print are rendered. */
  readonly trusted: boolean
}

/**
 * One source: a file's text or a program's answer. What kind of text it is, its name and its beginning tell.
 *
 * @returns whether it says anything; as for Ansible, an INI file does even where it is empty
 */
export function readSourceText(text: string | ScriptAnswer, source: Source, { ports, trusted }: TextOptions): boolean {
  const { name, problems } = source
  if (typeof text !== 'string') readScriptInventory(text, source, { trusted })
  else if (/^#!(?!.*\bansible-inventory\b)/.test(text))
    problems.add('BAD_YAML', 'this inventory is a script, but it is not executable', {
      place: { file: name, line: 1, column: 1 },
      hint: `chmod +x ${name}; where it is meant to be read as text, take its first line away`,
    })
  else if (/\.(?:ya?ml|json|config)$/.test(name) || isVault(text)) {
    const node = readYaml(text, name, problems)
    readYamlSource(node, source, ports)
    return node === undefined || !isNothing(node)
  } else if (name.endsWith('.toml')) readTomlInventory(text, source)
  else if (/\.[^./]+$/.test(name)) readIniInventory(text, source)
  else {
    // Without an extension it may be either: an INI file is no YAML map.
    const node = SECTION.test(text) ? undefined : readYaml(text, name, new Problems())
    if (node && (node.kind === 'map' || isNothing(node))) readYamlSource(readYaml(text, name, problems), source, ports)
    else readIniInventory(text, source)
  }
  return true
}

const SECTION = /^\[[^\]\s]+\]\s*$/m

function readYamlSource(node: YamlNode | undefined, source: Source, ports: PluginPorts): void {
  const plugin = node?.kind === 'map' ? pluginOf(node) : undefined
  if (node?.kind === 'map' && plugin) runPlugin(node, plugin, source, ports)
  else if (node) readYamlInventory(node, source)
}
