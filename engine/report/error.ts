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
  if (cause !== undefined && !error.message.includes(cause)) lines.push(`  ${paint('dim', 'why')}: ${safe(cause)}`)
  if (error.hint !== undefined)
    lines.push(`  ${paint('cyan', 'do')}: ${indent(safe(error.hint), '      ').trimStart()}`)
  return lines.join('\n')
}

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
  const before = safe(source.slice(0, column - 1)).replaceAll('\t', ' ').length
  return [
    where,
    `${paint('dim', `${number} |`)} ${safe(source).replaceAll('\t', ' ')}`,
    `${' '.repeat(number.length)} ${paint('dim', '|')} ${' '.repeat(before)}${paint('red', '^')}`,
  ].join('\n')
}
