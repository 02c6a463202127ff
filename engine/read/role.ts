import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ArgumentSpec, Node, Role } from '../model.ts'
import { nearest } from '../schema/parse.ts'
import type { Vars } from '../value.ts'
import { readArgumentSpec } from './argument-specs.ts'
import { filesBelow } from './inventory/folders.ts'
import { isNothing, kindOf, type YamlNode } from './nodes.ts'
import type { Reading, RolePart, RoleUse } from './reading.ts'
import { readRoleEntries } from './role-entry.ts'
import { mergeVars, NO_VARS, readVarsFile } from './vars.ts'
import { writtenFlag } from './written.ts'
import { readYaml } from './yaml.ts'

type Building = { -readonly [K in keyof Role]: Role[K] }

/** Reads a role with all it depends on. undefined: not found or in a circle, which is reported. */
export function readRole(use: RoleUse, reading: Reading): Role | undefined {
  const { problems } = reading
  const path = findRole(use, reading)
  if (path === undefined) return undefined
  const opened = `role ${path} ${use.from?.tasks ?? 'main'}`
  if (reading.open.includes(opened)) {
    if (reading.recursive) return undefined
    const circle = [...reading.open.slice(reading.open.indexOf(opened)), opened]
      .filter((entry) => entry.startsWith('role '))
      .map((entry) => entry.slice(entry.lastIndexOf('/') + 1).replace(/ .*$/, ''))
    problems.add('BAD_YAML', `the role ${use.name} needs itself: ${circle.join(' → ')}`, { place: use.place })
    return undefined
  }
  const from = (part: RolePart): string => use.from?.[part] ?? 'main'
  const meta = readMeta(path, from('tasks').replace(/\.(ya?ml|json)$/, ''), reading)
  // Its tasks point back to it, so it exists before they are read.
  const role: Building = {
    name: use.name.split('/').at(-1) || use.name,
    collection: collectionOf(path),
    path,
    place: use.place,
    defaults: readRoleVars(path, 'defaults', from('defaults'), use, reading),
    vars: readRoleVars(path, 'vars', from('vars'), use, reading),
    params: use.params,
    keywords: use.keywords,
    tasks: [],
    handlers: [],
    dependencies: [],
    allowDuplicates: use.allowDuplicates ?? meta.allowDuplicates,
    public: use.public ?? reading.options.privateRoleVars !== true,
    argumentSpec: use.validate === false ? undefined : meta.argumentSpec,
  }
  const inside: Reading = { ...reading, role, open: [...reading.open, opened] }
  role.dependencies = meta.dependencies
    ? readRoleEntries(meta.dependencies, { ...inside, file: meta.file }).flatMap(
        (entry) => readRole(entry, inside) ?? [],
      )
    : []
  role.tasks = readPart('tasks', from('tasks'), use, inside)
  role.handlers = readPart('handlers', from('handlers'), use, inside)
  return role
}

function findRole({ name, place }: RoleUse, reading: Reading): string | undefined {
  const { files, problems, playbookFolder, options, role } = reading
  const beside = role ? [dirname(role.path)] : []
  const folders = [join(playbookFolder, 'roles'), playbookFolder, ...beside, ...options.rolesPaths]
  const places = isAbsolute(name)
    ? [name]
    : [...new Set([...inCollection(name, reading), ...folders.map((folder) => resolve(folder, name))])]
  const found = places.find((path) => files.isDirectory(path))
  if (found !== undefined) return found
  const known = folders.flatMap((folder) => (folder === playbookFolder ? [] : (files.list(folder) ?? [])))
  const meant = nearest(name, known)
  problems.add('NOT_FOUND', `there is no role ${name}`, {
    place,
    hint: `${meant ? `did you mean ${meant}? ` : ''}looked for ${places.join(', ')}`,
  })
  return undefined
}

