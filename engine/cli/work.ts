import { join } from 'node:path'
import { judging } from '../errors.ts'
import type { Emit } from '../events.ts'
import { KeptTexts } from '../controller/kept-texts.ts'
import { DigestStore } from '../controller/digest-store.ts'
import { cacheFolder, openController } from '../controller/open.ts'
import { openMachines } from '../host/machines.ts'
import type { Request } from '../kplay.ts'
import { modules } from '../modules/index.ts'
import type { Project } from '../read/project.ts'
import type { Reporter } from '../report/reporter.ts'
import type { RunPorts } from '../run/context.ts'
import type { RunEnd } from '../run/run.ts'
import type { Keyring } from '../vault/keyring.ts'
import { askSecret, askTerminal } from './ask.ts'
import { EXIT } from './exit.ts'
import { factCacheOf } from './fact-cache.ts'
import { emitRemarks } from './remarks.ts'

interface Work {
  readonly project: Project
  readonly request: Pick<Request, 'options' | 'defaults'>
  readonly reporter: Reporter
  readonly vault: Keyring
}

/** Opens what a run needs, lets it work, closes all of it. @returns the exit code */
export async function work(
  { project, request, reporter, vault }: Work,
  run: (ports: RunPorts) => Promise<RunEnd>,
): Promise<number> {
  const [soft, hard] = [new AbortController(), new AbortController()]
  const emit: Emit = (event) => reporter.listen(event)
  emitRemarks(project, emit)
  const note = (message: string): void => emit({ type: 'note', message, level: 1 })
  const cache = cacheFolder(process.env)
  const digests = new DigestStore(join(cache, 'digests'))
  const machines = openMachines({
    askSecret,
    forks: request.options.forks,
    note,
    sshMemory: new KeptTexts(join(cache, 'ssh')),
    digests: (machine) => digests.of(machine),
  })
  const stop = watchInterrupts(soft, emit, () => {
    hard.abort()
    machines.abort()
  })
  try {
    const { filesAt, fetch, local, readVars } = openController({
      vault,
      warn: judging((message, place) => emit({ type: 'warning', message, place }), request.defaults?.duplicates),
    })
    const signals = { soft: soft.signal, hard: hard.signal }
    const factCache = factCacheOf(project.settings, emit)
    const reading = { filesFor: filesAt, fetch, local, readVars, factCache }
    const ports = { registry: modules, machines, emit, ask: askTerminal, ...signals, ...reading }
    return exitCode(await run(ports))
  } finally {
    stop()
    reporter.end()
    await machines.close()
    digests.save()
  }
}

const exitCode = ({ failed, unreachable, interrupted }: RunEnd): number => {
  if (failed) return EXIT.hostFailed
  if (unreachable) return EXIT.unreachable
  return interrupted ? EXIT.hostFailed : EXIT.ok
}

/** First Ctrl-C: running tasks end. Second: running steps are ended. Third: the process. */
function watchInterrupts(soft: AbortController, emit: Emit, abort: () => void): () => void {
  let count = 0
  const heard = (): void => {
    count += 1
    if (count === 1) {
      soft.abort()
      emit({ type: 'interrupted', hard: false })
    } else if (count === 2) {
      emit({ type: 'interrupted', hard: true })
      abort()
    } else process.exit(EXIT.hostFailed)
  }
  process.on('SIGINT', heard)
  process.on('SIGTERM', heard)
  return () => {
    process.off('SIGINT', heard)
    process.off('SIGTERM', heard)
  }
}
