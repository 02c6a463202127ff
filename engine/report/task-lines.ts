import type { Result, TaskInfo } from '../events.ts'
import { frame, renderError } from './error.ts'
import { renderChanges } from './diff.ts'
import { hostList } from './host-list.ts'
import type { ReportOptions } from './reporter.ts'
import { indent, safe, seconds, STATUS_STYLE, type Paint } from './style.ts'

const TAIL = 20
const MOST = 8

export const titleOf = ({ role, name, handler }: TaskInfo): string =>
  `${handler ? 'handler ' : ''}${role === undefined ? '' : `${role} : `}${safe(name)}`

/** Whether a result is worth a line: unchanged tasks do not scroll by, unless -v. */
export const interesting = ({ status, message, warnings, ignored }: Result, verbosity: number): boolean =>
  verbosity > 0 ||
  status === 'changed' ||
  status === 'failed' ||
  status === 'maybe' ||
  ignored === true ||
  message !== undefined ||
  warnings.length > 0

/** A finished task: one line per outcome with its hosts, details below it, equal details once. */
export function renderTask(task: TaskInfo, results: readonly Result[], options: ReportOptions, paint: Paint): string {
  const groups = new Map<string, { results: Result[]; details: string }>()
  for (const result of results) {
    if (!interesting(result, options.verbosity) || result.status === 'unreachable') continue
    const details = renderDetails(result, options, paint)
    const key = `${result.status} ${String(result.ignored)} ${result.item ?? ''} ${details}`
    const group = groups.get(key) ?? { results: [], details }
    group.results.push(result)
    groups.set(key, group)
  }
  return [...groups.values()]
    .map(
      ({ results: same, details }) =>
        renderLine(task, same, options, paint) + (details === '' ? '' : `\n${indent(details, '      ')}`),
    )
    .join('\n')
}

function renderLine(
  task: TaskInfo,
  same: readonly Result[],
  { check, verbosity }: ReportOptions,
  paint: Paint,
): string {
  const [first] = same
  if (!first) return ''
  const word = first.ignored ? 'ignored' : first.status
  const shown = word === 'changed' && check ? 'would change' : word
  const slowest = Math.max(...same.map(({ elapsed }) => elapsed))
  const names = same.map(({ host }) => host)
  // Who failed is always named; of the others -v tells all.
  const hosts = hostList(names, verbosity > 0 || first.status === 'failed' ? {} : { most: MOST })
  const item = first.item === undefined ? '' : ` (${safe(first.item)})`
  return `  ${paint(STATUS_STYLE[word], shown.padEnd(check ? 12 : 9))} ${titleOf(task)}${item}  ${paint('dim', hosts)}${slowest >= 1000 ? `  ${paint('dim', seconds(slowest))}` : ''}`
}

function renderDetails(result: Result, options: ReportOptions, paint: Paint): string {
  const { verbosity, diff } = options
  const parts: string[] = []
  if (result.message !== undefined) parts.push(safe(result.message))
  parts.push(...result.warnings.map((warning) => `${paint('yellow', 'warning')}: ${safe(warning)}`))
  if (result.failure) parts.push(renderFailure(result, options, paint))
  if (result.reason !== undefined && (verbosity > 0 || result.status === 'maybe'))
    parts.push(`${result.status === 'maybe' ? 'why' : 'false'}: ${safe(result.reason)}`)
  if (diff && result.changes.length > 0) parts.push(renderChanges(result.changes, paint))
  else if (verbosity > 0 && result.changes.length > 0)
    parts.push(
      renderChanges(
        result.changes.filter(({ text }) => !text),
        paint,
      ),
    )
  if ((verbosity > 1 || (options.check && verbosity > 0)) && result.steps.length > 0)
    parts.push(...result.steps.map((step) => `${paint('dim', '$')} ${safe(step)}`))
  if (verbosity > 1)
    parts.push(
      JSON.stringify(result.values, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2),
    )
  return parts.filter((part) => part !== '').join('\n')
}

function renderFailure({ failure }: Result, options: ReportOptions, paint: Paint): string {
  if (!failure) return ''
  const { error, stdout, stderr, evidence } = failure
  const parts = [renderError(error, options, paint)]
  for (const [name, text] of [
    ['stdout', stdout],
    ['stderr', stderr],
    ['log', evidence],
  ] as const) {
    const lines = text?.trimEnd().split('\n') ?? []
    if (!text || text.trim() === '') continue
    const left = lines.length - TAIL
    const shown = left > 0 ? [`… ${left} lines before`, ...lines.slice(-TAIL)] : lines
    parts.push(indent(`${paint('dim', name)}:\n${indent(safe(shown.join('\n')), '  ')}`, '  '))
  }
  return parts.join('\n')
}

export { frame }
