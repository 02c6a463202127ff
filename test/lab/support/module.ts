import type { Local } from '../../../engine/module/define.ts'
import { modules } from '../../../engine/modules/index.ts'
import { openMachines } from '../../../engine/host/machines.ts'
import type { Reader } from '../../../engine/host/reader.ts'
import type { Machines, Target } from '../../../engine/host/target.ts'
import { answer } from '../../../engine/run/answer.ts'
import { converge } from '../../../engine/run/converge.ts'
import type { ConvergeContext, Converged } from '../../../engine/run/convergence.ts'
import { Overlay } from '../../../engine/run/overlay/overlay.ts'
import { overlayReader } from '../../../engine/run/overlay/reader.ts'
import { argumentsOf } from '../../support/drive.ts'
import { fakeLocal } from '../../support/fake-local.ts'
import { host } from '../host.ts'
import { keyFile, knownHostsFile } from '../places.ts'

type Input = Readonly<Record<string, unknown>>

/** One module after the other on one real host, without a playbook around them. */
export interface ModuleHost {
  readonly reader: () => Reader
  /** What check mode says. */
  foresee(name: string, input: Input): Promise<Converged>
  /** What check mode says of several tasks, each resting on what those before it would do. */
  foreseeAll(tasks: readonly (readonly [string, Input])[]): Promise<Converged[]>
  run(name: string, input: Input): Promise<Converged>
  /** What a module would show of a failure. */
  evidence(name: string, input: Input): Promise<string | undefined>
  /** Foreseen, done, and then nothing left to do: the three outcomes. */
  thrice(name: string, input: Input): Promise<{ dry: Converged; real: Converged; again: Converged }>
  exec(command: string): Promise<string>
  close(): Promise<void>
}

export async function moduleHost(name: string, local: Local = fakeLocal()): Promise<ModuleHost> {
  const machines = openMachines({ askSecret: async () => undefined })
  const target = await open(machines, name)
  const run = (module: string, input: Input): Promise<Converged> => act(machines, target, local, module, input)
  const foresee = (module: string, input: Input): Promise<Converged> =>
    act(machines, target, local, module, input, new Overlay(target.reader))
  return {
    reader: () => target.reader,
    run,
    foresee,
    async foreseeAll(tasks) {
      const overlay = new Overlay(target.reader)
      const all: Converged[] = []
      for (const [module, input] of tasks) all.push(await act(machines, target, local, module, input, overlay))
      return all
    },
    async evidence(module, input) {
      const found = argumentsOf(modules, module, input)
      machines.changed(target.machine)
      return found.module.kind === 'state' ? found.module.evidence?.(found.args, target.reader) : undefined
    },
    async thrice(module, input) {
      const dry = await foresee(module, input)
      return { dry, real: await run(module, input), again: await run(module, input) }
    },
    async exec(command) {
      const { code, stdout, stderr } = await host(name).exec(command)
      if (code !== 0) throw new Error(`${name}: ${command}: ${stderr}`)
      return stdout.trimEnd()
    },
    close: () => machines.close(),
  }
}

const open = (machines: Machines, name: string): Promise<Target> =>
  machines.open({
    host: name,
    kind: 'ssh',
    address: host(name).address,
    user: 'root',
    privateKeyFile: keyFile,
    timeout: 10,
    sshArguments: [],
    acceptNewHostKeys: false,
    knownHosts: [knownHostsFile],
  })

async function act(
  machines: Machines,
  target: Target,
  local: Local,
  name: string,
  input: Input,
  overlay?: Overlay,
): Promise<Converged> {
  const { module, args } = argumentsOf(modules, name, input)
  const question = module.kind === 'read' || (module.question?.(args) ?? false)
  const context: ConvergeContext = {
    target,
    reader: overlay
      ? overlayReader(target.reader, overlay, { question, predictedAnywhere: () => !overlay.empty })
      : target.reader,
    overlay,
    local,
    stepOptions: {},
    mask: (text) => text,
    changed: () => machines.changed(target.machine),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => performance.now(),
  }
  // Commands of the test itself changed the host behind the reader's back.
  machines.changed(target.machine)
  await new Promise(setImmediate)
  return module.kind === 'read' ? answer(module, args, context) : converge(module, args, context)
}
