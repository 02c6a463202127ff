import type { VarLayer } from '../../model.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { Vars } from '../../value.ts'
import type { Magic } from '../../values/scope.ts'
import type { YamlEntry, YamlMap } from '../nodes.ts'
import { construct } from './constructed.ts'
import { generate } from './generator.ts'
import type { DraftHost } from './graph.ts'
import type { Source } from './source.ts'

/** What a plugin may look at besides its own file. */
export interface PluginPorts {
  readonly extraVars: Vars
  readonly magic: Pick<Magic, 'vault'>
  /** The variables that hosts have by now; those of group_vars and host_vars where `withFiles` is set. */
  hostLayers(withFiles: boolean): (host: DraftHost) => readonly VarLayer[]
}

type Plugin = (config: YamlMap, source: Source, ports: PluginPorts) => void

const PLUGINS: ReadonlyMap<string, Plugin> = new Map([
  ['constructed', construct],
  ['generator', generate],
])
/** Plugins that Ansible chooses by the kind of a source, and that nobody configures by a file. */
const IMPLIED = ['auto', 'host_list', 'advanced_host_list', 'ini', 'yaml', 'toml', 'script']

/** The key that makes a YAML file the configuration of an inventory plugin. */
export const pluginOf = (config: YamlMap): YamlEntry | undefined =>
  config.entries.find(({ key, value }) => key === 'plugin' && value.kind === 'scalar' && value.value !== null)

/** Does what the configuration of an inventory plugin says, to the hosts read so far. */
export function runPlugin(config: YamlMap, { value }: YamlEntry, source: Source, ports: PluginPorts): void {
  const written = value.kind === 'scalar' ? value.text : ''
  const name = written.replace(/^ansible\.builtin\./, '')
  const plugin = PLUGINS.get(name)
  if (plugin) {
    plugin(config, source, ports)
    return
  }
  const known = [...PLUGINS.keys()]
  const instead = `kplay has ${known.join(' and ')}; a script that prints JSON may take its place: one line, exec ansible-inventory -i ${source.name} --list`
  source.problems.add('BAD_YAML', `the inventory plugin ${written} is not supported`, {
    place: value.place,
    hint: IMPLIED.includes(name)
      ? 'sources of this kind need no such file: name the source itself with -i'
      : (didYouMean(name, known) ?? instead),
  })
}
