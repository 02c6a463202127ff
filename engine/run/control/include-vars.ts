import { text } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const includeVars = defineControl({
  name: 'include_vars',
  summary: 'Reads variables from a YAML file on the controller.',
  args: {
    file: text({ aliases: ['_raw_params'], help: "A file of the role's or playbook's vars folder." }),
    name: text({ optional: true, help: 'Put them into this one variable.' }),
  },
  freeForm: 'file',
  examples: [{ title: 'By family', args: { file: '{{ ansible_facts.os_family }}.yml' } }],
  run({ file, name }, { run, place }) {
    const vars = run.readVars(file, place)
    const included =
      name === undefined
        ? vars
        : new Map([[name, { value: new Map([...vars].map(([key, { value }]) => [key, value])) }]])
    return { values: { ansible_included_var_files: [file] }, learnt: { included } }
  },
})
