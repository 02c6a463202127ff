import { KplayError, Problems } from '../errors.ts'
import type { ArgumentSpec, Play } from '../model.ts'
import { readArgumentSpec } from './argument-specs.ts'
import type { YamlNode } from './nodes.ts'
import type { Reading } from './reading.ts'
import { writtenAny } from './written.ts'
import { readYaml } from './yaml.ts'

/** `validate_argspec` of a play: its arguments stand in a file beside its playbook, `site.meta.yml` of `site.yml`. */
export function readPlaySpec(node: YamlNode, { files, file }: Reading): Play['spec'] {
  const wanted = writtenAny(node)
  if (!wanted) return undefined
  const base = file.replace(/\.(ya?ml|json)$/, '')
  const places = ['.yml', '.yaml', '.json', ''].map((extension) => `${base}.meta${extension}`)
  const named = (name: string): ArgumentSpec => {
    const path = places.find((each) => files.exists(each) && !files.isDirectory(each))
    const problems = new Problems(files.warn)
    const root = path === undefined ? undefined : readYaml(files.readText(path) ?? '', path, problems)
    const specs = root?.kind === 'map' ? root.entries.find(({ key }) => key === 'argument_specs') : undefined
    const spec = specs && readArgumentSpec(specs.value, name, problems)
    problems.throwIfAny()
    if (spec) return spec
    throw new KplayError('NOT_FOUND', `there are no argument specs of the play ${name}`, {
      place: wanted.place,
      hint:
        path === undefined
          ? `looked for ${places.join(', ')}`
          : `in ${path}: argument_specs: { ${name}: { options: {} } }`,
    })
  }
  return { wanted, named }
}
