import pLimit from 'p-limit'
import { KplayError } from '../errors.ts'
import type { Play } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Scope } from '../values/scope.ts'
import { evaluateText } from '../values/template.ts'
import type { Batch } from './batch.ts'
import type { RunContext } from './context.ts'
import type { HostState } from './state.ts'

/** How the hosts of a batch go through their play. */
export interface Strategy {
  /** Each host for itself: none waits for another. */
  readonly apart: boolean
  run(batch: Batch, sections: (batch: Batch, hosts: readonly HostState[]) => Promise<void>): Promise<void>
}

const STRATEGIES: Readonly<Record<string, Strategy>> = {
  /** Every host ends a task before any begins the next one. */
  linear: { apart: false, run: (batch, sections) => sections(batch, batch.hosts) },
  /** All at once, each as fast as it can; at most `forks` tasks at a time. */
  free: {
    apart: true,
    run: async (batch, sections) => void (await Promise.all(batch.hosts.map((host) => sections(batch, [host])))),
  },
  /** At most `forks` hosts at a time, each of them to the end of the play. */
  host_pinned: {
    apart: true,
    run: async (batch, sections) => {
      const limit = pLimit(Math.max(1, batch.context.options.forks))
      await Promise.all(batch.hosts.map((host) => limit(() => sections(batch, [host]))))
    },
  },
}

/** The strategy a play names. Throws BAD_YAML for one that is not there. */
export function strategyOf({ strategy }: Play, scope: Scope, { options }: RunContext): Strategy {
  const written = strategy ? evaluateText(strategy.value, scope) : (options.strategy ?? 'linear')
  const name = written.replace(/^ansible\.(builtin|legacy)\./, '')
  const found = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined
  if (found) return found
  throw new KplayError('BAD_YAML', `there is no strategy ${written}`, {
    place: strategy?.place,
    hint: didYouMean(name, Object.keys(STRATEGIES)) ?? `known: ${Object.keys(STRATEGIES).join(', ')}`,
  })
}