/** `namespace.collection.role`, in the collections beside the playbook or its project. */
function inCollection(name: string, { playbookFolder, options }: Reading): readonly string[] {
  const [, namespace = '', collection = '', role] = /^(\w+)\.(\w+)\.(\w+)$/.exec(name) ?? []
  if (role === undefined) return []
  const roots = [playbookFolder, ...options.rolesPaths.map((folder) => dirname(folder))]
  return roots.map((root) => join(root, 'collections/ansible_collections', namespace, collection, 'roles', role))
}

function collectionOf(path: string): string | undefined {
  const [, namespace, collection] = /\/ansible_collections\/(\w+)\/(\w+)\/roles\/[^/]+$/.exec(path) ?? []
  return namespace === undefined ? undefined : `${namespace}.${collection ?? ''}`
}

/** `main.yml` and its other spellings, or a file named by `tasks_from`. */
function fileNamed(folder: string, name: string, { files }: Reading): string | undefined {
  return ['.yml', '.yaml', '.json', '']
    .map((extension) => join(folder, name + extension))
    .find((path) => files.exists(path) && !files.isDirectory(path))
}

function readPart(part: 'tasks' | 'handlers', name: string, use: RoleUse, reading: Reading): readonly Node[] {
  const { files, problems, role } = reading
  const path = fileNamed(join(role?.path ?? '', part), name, reading)
  if (path === undefined) {
    reportMissing(part, name, use, reading)
    return []
  }
  const text = problems.collect(() => files.readText(path))
  const node = text === undefined ? undefined : readYaml(text, path, problems)
  return node ? reading.readNodes(node, { ...reading, file: path, part, open: [...reading.open, path] }) : []
}

/** Only a file that somebody asked for by name has to be there. */
function reportMissing(
  part: RolePart,
  name: string,
  { name: role, place, from }: RoleUse,
  { problems }: Reading,
): void {
  if (from?.[part] !== undefined) problems.add('NOT_FOUND', `the role ${role} has no ${part}/${name}.yml`, { place })
}

/** Variables in `main.yml`, or in all files of a folder `main/`. */
function readRoleVars(path: string, part: 'vars' | 'defaults', name: string, use: RoleUse, reading: Reading): Vars {
  const { files, problems } = reading
  const folder = join(path, part, name)
  const file = fileNamed(join(path, part), name, reading)
  const paths = file === undefined ? filesBelow(folder, files) : [file]
  if (paths.length === 0) reportMissing(part, name, use, reading)
  return mergeVars(...paths.map((each) => problems.collect(() => readVarsFile(each, files, problems)) ?? NO_VARS))
}

interface Meta {
  readonly file: string
  readonly dependencies: YamlNode | undefined
  readonly allowDuplicates: boolean
  readonly argumentSpec: ArgumentSpec | undefined
}

/** @param entry the file of tasks the role is entered by: each has arguments of its own */
function readMeta(path: string, entry: string, reading: Reading): Meta {
  const { problems } = reading
  const file = fileNamed(join(path, 'meta'), 'main', reading)
  const main = entriesOf(file, reading)
  const spec = entriesOf(fileNamed(join(path, 'meta'), 'argument_specs', reading), reading)
  const specs = spec.get('argument_specs') ?? main.get('argument_specs')
  const duplicates = main.get('allow_duplicates')
  return {
    file: file ?? join(path, 'meta/main.yml'),
    dependencies: main.get('dependencies'),
    allowDuplicates: duplicates !== undefined && writtenFlag(duplicates, 'allow_duplicates', problems)?.value === true,
    argumentSpec: specs && readArgumentSpec(specs, entry, problems),
  }
}

function entriesOf(path: string | undefined, { files, problems }: Reading): ReadonlyMap<string, YamlNode> {
  const text = path === undefined ? undefined : problems.collect(() => files.readText(path))
  const node = path === undefined || text === undefined ? undefined : readYaml(text, path, problems)
  if (!node || isNothing(node)) return new Map()
  if (node.kind === 'map') return new Map(node.entries.map(({ key, value }) => [key, value]))
  problems.add('BAD_YAML', `this file is a map, not ${kindOf(node)}`, { place: node.place })
  return new Map()
}
