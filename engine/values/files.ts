import { KplayError } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'
import type { Load } from './frame.ts'
import { own } from './own.ts'
import { locator, parseText } from './parse.ts'
import type { Parsed } from './parse.ts'
import type { Ports } from './surroundings.ts'
import { unescape } from './string-escapes.ts'
import type { Syntax } from './syntax.ts'

/** Settings that a template file can make for itself in its first line: `#jinja2: trim_blocks: false`. */
const HEADER = /^#jinja2:([^\n]*)(?:\n|$)/
const SETTINGS: Readonly<Record<string, keyof Syntax | 'newline'>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  line_statement_prefix: 'lineStatement',
  line_comment_prefix: 'lineComment',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  newline_sequence: 'newline',
}
/** Settings of Jinja2 that change nothing here. */
const IGNORED = ['keep_trailing_newline', 'auto_reload', 'optimized', 'cache_size']

/** Parses a template file: its header is taken off and obeyed. */
export function parseFile(file: string, source: string, syntax: Syntax = {}): Parsed {
  const header = HEADER.exec(source)?.[1]
  if (header === undefined) return parseText(source, locator({ file, line: 1, column: 1 }), syntax)
  const body = source.slice(source.indexOf('\n') + 1 || source.length)
  const { newline, ...settings } = readHeader(header, file)
  const parsed = parseText(body, locator({ file, line: 2, column: 1 }), { ...syntax, ...settings })
  return newline === undefined ? parsed : { ...parsed, newline }
}

function readHeader(header: string, file: string): Syntax & { newline?: string } {
  const settings: Record<string, string | boolean> = {}
  // a value in quotes may hold commas
  for (const pair of header.match(/(?:'[^']*'|"[^"]*"|[^,])+/g) ?? []) {
    if (!pair.includes(':'))
      throw new KplayError('BAD_TEMPLATE', `Missing key-value separator in the header #jinja2: ${pair.trim()}`, {
        place: { file, line: 1, column: 1 },
        hint: 'a colon stands between a setting and its value',
      })
    const [, key = '', value = ''] = /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(pair) ?? []
    const name = own(SETTINGS, key)
    if (IGNORED.includes(key)) continue
    if (name === undefined)
      throw new KplayError('BAD_TEMPLATE', `the header #jinja2: has no setting ${key || pair.trim()}`, {
        place: { file, line: 1, column: 1 },
        hint: didYouMean(key, Object.keys(SETTINGS)) ?? `it has: ${Object.keys(SETTINGS).join(', ')}`,
      })
    const bare = value.replace(/^(['"])(.*)\1$/s, '$2')
    settings[name] = /Blocks$/.test(name) ? /^(?:true|yes|on|1)$/i.test(bare) : unescape(bare)
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
