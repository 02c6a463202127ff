import { KplayError } from '../../errors.ts'
import { flag, float, text } from '../../schema/field.ts'
import { defineControl, type ControlContext } from './define.ts'

export const pause = defineControl({
  name: 'pause',
  summary: 'Waits for a time, or for somebody at the terminal.',
  notes:
    'It runs once, whatever the number of hosts. Where there is no terminal a prompt is not waited for, which is said in a warning. In a dry run a time is not waited for.',
  args: {
    seconds: float({ optional: true, help: 'How long.' }),
    minutes: float({ optional: true, help: 'How long, in minutes.' }),
    prompt: text({ optional: true, help: 'What to ask; the answer is registered as user_input.' }),
    echo: flag({ default: true, help: 'Whether what is typed is shown.' }),
  },
  once: true,
  waits: true,
  examples: [
    { title: 'Ten seconds', args: { seconds: 10 } },
    { title: 'Ask', args: { prompt: 'Which release?' } },
  ],
  rule: ({ seconds, minutes }) =>
    seconds !== undefined && minutes !== undefined ? 'give minutes or seconds, not both' : undefined,
  async run({ seconds, minutes, prompt, echo }, context) {
    const started = Date.now()
    const length = minutes === undefined ? seconds : minutes * 60
    const answer = length === undefined ? await ask(prompt, echo, context) : await wait(length, prompt, context)
    const stopped = Date.now()
    const spent = (stopped - started) / 1000
    const unit = minutes === undefined && seconds !== undefined ? 'seconds' : 'minutes'
    const shown = Math.round((unit === 'seconds' ? spent : spent / 60) * 100) / 100
    return {
      values: {
        rc: 0,
        stdout: `Paused for ${Number.isInteger(shown) ? shown.toFixed(1) : shown} ${unit}`,
        stderr: '',
        start: moment(started),
        stop: moment(stopped),
        delta: Math.trunc(spent),
        echo,
        user_input: answer,
      },
    }
  },
})

async function wait(
  seconds: number,
  prompt: string | undefined,
  { sleep, checking, run, job }: ControlContext,
): Promise<string> {
  if (prompt !== undefined) run.emit({ type: 'warning', message: prompt, place: job.planned.task.place })
  if (!checking) await sleep(Math.max(Math.trunc(seconds), 1) * 1000)
  return ''
}

async function ask(prompt: string | undefined, echo: boolean, { run, job }: ControlContext): Promise<string> {
  const { place } = job.planned.task
  const hidden = echo ? '' : ' (output is hidden)'
  const question = `[${job.planned.info.name}]\n${prompt ?? 'Press enter to continue, Ctrl+C to interrupt'}${hidden}: `
  const answer = await run.ask?.(question, { echo })
  if (run.soft.aborted) throw new KplayError('INTERRUPTED', 'user requested abort!', { place })
  if (answer === undefined)
    run.emit({ type: 'warning', message: 'Not waiting for response to prompt as stdin is not interactive', place })
  return answer ?? ''
}

/** As Python prints a datetime. */
const moment = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000')
