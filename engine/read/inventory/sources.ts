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

const filesIn = (folder: string, files: Files, isIgnored: (name: string) => boolean): readonly string[] =>
  (files.list(folder) ?? [])
    .filter((name) => !isIgnored(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (files.isDirectory(path) ? filesIn(path, files, isIgnored) : [path]))
