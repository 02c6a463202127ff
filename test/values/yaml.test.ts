import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { Template } from '../../engine/value.ts'
import { readJson } from '../../engine/values/json.ts'
import { repr } from '../../engine/values/print.ts'
import { evaluate } from '../../engine/values/template.ts'
import { readYaml } from '../../engine/values/yaml-read.ts'
import { readRows, scopeOf } from './scope-of.ts'

describe('YAML is printed as Ansible prints it', () => {
  const filters = ['to_nice_yaml', 'to_yaml', 'to_nice_yaml(indent=2, width=40)']
  const templates = filters.map((filter) => new Template(`{{ v | ${filter} }}`))

  it.each(readRows('yaml.txt'))('%s', (json, want) => {
    const scope = scopeOf({ v: readJson(json) })
    expect(templates.map((template) => evaluate(template, scope))).toEqual(JSON.parse(want))
  })

  it.each([
    ['{{ {"a": 1} | to_yaml(explicit_start=true) }}', '--- {a: 1}\n'],
    ['{{ {"a": [1]} | to_nice_yaml(explicit_start=true, explicit_end=true) }}', '---\na:\n- 1\n...\n'],
    ['{{ {"a": [1]} | to_yaml(default_flow_style=true) }}', '{a: [1]}\n'],
    ["{{ {'b': 'x', 'a': 1} | to_yaml(default_style='\"', sort_keys=false) }}", '"b": "x"\n"a": ! "1"\n'],
    ['{{ {"é": "ü"} | to_yaml(allow_unicode=false) }}', '{"\\xE9": "\\xFC"}\n'],
  ])('%s', (source, want) => {
    expect(evaluate(new Template(source), scopeOf())).toBe(want)
  })
})

describe('YAML is read as PyYAML reads it', () => {
  it.each(readRows('from-yaml.txt'))('%s', (source, want) => {
    const read = (): string => repr(readYaml(JSON.parse(source) as string))
    if (want === 'error') expect(read).toThrow(KplayError)
    else expect(read()).toBe(want)
  })

  it('does not follow what contains itself', () => {
    expect(() => readYaml('&a [*a]')).toThrow(KplayError)
    const bomb = [
      'a: &a [x, x]',
      ...[...'bcdefghijklmnop'].map(
        (name, index) => `${name}: &${name} [${`*${'abcdefghijklmnop'.charAt(index)}, `.repeat(9)}]`,
      ),
    ]
    expect(() => readYaml(bomb.join('\n'))).toThrow(KplayError)
  })
})
