import { join } from 'node:path'
import { KplayError } from '../../errors.ts'
import { pythonRegex } from '../../values/regex.ts'
import type { Files } from '../files.ts'

/** What an inventory folder may hold without being inventory, as Ansible's settings of that name. */
export interface Ignored {
  /** Ends of names. */
  readonly extensions?: readonly string[] | undefined
  /** Regular expressions. */
  readonly patterns?: readonly string[] | undefined
}

/** Names separated by commas; a path that is there is a path, whatever is in its name. */
export const isHostList = (source: string, files: Files): boolean => source.includes(',') && !files.exists(source)

/** Folders of a source, and itself, that hold nothing to read. */
export function emptyFolders(source: string, files: Files, ignored: Ignored = {}): readonly string[] {
  if (isHostList(source, files) || !files.isDirectory(source)) return []
  return emptyIn(source, files, ignoredNames(ignored))
}

/** The files of one source: itself, or all of a folder in the order of their names, folders in it included. */
export function sourceFiles(source: string, files: Files, ignored: Ignored = {}): readonly string[] {
  if (isHostList(source, files)) return []
  return files.isDirectory(source) ? filesIn(source, files, ignoredNames(ignored)) : [source]
}

const NEVER = /^\.|^(?:host_vars|group_vars|vars_plugins)$/
const EXTENSIONS = '.pyc .pyo .swp .bak ~ .rpm .md .txt .rst .orig .cfg .retry'.split(' ')

function ignoredNames({ extensions = EXTENSIONS, patterns = [] }: Ignored): (name: string) => boolean {
  const expressions = [NEVER, ...patterns.map(expressionOf)]
  return (name) =>
    expressions.some((pattern) => name.search(pattern) >= 0) || extensions.some((extension) => name.endsWith(extension))
}

function expressionOf(pattern: string): RegExp {
  try {
    return pythonRegex(pattern)
  } catch (cause) {
    throw new KplayError('BAD_OPTIONS', `inventory_ignore_patterns: ${pattern} is no regular expression`, { cause })
  }
}

type IsIgnored = (name: string) => boolean

const pathsIn = (folder: string, files: Files, isIgnored: IsIgnored): readonly string[] =>
  (files.list(folder) ?? []).filter((name) => !isIgnored(name)).map((name) => join(folder, name))

const filesIn = (folder: string, files: Files, isIgnored: IsIgnored): readonly string[] =>
  pathsIn(folder, files, isIgnored).flatMap((path) =>
    files.isDirectory(path) ? filesIn(path, files, isIgnored) : [path],
  )

function emptyIn(folder: string, files: Files, isIgnored: IsIgnored): readonly string[] {
  const paths = pathsIn(folder, files, isIgnored)
  const empty = paths.filter((path) => files.isDirectory(path)).flatMap((path) => emptyIn(path, files, isIgnored))
  return paths.every((path) => empty.includes(path)) ? [...empty, folder] : empty
}
