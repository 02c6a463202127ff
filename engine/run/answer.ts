import { KplayError } from '../errors.ts'
import type { ModuleArgs, ReadContext, ReadModule, StateModule } from '../module/define.ts'
import type { Converged, ConvergeContext } from './convergence.ts'
import { unpredictable } from './overlay/unpredictable.ts'

const NOTHING = { changes: [], steps: [], warnings: [] }

/** Lets a module answer a question. Throws what the module or the host throws. */
export async function answer(
  module: ReadModule | StateModule,
  args: ModuleArgs,
  context: ConvergeContext,
): Promise<Converged> {
  const asking: ReadContext = {
    now: () => context.now(),
    sleep: async (milliseconds) => {
      // What a dry run would wait for may take what it only predicted, so it would wait in vain.
      if (context.predicted?.()) throw unpredictable('what is waited for')
      await context.sleep(milliseconds)
      context.changed()
    },
    environment: context.stepOptions.environment,
    timeout: context.stepOptions.timeout,
    checking: context.overlay !== undefined,
  }
  const waits = module.kind === 'read' && module.waits === true
  if (waits) context.changed()
  const { values, failed, hint } =
    module.kind === 'read'
      ? await module.read(args, context.reader, asking)
      : ((await module.ask?.(args, context.reader, asking)) ?? { values: {} })
  if (waits) context.stirred?.()
  if (failed === undefined) return { ...NOTHING, status: 'ok', values }
  if (context.predicted?.()) throw unpredictable(failed)
  return {
    ...NOTHING,
    status: 'failed',
    values,
    failure: { error: new KplayError('COMMAND_FAILED', failed, { hint }) },
  }
}
