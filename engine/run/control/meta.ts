import { choice } from '../../schema/field.ts'
import { defineControl } from './define.ts'

/** What the strategy does by itself; `run` here only answers for actions that need nothing. */
export const META_ACTIONS = [
  'flush_handlers',
  'noop',
  'end_play',
  'end_batch',
  'end_host',
  'end_role',
  'clear_facts',
  'clear_host_errors',
  'refresh_inventory',
  'reset_connection',
] as const

export const meta = defineControl({
  name: 'meta',
  summary: 'Acts on the run itself.',
  args: { action: choice(META_ACTIONS, { aliases: ['_raw_params'], help: 'What to do.' }) },
  freeForm: 'action',
  examples: [{ title: 'Run what was notified so far', args: { action: 'flush_handlers' } }],
  async run({ action }, { host, run, target }) {
    if (action === 'clear_facts') host.forgetFacts()
    if (action === 'refresh_inventory') await run.refreshInventory()
    if (action === 'reset_connection') await run.machines.disconnect((await target()).machine)
    return { values: {} }
  },
})
