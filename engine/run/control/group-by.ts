import { list, text } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const groupBy = defineControl({
  name: 'group_by',
  summary: 'Puts each host into a group whose name is made of its variables.',
  notes: 'The group is there for this task and all that follow, with its group_vars; later plays can name it.',
  args: {
    key: text({ help: 'The name of the group; blanks in it become dashes.' }),
    parents: list(text({ help: 'A group.' }), { default: ['all'], help: 'Groups that it belongs to.' }),
  },
  examples: [{ title: 'By distribution', args: { key: 'os_{{ ansible_facts.distribution }}' } }],
  run({ key, parents }, { host, run }) {
    const group = dashed(key)
    const above = parents.map(dashed)
    const changed = run.changeInventory({ group, parents: above, host: host.name })
    return { status: changed ? 'changed' : 'ok', values: { add_group: group, parent_groups: above } }
  },
})

const dashed = (name: string): string => name.replaceAll(' ', '-')
