import { any, list, text, whole } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const setup = defineControl({
  name: 'setup',
  summary: 'Gathers facts about the host with one POSIX script.',
  notes:
    'All facts are gathered at once: it costs one round trip. The subset arguments are accepted and change nothing.',
  args: {
    gather_subset: list(text({ help: 'A subset.' }), { optional: true, help: 'Accepted for compatibility.' }),
    gather_timeout: whole({ optional: true, help: 'Accepted for compatibility.' }),
    filter: any({ optional: true, help: 'Accepted for compatibility.' }),
    fact_path: text({ optional: true, help: 'Accepted for compatibility.' }),
  },
  examples: [{ title: 'Gather them again', args: {} }],
  async run(_, { target }) {
    const facts = await (await target()).facts()
    return { values: { ansible_facts: facts }, learnt: { facts } }
  },
})
