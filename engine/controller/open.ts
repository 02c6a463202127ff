import { homedir } from 'node:os'
import { join } from 'node:path'
import { Problems, type Warn } from '../errors.ts'
import type { Local } from '../module/define.ts'
import { checkTemplates } from '../read/templates.ts'
import { readVarsFile } from '../read/vars.ts'
import type { Files as ValueFiles, Waiting } from '../values/surroundings.ts'
import type { Vars } from '../value.ts'
import type { Keyring } from '../vault/keyring.ts'
import { answerOf, type Options } from './answers.ts'
import { ClearFiles } from './clear.ts'
import { Digests } from './digests.ts'
import { Downloads } from './downloads.ts'
import { controllerFiles } from './files.ts'
import { findFile, openLocal, type LocalPlace, type Shared } from './local.ts'
import type { Environment } from './proxy.ts'
import type { Standing } from './search.ts'
import { valueFiles } from './value-files.ts'

/** The controller as a run sees it. */
export interface Controller {
  /** What lookups read, from where a task stands. */
  filesAt(standing: Standing): ValueFiles
  /** What lookups wait for. Throws COMMAND_FAILED, DOWNLOAD. */
  fetch(kind: Waiting, subject: string, options: Options, playbook: string): Promise<string>
  local(place: LocalPlace): Local
  /** Variables of a YAML file, by the search path of vars/. Throws NOT_FOUND, BAD_YAML. */
  readVars(name: string, place: Standing): Vars
}

export interface ControllerOptions {
  /** process.env where absent. */
  readonly environment?: Environment | undefined
  /** What opens encrypted files; without it they are read as they are. */
  readonly vault?: Keyring | undefined
  /** Told of what is accepted in a file but should be written in another way. */
  readonly warn?: Warn | undefined
}

/** Opens the controller's disk and its download cache for one run. */
export function openController({ environment = process.env, vault, warn }: ControllerOptions): Controller {
  const digests = new Digests()
  const shared: Shared = {
    digests,
    downloads: new Downloads(join(cacheFolder(environment), 'downloads'), digests, { environment }),
    archives: new Map(),
    held: new Map(),
    clear: new ClearFiles(vault),
    foreseen: new Map(),
  }
  const disk = controllerFiles(vault)
  return {
    filesAt: (standing) => valueFiles(standing, environment, vault),
    fetch: (kind, subject, options, playbook) => answerOf(kind, subject, options, playbook, environment),
    local: (place) => openLocal(place, shared),
    readVars(name, place) {
      const problems = new Problems(warn)
      const vars = readVarsFile(findFile('vars', name, place), disk, problems)
      checkTemplates(vars, problems)
      problems.throwIfAny()
      return vars ?? new Map()
    },
  }
}

/** `$KPLAY_CACHE`, else kplay's folder among the user's caches. */
export function cacheFolder(environment: Environment): string {
  return environment['KPLAY_CACHE'] || join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kplay')
}
