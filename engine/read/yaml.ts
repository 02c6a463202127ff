import { LineCounter, parseDocument, type YAMLError } from 'yaml'
import { KplayError, Problems, type Place } from '../errors.ts'
import { composeNode, UNQUOTED } from './compose.ts'
import { isVault } from '../vault/envelope.ts'
import type { YamlNode } from './nodes.ts'

/**
 * YAML (or JSON) text → located nodes, with scalars as PyYAML reads them. Every mistake of the text goes to `problems`.
 * undefined: there were mistakes that leave nothing to go on with. Empty text is a null scalar.
 */
export function readYaml(text: string, file: string, problems: Problems): YamlNode | undefined {
  if (isVault(text)) {
    problems.add('VAULT', 'an encrypted file cannot be used here', {
      place: { file, line: 1, column: 1 },
    })
    return undefined
  }
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const source = text.replace(/^\uFEFF/, '')
  try {
    const document = parseDocument(source, {
      schema: 'failsafe',
      resolveKnownTags: false,
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    })
    const mistakes = syntaxErrors(document.errors, source, placeAt)
    const compose = (to: Problems): YamlNode =>
      composeNode(document.contents, { source, placeAt, problems: to, json: isJson(source) })
    if (mistakes.length === 0) return compose(problems)
    // Of what the parser could make of it only this is sure to be a mistake.
    const further = new Problems()
    compose(further)
    const unquoted = further.list.filter(({ message }) => message === UNQUOTED)
    problems.list.push(...inOrder([...mistakes, ...unquoted]))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.add('BAD_YAML', 'nested too deeply', { place: placeAt(0) })
  }
  return undefined
}

/** By line; the first one of each counts. */
function inOrder(mistakes: readonly KplayError[]): readonly KplayError[] {
  const lineOf = ({ place }: KplayError): number => place?.line ?? 0
  return mistakes
    .filter((one, at) => mistakes.findIndex((other) => lineOf(other) === lineOf(one)) === at)
    .toSorted((a, b) => lineOf(a) - lineOf(b))
}

/** In a file that is JSON as a whole, numbers are as JSON has them. */
const isJson = (source: string): boolean => {
  if (!/^\s*[[{]/.test(source)) return false
  try {
    JSON.parse(source)
    return true
  } catch {
    return false
  }
}

/** The first error, and later ones that are mistakes for sure: what else follows is mostly the parser's own confusion. */
function syntaxErrors(errors: readonly YAMLError[], source: string, placeAt: (offset: number) => Place): KplayError[] {
  const sourceLines = source.split('\n')
  const seen = new Set<number>()
  return errors.flatMap((error, index) => {
    const place = placeAt(openQuote(error, source) ?? error.pos[0])
    if (seen.has(place.line)) return []
    seen.add(place.line)
    const line = sourceLines[place.line - 1] ?? ''
    const unquoted = /^(\s*(?:- +)*(?:[^\s'"#{[][^'"#{[]*?: +|- +))(\{\{.*)$/.exec(line)
    if (unquoted) {
      const [, before = '', value = ''] = unquoted
      return new KplayError('BAD_YAML', UNQUOTED, {
        place: { ...place, column: before.length + 1 },
        hint: `write ${quoted(value.trimEnd())}`,
      })
    }
    if (index > 0 && CONFUSED.has(error.code)) return []
    return new KplayError('BAD_YAML', wording(error), { place, hint: hintFor(error, line) })
  })
}

/** Where the quote stands that a value lacks its end of. The parser noticed at the end of the text. */
function openQuote({ code, message, pos }: YAMLError, source: string): number | undefined {
  const quote = code === 'MISSING_CHAR' ? /^Missing closing (["'])/.exec(message)?.[1] : undefined
  if (quote === undefined) return undefined
  const before = source.slice(0, pos[0])
  const plain = quote === '"' ? before.replaceAll(/\\["\\]/g, '  ') : before.replaceAll("''", '  ')
  const found = plain.lastIndexOf(quote)
  return found < 0 ? undefined : found
}

/** What the parser says when it lost its way earlier. */
const CONFUSED: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'MISSING_CHAR', 'BAD_INDENT', 'IMPOSSIBLE'])

export const quoted = (text: string): string => (text.includes('"') ? `'${text.replaceAll("'", "''")}'` : `"${text}"`)

function wording(error: YAMLError): string {
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return 'the file holds several documents: only one is read'
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent YAML'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second "key: value" on the same line, or a wrong indentation'
    case 'BAD_ALIAS':
      return error.message
    default:
      if (error.message.startsWith('Missing closing')) return 'this quote is never closed'
      if (/call stack/i.test(error.message)) return 'nested too deeply'
      return `no valid YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`
  }
}

function hintFor(error: YAMLError, line: string): string | undefined {
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return 'write one file per document'
    case 'TAB_AS_INDENT':
      return 'use spaces'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'quote a value that contains ": "'
    case 'BAD_SCALAR_START':
      return 'quote the value'
    case 'UNEXPECTED_TOKEN':
      return /:\s+["']/.test(line) ? 'quote the whole value, not its beginning' : undefined
    default:
      return undefined
  }
}
