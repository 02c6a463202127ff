import { KplayError } from '../../errors.ts'
import { text } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const fail = defineControl({
  name: 'fail',
  summary: 'Fails with a message.',
  args: { msg: text({ default: 'Failed as requested from task', help: 'Why.' }) },
  examples: [{ title: 'Stop here', args: { msg: 'java_archive_url or java_home must be set' } }],
  run: ({ msg }) => ({ status: 'failed', values: { msg }, error: new KplayError('ASSERTION', msg) }),
})
