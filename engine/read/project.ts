import { dirname, isAbsolute, join } from 'node:path'
import { Problems } from '../errors.ts'
import type { Files } from './files.ts'
import { isNothing, kindOf, type YamlNode } from './nodes.ts'
import { Gathering, type Remark } from './settings/apply.ts'
import { readCfg } from './settings/cfg.ts'
import type { Base, Environment } from './settings/kinds.ts'
import type { Settings } from './settings/known.ts'
import { readYaml } from './yaml.ts'

export type { Environment } from './settings/kinds.ts'
export type { Settings } from './settings/known.ts'

export interface Project {
  readonly root: string
  /** The files its settings come from. */
  readonly files: readonly string[]
  readonly settings: Settings
  /** Inventories to read when the command line names none; empty: there is none. */
  readonly inventory: readonly string[]
  /** Folders with roles, in the order they are searched: the project's own, then those configured. */
  readonly rolesPaths: readonly string[]
  /** What is odd about the settings, but stops nobody. */
  readonly remarks: readonly Remark[]
  /** One line that names what Ansible knows and has no meaning here; undefined: nothing of that kind. */
  readonly meaningless?: string | undefined
}

export interface ProjectOptions {
  /** Where to look from: the playbook's folder, or the working folder. Absolute. */
  readonly from: string
  readonly workingFolder: string
  readonly environment: Environment
  /** Whether anybody may write into a folder: an ansible.cfg there may be a stranger's. */
  worldWritable?(folder: string): boolean
}

const OWN = 'kplay.yml'
const ANSIBLES = 'ansible.cfg'

/**
 * The project a playbook belongs to: the nearest folder upwards with a kplay.yml or an ansible.cfg, else the folder
 * it is in. `KPLAY_*` in the environment wins over `ANSIBLE_*` there, that over kplay.yml, that over ansible.cfg.
 * Throws BAD_OPTIONS and BAD_YAML, all mistakes at once.
 */
export function readProject(options: ProjectOptions, files: Files): Project {
  const { from, workingFolder, environment } = options
  const problems = new Problems()
  const gathering = new Gathering(problems)
  const root = rootAbove(from, files) ?? from
  const base = (folder: string): Base => ({ folder, workingFolder, environment })
  const read: string[] = []

  const cfg = findCfg(root, options, files, gathering.remarks)
  if (cfg) {
    read.push(cfg.path)
    gathering.cfg(readCfg(cfg.text, cfg.path, problems), base(dirname(cfg.path)))
  }
  const own = join(root, OWN)
  const text = problems.collect(() => files.readText(own))
  if (text !== undefined) {
    read.push(own)
    readOwn(text, own, base(root), gathering)
  }
  gathering.ansibleVariables(environment, base(workingFolder))
  gathering.ownVariables(environment, base(workingFolder))
  problems.throwIfAny()

  const { settings, remarks } = gathering
  return {
    root,
    files: read,
    settings,
    inventory: settings.inventory ?? usualInventory(root, files),
    rolesPaths: [join(root, 'roles'), ...(settings.rolesPath ?? usualRoles(environment))],
    remarks,
    meaningless: told(gathering.meaningless),
  }
}

function rootAbove(folder: string, files: Files): string | undefined {
  if ([OWN, ANSIBLES].some((name) => files.exists(join(folder, name)))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : rootAbove(parent, files)
}

/** The one ansible.cfg that counts, in Ansible's order; the project's own comes after that of the working folder. */
function findCfg(
  root: string,
  { workingFolder, environment, worldWritable }: ProjectOptions,
  files: Files,
  remarks: Remark[],
): { readonly path: string; readonly text: string } | undefined {
  const { ANSIBLE_CONFIG: named, HOME: home } = environment
  const candidates: string[] = []
  if (named !== undefined && named !== '') {
    const path = home !== undefined && named.startsWith('~/') ? join(home, named.slice(2)) : named
    const absolute = isAbsolute(path) ? path : join(workingFolder, path)
    candidates.push(files.isDirectory(absolute) ? join(absolute, ANSIBLES) : absolute)
  }
  for (const folder of new Set([workingFolder, root])) {
    const path = join(folder, ANSIBLES)
    if (!worldWritable?.(folder)) candidates.push(path)
    else if (candidates.length === 0 && files.exists(path))
      remarks.push({
        message: `${path} is passed over: anybody may write into its folder (ANSIBLE_CONFIG may name it)`,
      })
  }
  if (home !== undefined) candidates.push(join(home, '.ansible.cfg'))
  candidates.push('/etc/ansible/ansible.cfg')
  for (const path of candidates) {
    const text = files.readText(path)
    if (text !== undefined) return { path, text }
  }
  return undefined
}

function readOwn(text: string, path: string, base: Base, gathering: Gathering): void {
  const { problems } = gathering
  const node = readYaml(text, path, problems)
  if (!node || isNothing(node)) return
  if (node.kind !== 'map') {
    problems.add('BAD_OPTIONS', `${OWN} is a map of settings, not ${kindOf(node)}`, { place: node.place })
    return
  }
  for (const { key, keyPlace, value } of node.entries) {
    if (isNothing(value)) continue
    const list = value.kind === 'list' ? value.items.map(textOf) : undefined
    gathering.own(key, keyPlace, { text: textOf(value), list, place: value.place }, base)
  }
}

const textOf = (node: YamlNode): string => (node.kind === 'scalar' ? node.text : kindOf(node))

function usualInventory(root: string, files: Files): readonly string[] {
  const found = [join(root, 'inventory'), '/etc/ansible/hosts'].find((path) => files.exists(path))
  return found === undefined ? [] : [found]
}

/** Where roles lie that were installed for all projects. */
function usualRoles(environment: Environment): readonly string[] {
  const { HOME: home, ANSIBLE_HOME: own = home && join(home, '.ansible') } = environment
  return [...(own ? [join(own, 'roles')] : []), '/usr/share/ansible/roles', '/etc/ansible/roles']
}

function told(meaningless: ReadonlyMap<string, readonly string[]>): string | undefined {
  const parts = [...meaningless].map(([where, names]) => `${names.join(', ')} (${where})`)
  return parts.length === 0 ? undefined : `without meaning here: ${parts.join('; ')}`
}
