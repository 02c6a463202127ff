import { KplayError } from '../../errors.ts'
import { text } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const ping = defineControl({
  name: 'ping',
  summary: 'Connects, logs in and answers pong.',
  args: { data: text({ default: 'pong', help: 'What to answer.' }) },
  examples: [{ title: 'Is it there?', args: {} }],
  async run({ data }, { target }) {
    await target()
    // As in Ansible: a way to see what a failure looks like.
    if (data === 'crash') throw new KplayError('COMMAND_FAILED', 'Task failed: Module failed: boom')
    return { values: { ping: data } }
  },
})
