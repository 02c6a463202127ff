import { KplayError } from '../../errors.ts'
import { failure } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { text } from '../print.ts'
import { inlineOptions, option, read, withoutOptions } from './lookup.ts'
import type { Lookup, Query } from './lookup.ts'

/** The first row whose key column is the term: what stands in another column of it. */
export const csvLookup: Lookup = { run: csv }

function csv(query: Query): List {
  if (query.terms.length === 0) throw failure('the lookup csvfile needs the key of a row')
  return query.terms.flatMap((term) => {
    const inline = inlineOptions(text(term))
    const given = (name: string, fallback: Operand): Operand => inline.get(name) ?? option(query, name, fallback)
    const delimiter = text(given('delimiter', 'TAB')).replace(/^(?:TAB|\\t)$/, '\t')
    const name = text(given('file', 'ansible.csv'))
    const [keyColumn, column] = [Number(text(given('keycol', 0))), Number(text(given('col', 1)))]
    const key = withoutOptions(text(term))
    const { source } = read(query, name, 'files', text(given('encoding', 'utf-8')))
    const row = readCsv(source, delimiter).find((cells) => cells[keyColumn] === key)
    if (!row) return query.options.has('default') ? [option(query, 'default')] : []
    const cell = row[column]
    if (cell === undefined)
      throw new KplayError('NOT_FOUND', `the lookup csvfile: the row ${key} of ${name} has no column ${column}`)
    return [cell]
  })
}

/** Rows of cells (RFC 4180): a cell in quotes may hold the delimiter, line breaks, and quotes written twice. */
export function readCsv(source: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < source.length) {
    const cell = source[at] === '"' ? quotedCell(source, at) : plainCell(source, at, delimiter)
    row.push(cell.value)
    at = cell.end
    if (source.startsWith(delimiter, at)) {
      at += delimiter.length
      if (at < source.length && !/[\r\n]/.test(source[at] ?? '')) continue
      row.push('')
    }
    at += /^(?:\r\n|\n|\r)?/.exec(source.slice(at, at + 2))?.[0].length ?? 0
    rows.push(row)
    row = []
  }
  return rows
}

interface Cell {
  readonly value: string
  readonly end: number
}

function quotedCell(source: string, start: number): Cell {
  let value = ''
  let at = start + 1
  for (;;) {
    const end = source.indexOf('"', at)
    if (end < 0) return { value: value + source.slice(at), end: source.length }
    value += source.slice(at, end)
    if (source[end + 1] !== '"') return { value, end: end + 1 }
    value += '"'
    at = end + 2
  }
}

function plainCell(source: string, start: number, delimiter: string): Cell {
  let end = start
  while (end < source.length && !source.startsWith(delimiter, end) && !/[\r\n]/.test(source[end] ?? '')) end++
  return { value: source.slice(start, end), end }
}
