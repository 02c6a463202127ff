import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KplayError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { controllerFiles } from '../controller/files.ts'
import { openController } from '../controller/open.ts'
import { openMachines } from '../host/machines.ts'
import { kplay, prepare, type Request } from '../kplay.ts'
import { modules } from '../modules/index.ts'
import { readProject } from '../read/project.ts'
import type { RunEnd } from '../run/run.ts'
import { askSecret } from './ask.ts'
import { EXIT } from './exit.ts'
import { listing } from './list.ts'
import { openReporter } from './output.ts'
import type { RunFlags } from './run.ts'

/** The roles that come with kplay: dist/engine/cli/ → roles/. */
const SHIPPED_ROLES = fileURLToPath(new URL('../../../roles', import.meta.url))

/** `kplay run`: flags and project become a request; events become text; the end becomes an exit code. */
export async function runFromCommandLine(playbooks: readonly string[], flags: RunFlags): Promise<number> {
  const files = controllerFiles()
  const request = await requestOf(playbooks, flags)
  if (flags.syntaxCheck || flags.listHosts || flags.listTasks) {
    process.stdout.write(listing(prepare(request, files, modules), flags))
    return EXIT.ok
  }

  const [soft, hard] = [new AbortController(), new AbortController()]
  const machines = openMachines({ askSecret, forks: request.options.forks })
  const reporter = await openReporter(flags, request.options)
  const emit: Emit = (event) => reporter.listen(event)
  const stop = watchInterrupts(soft, emit, () => {
    hard.abort()
    machines.abort()
  })
  try {
    const { filesAt, local, readVars } = openController({})
    const signals = { soft: soft.signal, hard: hard.signal }
    const ports = { registry: modules, machines, emit, ...signals, filesFor: filesAt, local, readVars }
    const end = await kplay(request, files, ports)
    return exitCode(end)
  } finally {
    stop()
    reporter.end()
    await machines.close()
  }
}

const exitCode = ({ failed, unreachable, interrupted }: RunEnd): number => {
  if (failed) return EXIT.hostFailed
  if (unreachable) return EXIT.unreachable
  return interrupted ? EXIT.hostFailed : EXIT.ok
}

async function requestOf(playbooks: readonly string[], flags: RunFlags): Promise<Request> {
  const workingFolder = process.cwd()
  const paths = playbooks.map((path) => resolve(workingFolder, path))
  const from = dirname(paths[0] ?? workingFolder)
  const project = readProject({ from, workingFolder, environment: process.env }, controllerFiles())
  const { settings } = project
  return {
    playbooks: paths,
    inventory:
      flags.inventory.length > 0
        ? flags.inventory.map((source) => (source.includes(',') ? source : resolve(workingFolder, source)))
        : project.inventory,
    rolesPaths: [...flags.rolesPath.map((path) => resolve(workingFolder, path)), ...project.rolesPaths, SHIPPED_ROLES],
    limit: flags.limit,
    extraVars: flags.extraVars,
    options: {
      check: flags.check === true,
      diff: flags.diff === true,
      forks: flags.forks ?? settings.forks ?? 50,
      tags: flags.tags,
      skipTags: flags.skipTags,
      verbosity: flags.verbose,
      forceHandlers: flags.forceHandlers === true,
      connection: {
        kind: flags.connection ?? settings.connection,
        user: flags.user ?? settings.remoteUser,
        password: flags.askPass ? await asked('SSH password: ') : undefined,
        privateKeyFile: flags.privateKey ?? settings.privateKeyFile,
        timeout: flags.timeout ?? settings.timeout ?? 10,
        acceptNewHostKeys: flags.acceptNewHostKeys ?? settings.acceptNewHostKeys ?? false,
        knownHosts: [...flags.knownHosts, ...(settings.knownHosts ?? [])],
        become: flags.become ?? settings.become ?? false,
        becomeMethod: flags.becomeMethod ?? settings.becomeMethod,
        becomeUser: flags.becomeUser ?? settings.becomeUser,
        becomePassword: flags.askBecomePass ? await asked('BECOME password: ') : undefined,
      },
    },
  }
}

async function asked(prompt: string): Promise<string> {
  const secret = await askSecret(prompt)
  if (secret !== undefined) return secret
  throw new KplayError('BAD_OPTIONS', 'there is no terminal to ask for a password on', {
    hint: 'set ansible_password or ansible_become_password instead of -k or -K',
  })
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
