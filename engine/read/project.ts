import { dirname, join } from 'node:path'
import { Problems, type Place } from '../errors.ts'
import type { Files } from './files.ts'
import { isNothing, kindOf, type YamlNode } from './nodes.ts'
import {
  applyCfg,
  applyEnvironment,
  applySetting,
  type Base,
  type Environment,
  type Mutable,
  type Settings,
} from './settings.ts'
import { readYaml } from './yaml.ts'

export type { Environment, Settings } from './settings.ts'

export interface Project {
  readonly root: string
  /** The files its settings come from. */
  readonly files: readonly string[]
  readonly settings: Settings
  /** Inventories to read when the command line names none; empty: there is none. */
  readonly inventory: readonly string[]
  /** Folders with roles, in the order they are searched: the project's own, then those configured. */
  readonly rolesPaths: readonly string[]
}

export interface ProjectOptions {
  /** Where to look from: the playbook's folder, or the working folder. Absolute. */
  readonly from: string
  readonly workingFolder: string
  readonly environment: Environment
}

const OWN = 'kplay.yml'
const ANSIBLES = 'ansible.cfg'

/**
 * The project a playbook belongs to: the nearest folder upwards with a kplay.yml or an ansible.cfg, else the folder
 * it is in. The environment (`KPLAY_*`) wins over kplay.yml, that over ansible.cfg. Throws BAD_OPTIONS and BAD_YAML.
 */
export function readProject({ from, workingFolder, environment }: ProjectOptions, files: Files): Project {
  const problems = new Problems()
  const root = rootAbove(from, files) ?? from
  const home = environment['HOME']
  const settings: Mutable = {}
  const read: string[] = []
  for (const [name, readFile] of [
    [ANSIBLES, readCfg],
    [OWN, readOwn],
  ] as const) {
    const path = join(root, name)
    const text = problems.collect(() => files.readText(path))
    if (text === undefined) continue
    read.push(path)
    readFile(text, path, { folder: root, home }, settings, problems)
  }
  applyEnvironment(environment, { folder: workingFolder, home }, settings, problems)
  problems.throwIfAny()

  const usual = join(root, 'inventory')
  return {
    root,
    files: read,
    settings,
    inventory: settings.inventory ?? (files.exists(usual) ? [usual] : []),
    rolesPaths: [join(root, 'roles'), ...(settings.rolesPath ?? [])],
  }
}

function rootAbove(folder: string, files: Files): string | undefined {
  if ([OWN, ANSIBLES].some((name) => files.exists(join(folder, name)))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : rootAbove(parent, files)
}

function readOwn(text: string, path: string, base: Base, to: Mutable, problems: Problems): void {
  const node = readYaml(text, path, problems)
  if (!node || isNothing(node)) return
  if (node.kind !== 'map') {
    problems.add('BAD_OPTIONS', `${OWN} is a map of settings, not ${kindOf(node)}`, { place: node.place })
    return
  }
  for (const { key, keyPlace, value } of node.entries) {
    if (isNothing(value)) continue
    const list = value.kind === 'list' ? value.items.map(textOf) : undefined
    applySetting(key, keyPlace, { text: textOf(value), list, place: value.place }, base, to, problems)
  }
}

const textOf = (node: YamlNode): string => (node.kind === 'scalar' ? node.text : kindOf(node))

/** Python's configparser format: sections, `key = value` or `key: value`, comments with # and ;. */
function readCfg(text: string, path: string, base: Base, to: Mutable, problems: Problems): void {
  let section = ''
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const name = /^\s*\[([^\]]+)\]/.exec(line)?.[1]
    if (name !== undefined) section = name.trim()
    const [, head = '', key, value = ''] = /^(([A-Za-z_]\w*)\s*[=:]\s*)(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    const place: Place = { file: path, line: index + 1, column: head.length + 1 }
    const written = value.replace(/\s+[;#].*$/, '').trim()
    if (written !== '') applyCfg(section, key.toLowerCase(), { text: written, place }, base, to, problems)
  }
}
