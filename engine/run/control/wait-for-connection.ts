import { KplayError } from '../../errors.ts'
import { sh } from '../../host/shell.ts'
import { whole } from '../../schema/field.ts'
import { defineControl, type ControlContext } from './define.ts'

export const waitForConnection = defineControl({
  name: 'wait_for_connection',
  summary: 'Waits until the host can be logged in to.',
  notes: 'In a dry run it does not wait: what it would wait for may be what only a real run does.',
  waits: true,
  args: {
    connect_timeout: whole({
      default: 5,
      help: 'Accepted for compatibility: each attempt takes the connection’s timeout.',
    }),
    delay: whole({ default: 0, help: 'Seconds before the first attempt.' }),
    sleep: whole({ default: 1, help: 'Seconds between two attempts.' }),
    timeout: whole({ default: 600, help: 'Seconds after which it fails.' }),
  },
  examples: [{ title: 'After a restart', args: { delay: 10, timeout: 300 } }],
  async run({ delay, sleep, timeout }, context) {
    if (context.checking) return { status: 'skipped' }
    const started = performance.now()
    const elapsed = (): number => Math.round((performance.now() - started) / 1000)
    if (delay > 0) await context.sleep(delay * 1000)
    for (;;) {
      const failure = await attempt(context)
      if (failure === undefined) return { values: { elapsed: elapsed() } }
      if (elapsed() >= timeout || context.run.soft.aborted) {
        const message = `timed out waiting for the connection: ${failure.message}`
        const error = new KplayError('TIMEOUT', message, { cause: failure, hint: failure.hint })
        return { status: 'failed', error, values: { elapsed: elapsed(), msg: message } }
      }
      await context.sleep(Math.max(sleep, 1) * 1000)
    }
  },
})

/** A connection that stood before says nothing: it is made anew, and asked. */
async function attempt({ target, run }: ControlContext): Promise<KplayError | undefined> {
  try {
    await run.machines.disconnect((await target()).machine)
    await (await target()).reader.ask(sh`true`)
    return undefined
  } catch (error) {
    if (error instanceof KplayError) return error
    throw error
  }
}
