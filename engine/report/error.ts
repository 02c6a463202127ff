import { KplayErrors, type KplayError, type Place } from '../errors.ts'
import type { ReportOptions } from './reporter.ts'
import { indent, safe, type Paint } from './style.ts'

/** An error as text: what, where with the line itself, why, what to do next. */
export function renderError(
  error: KplayError,
  options: Pick<ReportOptions, 'readText' | 'folder'>,
  paint: Paint,
): string {
  if (error instanceof KplayErrors)
    return error.problems.map((problem) => renderError(problem, options, paint)).join('\n')
  const lines = [`${paint('red', 'error')}: ${safe(error.message)}`]
  if (error.place) lines.push(indent(frame(error.place, options, paint), '  '))
  const cause = causeOf(error.cause)
  if (cause !== undefined && !error.message.includes(cause)) lines.push(labelled(paint('dim', 'why'), 'why', cause))
  if (error.hint !== undefined) lines.push(labelled(paint('cyan', 'do'), 'do', error.hint))
  return lines.join('\n')
}

/** Further lines stand below the first one. */
const labelled = (shown: string, label: string, text: string): string =>
  `  ${shown}: ${indent(safe(text), ' '.repeat(label.length + 4)).trimStart()}`

const causeOf = (cause: unknown): string | undefined =>
  cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : undefined

/** file:line:column and the line with a caret below it. */
export function frame(
  { file, line, column }: Place,
  { readText, folder }: Pick<ReportOptions, 'readText' | 'folder'>,
  paint: Paint,
): string {
  const shown = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file
  const where = `${paint('dim', 'at')} ${shown}:${line}:${column}`
  // An option of the command line has no lines.
  if (file.startsWith('--')) return `${paint('dim', 'at')} ${file}`
  const source = readText(file)?.split('\n')[line - 1]
  if (source === undefined) return where
  const number = String(line)
  const from = Math.max(0, Math.min(column - 1 - BEFORE, source.length - WIDTH))
  const shownPart = (start: number, end: number): string => safe(source.slice(start, end)).replaceAll('\t', ' ')
  const left = from > 0 ? '…' : ''
  const right = from + WIDTH < source.length ? '…' : ''
  const before = left.length + shownPart(from, column - 1).length
  return [
    where,
    `${paint('dim', `${number} |`)} ${left}${shownPart(from, from + WIDTH)}${right}`,
    `${' '.repeat(number.length)} ${paint('dim', '|')} ${' '.repeat(before)}${paint('red', '^')}`,
  ].join('\n')
}

/** Of a long line only this much is shown, so many letters of it before the place. */
const WIDTH = 160
const BEFORE = 100
