import type { Load } from './frame.ts'
import { own } from './own.ts'
import { locator, parseText } from './parse.ts'
import type { Parsed } from './parse.ts'
import type { Ports } from './surroundings.ts'
import type { Syntax } from './syntax.ts'

/** Settings that a template file can make for itself in its first line: `#jinja2: trim_blocks: false`. */
const HEADER = /^#jinja2:([^\n]*)(?:\n|$)/
const SETTINGS: Readonly<Record<string, keyof Syntax>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
}

/** Parses a template file: its header is taken off and obeyed. */
export function parseFile(file: string, source: string, syntax: Syntax = {}): Parsed {
  const header = HEADER.exec(source)
  const body = header ? source.slice(header[0].length) : source
  const place = { file, line: header ? 2 : 1, column: 1 }
  return parseText(body, locator(place), header ? { ...syntax, ...readHeader(header[1] ?? '') } : syntax)
}

function readHeader(header: string): Syntax {
  const settings: Record<string, string | boolean> = {}
  for (const pair of header.split(',')) {
    const [, key = '', value = ''] = /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(pair) ?? []
    const name = own(SETTINGS, key)
    const bare = value.replace(/^(['"])(.*)\1$/, '$2')
    if (name) settings[name] = /Blocks$/.test(name) ? /^(?:true|yes|on|1)$/i.test(bare) : bare
  }
  return settings
}

/**
 * Finds the files that templates include or import: by the search path of templates, else beside the template at the
 * top. Each is parsed once per evaluation.
 */
export function loadTemplate({ files }: Ports, syntax: Syntax = {}, top?: string): Load {
  const folder = top?.includes('/') ? top.slice(0, top.lastIndexOf('/') + 1) : undefined
  const known = new Map<string, Parsed>()
  return (name) => {
    const path =
      files?.resolve(name, 'templates') ??
      (folder === undefined ? undefined : files?.resolve(folder + name, 'templates'))
    if (path === undefined) return undefined
    const parsed = known.get(path)
    if (parsed) return parsed
    const source = files?.readText(path)
    if (source === undefined) return undefined
    const fresh = parseFile(path, source.replace(/\n$/, ''), syntax)
    known.set(path, fresh)
    return fresh
  }
}
