import { KplayError } from '../errors.ts'
import type { ModuleArgs, ReadContext, ReadModule, StateModule } from '../module/define.ts'
import type { Converged, ConvergeContext } from './convergence.ts'
import { unpredictable } from './overlay/unpredictable.ts'

/** Milliseconds after which what was waited for was not there at once. */
const LONG = 1000

const NOTHING = { changes: [], steps: [], warnings: [] }

/** Lets a module answer a question. Throws what the module or the host throws. */
export async function answer(
  module: ReadModule | StateModule,
  args: ModuleArgs,
  context: ConvergeContext,
): Promise<Converged> {
  let slept = false
  const asking: ReadContext = {
    now: () => context.now(),
    sleep: async (milliseconds) => {
      // What a dry run would wait for may take what it only predicted, so it would wait in vain.
      if (context.predicted?.()) throw unpredictable('what is waited for')
      slept = true
      await context.sleep(milliseconds)
      context.changed()
    },
    environment: context.stepOptions.environment,
    timeout: context.stepOptions.timeout,
    checking: context.overlay !== undefined,
  }
  const waits = module.kind === 'read' && module.waits?.(args) === true
  const began = context.now()
  if (waits) context.looksAnew?.()
  const { values, failed, hint } =
    module.kind === 'read'
      ? await module.read(args, context.reader, asking)
      : ((await module.ask?.(args, context.reader, asking)) ?? { values: {} })
  if (waits && (slept || context.now() - began > LONG)) context.stirred?.()
  else if (waits) context.met?.()
  if (failed === undefined) return { ...NOTHING, status: 'ok', values }
  if (context.predicted?.()) throw unpredictable(failed)
  return {
    ...NOTHING,
    status: 'failed',
    values,
    failure: { error: new KplayError('COMMAND_FAILED', failed, { hint }) },
  }
}
