import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { controllerFiles } from '../controller/files.ts'
import { pythonHere } from '../controller/python.ts'
import type { Warn } from '../errors.ts'
import type { Request } from '../kplay.ts'
import { readProject, type Project } from '../read/project.ts'
import { configured } from '../read/settings/configured.ts'
import type { ConnectionDefaults } from '../run/context.ts'
import type { HostFlags } from './flags.ts'
import { inventoryOptions } from './inventory-options.ts'
import { readPassword } from './passwords.ts'
import { readSshWords } from './ssh-words.ts'

/** The roles that come with kplay: dist/engine/cli/ → roles/. */
const SHIPPED_ROLES = fileURLToPath(new URL('../../../roles', import.meta.url))

/** The project of a playbook's folder, with what the environment says. */
export const projectOf = (folder: string): Project =>
  readProject(
    { from: folder, workingFolder: process.cwd(), environment: process.env, worldWritable },
    controllerFiles(),
  )

function worldWritable(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
  return (mode & 0o002) !== 0
}

/** A source as it was written: a path becomes absolute, a list of hosts stays what it is. */
function inventorySource(source: string, workingFolder: string): string {
  const path = resolve(workingFolder, source)
  return source.includes(',') && !existsSync(path) ? source : path
}

/** What flags and settings ask for, but for what is played. Flags win. Programs among the inventory's sources are run. */
export async function sharedRequest(
  flags: HostFlags,
  project: Project,
): Promise<Omit<Request, 'playbooks' | 'options'>> {
  const { settings, rolesPaths } = project
  const workingFolder = process.cwd()
  const inventory =
    flags.inventory.length > 0
      ? flags.inventory.map((source) => inventorySource(source, workingFolder))
      : project.inventory
  return {
    inventory,
    inventoryOptions: await inventoryOptions(inventory, project, controllerFiles()),
    rolesPaths: [...flags.rolesPath.map((path) => resolve(workingFolder, path)), ...rolesPaths, SHIPPED_ROLES],
    privateRoleVars: settings.privateRoleVars,
    limit: flags.limit,
    extraVars: flags.extraVars,
    defaults: {
      gathering: settings.gathering ?? 'implicit',
      strategy: settings.strategy,
      anyErrorsFatal: settings.anyErrorsFatal,
      noLog: settings.noLog,
      timeout: settings.taskTimeout,
      duplicates: settings.duplicateDictKey as Warn['duplicates'],
    },
  }
}

/** Options that `kplay run` and `kplay exec` share. Asks for passwords where that is wished and hosts will be reached. */
export async function sharedOptions(
  flags: HostFlags,
  { settings, files }: Project,
  { reaching }: { readonly reaching: boolean },
): Promise<Omit<Request['options'], 'tags' | 'skipTags' | 'forceHandlers'>> {
  const verbosity = flags.verbose + (settings.verbosity ?? 0)
  return {
    check: flags.check === true,
    diff: flags.diff ?? settings.diffAlways ?? false,
    forks: flags.forks ?? settings.forks ?? 50,
    verbosity,
    allFacts: verbosity > 0 || flags.output === 'json',
    injectFacts: settings.injectFactsAsVars,
    settings: configured(settings),
    configFile: files.find((path) => path.endsWith('.cfg')),
    python: pythonHere(),
    flushCache: flags.flushCache === true,
    missingHandlers: settings.errorOnMissingHandler === false ? 'warn' : 'error',
    hashBehaviour: settings.hashBehaviour === 'merge' ? 'merge' : 'replace',
    connection: { ...connectionOf(flags, settings), ...(reaching ? await passwordsOf(flags, settings) : {}) },
  }
}

function connectionOf(flags: HostFlags, settings: Project['settings']): ConnectionDefaults {
  const { hostKeyChecking: checking } = settings
  return {
    kind: flags.connection ?? settings.connection,
    user: flags.user ?? settings.remoteUser,
    port: settings.remotePort,
    privateKeyFile: flags.privateKey ?? settings.privateKeyFile,
    timeout: flags.timeout ?? settings.timeout ?? 10,
    acceptNewHostKeys: flags.acceptNewHostKeys ?? settings.acceptNewHostKeys ?? checking === false,
    knownHosts: [...flags.knownHosts, ...(settings.knownHosts ?? [])],
    sshArguments: {
      args: readSshWords(settings.sshArgs),
      common: readSshWords(flags.sshCommonArgs ?? settings.sshCommonArgs),
      extra: readSshWords(flags.sshExtraArgs ?? settings.sshExtraArgs),
    },
    become: flags.become ?? settings.become ?? false,
    becomeMethod: flags.becomeMethod ?? settings.becomeMethod,
    becomeUser: flags.becomeUser ?? settings.becomeUser,
    becomeFlags: settings.becomeFlags,
    becomeExe: settings.becomeExe,
  }
}

async function passwordsOf(
  flags: HostFlags,
  settings: Project['settings'],
): Promise<Pick<ConnectionDefaults, 'password' | 'becomePassword'>> {
  const password = await readPassword({
    prompt: 'SSH password: ',
    ask: flags.askPass ?? settings.askPass ?? false,
    file: flags.connectionPasswordFile ?? settings.connectionPasswordFile,
  })
  const own = password === undefined ? '' : ' [that of SSH]'
  const becomePassword = await readPassword({
    prompt: `BECOME password${own}: `,
    ask: flags.askBecomePass ?? settings.becomeAskPass ?? false,
    file: flags.becomePasswordFile ?? settings.becomePasswordFile,
  })
  return { password, becomePassword: becomePassword === '' ? password : becomePassword }
}
