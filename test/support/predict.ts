import type { Registry } from '../../engine/module/define.ts'
import { converge } from '../../engine/run/converge.ts'
import type { Converged } from '../../engine/run/convergence.ts'
import { Overlay } from '../../engine/run/overlay/overlay.ts'
import { overlayReader } from '../../engine/run/overlay/reader.ts'
import { argumentsOf } from './drive.ts'
import type { FakeHost } from './fake-host.ts'
import type { FakeLocal } from './fake-local.ts'

/**
 * The same task in the engine's own check mode: a step that does not declare all it does ends in PREDICTION_GAP.
 * Undefined for a pure question. Several tasks may share one overlay, as in a run.
 */
export async function predict(
  modules: Registry,
  name: string,
  input: Readonly<Record<string, unknown>>,
  host: FakeHost,
  local: FakeLocal,
  overlay = new Overlay(host.reader),
): Promise<Converged | undefined> {
  const { module, args } = argumentsOf(modules, name, input)
  if (module.kind === 'read' || module.question?.(args)) return undefined
  return converge(module, args, {
    target: {
      machine: 'fake',
      reader: host.reader,
      user: host.machine.user,
      home: host.machine.home,
      run: () => Promise.reject(new Error('check mode runs nothing')),
      facts: async () => ({}),
    },
    reader: overlayReader(host.reader, overlay, { question: false, predictedAnywhere: () => false }),
    overlay,
    local,
    stepOptions: {},
    mask: (text) => text,
    changed: () => undefined,
    sleep: async () => undefined,
    now: () => 0,
  })
}
