import { KplayError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Template } from '../value.ts'
import { Lexer } from './lexer.ts'
import type { Body, Expression } from './nodes.ts'
import { StatementParser } from './parse-statement.ts'
import type { Locate } from './parse-tokens.ts'
import type { Syntax } from './syntax.ts'
import { placeInWritten } from './written-text.ts'

/** A source after parsing. A bare expression has no body, but is one expression. */
export interface Parsed {
  readonly source: string
  readonly locate: Locate
  readonly tree: Body | Expression
  readonly bare: boolean
  /** It calls a method that changes a list or a dict, so it must get copies of the variables. */
  readonly changes: boolean
  /** What stands in braces where there are braces already, or none are wanted. */
  readonly leftovers: readonly Expression[]
  /** What ends a line in the result, where the file says so itself. */
  readonly newline?: string
}

const parsed = new WeakMap<Template, Parsed>()

/** Parses a template, once; a mistake in it is BAD_TEMPLATE with its place. */
export function parseTemplate(template: Template): Parsed {
  const known = parsed.get(template)
  if (known) return known
  const fresh = template.expression
    ? parseBare(template.source, locator(template.place, template.source))
    : parseText(template.source.replace(/\r?\n$/, ''), locator(template.place, template.source), {
        plainBackslashes: true,
      })
  parsed.set(template, fresh)
  return fresh
}

/**
 * `when: x > 1`. Braces around it, or around a part of it, mean the same as none: the parser takes them for
 * parentheses. Only with tags it is a text, whose one value counts.
 */
function parseBare(source: string, locate: Locate): Parsed {
  if (/\{%.*%\}/s.test(source)) return parseText(source.trim(), locate, {})
  const parser = new StatementParser(new Lexer(source, {}).startInCode(), locate)
  const tree = safely(locate, () => parser.parseBare())
  return { source, locate, tree, bare: true, changes: parser.changes, leftovers: parser.leftovers }
}

export function parseText(source: string, locate: Locate, syntax: Syntax): Parsed {
  const parser = new StatementParser(new Lexer(source, syntax), locate)
  const tree = safely(locate, () => parser.parseAsRoot())
  return { source, locate, tree, bare: false, changes: parser.changes, leftovers: parser.leftovers }
}

function safely<T>(locate: Locate, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new KplayError('BAD_TEMPLATE', 'the template is nested too deeply', { place: locate(0, 0) })
  }
}

/** Lines and columns of a source that begins at `place`. A block scalar keeps its indentation on every line. */
export function locator(place: Place | undefined, meant = ''): Locate {
  if (!place) return () => undefined
  return (lineno, colno) =>
    placeInWritten(place, meant, lineno, colno) ?? {
      file: place.file,
      line: place.line + lineno,
      column: place.column + colno,
    }
}
