import { float } from '../../schema/field.ts'
import { defineControl } from './define.ts'

export const pause = defineControl({
  name: 'pause',
  summary: 'Waits.',
  args: {
    seconds: float({ optional: true, help: 'How long.' }),
    minutes: float({ optional: true, help: 'How long, in minutes.' }),
  },
  examples: [{ title: 'Ten seconds', args: { seconds: 10 } }],
  rule: ({ seconds, minutes }) =>
    seconds === undefined && minutes === undefined
      ? 'seconds or minutes is required: a prompt is not supported'
      : undefined,
  async run({ seconds = 0, minutes = 0 }, { sleep }) {
    const wait = seconds + minutes * 60
    await sleep(wait * 1000)
    return { values: { delta: Math.round(wait) } }
  },
})
