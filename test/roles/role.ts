import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import type { Files } from '../../engine/read/files.ts'

export const root = join(import.meta.dirname, '../..')
export const roleNames = readdirSync(join(root, 'roles')).sort()

/** The controller's files as they are. */
export const diskFiles: Files = {
  readText: (path) => (isFile(path) ? readFileSync(path, 'utf8') : undefined),
  list: (folder) => (isFolder(folder) ? readdirSync(folder).sort() : undefined),
  isDirectory: isFolder,
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
}
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

export type Yaml = Readonly<Record<string, unknown>>
export interface Option {
  readonly type: string
  readonly elements?: string
  readonly default?: unknown
  readonly required?: boolean
  readonly choices?: readonly unknown[]
  readonly description: string
}

/** A role as data, by the plain YAML package: what the tests look at must not rest on what they test. */
export interface RoleFiles {
  readonly name: string
  /** What its variables begin with. */
  readonly prefix: string
  readonly folder: string
  /** Every file, by its path below the role. */
  readonly texts: ReadonlyMap<string, string>
  readonly defaults: Yaml
  /** What is worked out from them, for the role itself. */
  readonly vars: Yaml
  readonly options: Readonly<Record<string, Option>>
  readonly tasks: readonly { readonly file: string; readonly task: Yaml }[]
}

export function readRoleFiles(name: string): RoleFiles {
  const folder = join(root, 'roles', name)
  const texts = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  )
  const yaml = (path: string): unknown => parse(texts.get(path) ?? '')
  const specs = yaml('meta/argument_specs.yml') as {
    argument_specs: { main: { options: Readonly<Record<string, Option>> } }
  }
  const tasks = [...texts.keys()]
    .filter((path) => /^(tasks|handlers)\//.test(path))
    .flatMap((file) => flat(yaml(file) as readonly Yaml[]).map((task) => ({ file, task })))
  return {
    name,
    prefix: `${name.replaceAll('-', '_')}_`,
    folder,
    texts,
    defaults: yaml('defaults/main.yml') as Yaml,
    vars: (yaml('vars/main.yml') ?? {}) as Yaml,
    options: specs.argument_specs.main.options,
    tasks,
  }
}

/** Tasks and blocks, those inside blocks too. */
export const flat = (tasks: readonly Yaml[] | undefined): readonly Yaml[] =>
  (tasks ?? []).flatMap((task) => [
    task,
    ...['block', 'rescue', 'always'].flatMap((part) => flat(task[part] as readonly Yaml[] | undefined)),
  ])

export const isTemplate = (value: unknown): boolean => typeof value === 'string' && /\{[{%]/.test(value)
