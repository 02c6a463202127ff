import type { Event, Result, TaskInfo } from '../events.ts'
import type { Plain } from '../value.ts'
import { renderChanges } from './diff.ts'
import { frame, renderError } from './error.ts'
import type { Output, Reporter, ReportOptions } from './reporter.ts'
import { indent, painter, safe, STATUS_STYLE } from './style.ts'

export interface AdhocOptions extends ReportOptions {
  /** Each host in one line. */
  readonly oneLine: boolean
}

/** Modules that bring the output of a command: it is shown as it came. */
export const COMMANDS = /^(?:ansible\.(?:builtin|legacy)\.)?(?:command|shell|raw|script)$/

/** One module on many hosts, as operators know it: the host, how it ended, and what it said. What is odd goes to `aside`. */
export function adhocReporter(output: Output, aside: Pick<Output, 'write'>, options: AdhocOptions): Reporter {
  const paint = painter(output.colour)
  const say = (text: string): void => output.write(`${text}\n`)

  function listen(event: Event): void {
    switch (event.type) {
      case 'result':
        return told(event.task, event.result)
      case 'unreachable': {
        const why = renderError(event.error, options, paint)
        for (const host of event.hosts) {
          const head = paint(STATUS_STYLE.unreachable, `${safe(host)} | UNREACHABLE!`)
          say(
            options.oneLine
              ? `${head}: ${safe(event.error.message).replace(/\n/g, ' ')}`
              : `${head}\n${indent(why, '    ')}`,
          )
        }
        return
      }
      case 'play-skipped':
        return aside.write(`${paint('yellow', 'warning')}: ${event.reason}\n`)
      case 'warning':
        return aside.write(
          `${paint('yellow', 'warning')}: ${safe(event.message)}${event.place ? `\n${indent(frame(event.place, options, paint), '  ')}` : ''}\n`,
        )
      case 'note':
        if (options.verbosity >= event.level) aside.write(`${paint('dim', `note: ${safe(event.message)}`)}\n`)
        return
      case 'interrupted':
        return aside.write(`${paint('yellow', event.hard ? 'aborting' : 'interrupted: what runs is ended first')}\n`)
      default:
    }
  }

  function told(task: TaskInfo, result: Result): void {
    const { status, warnings, changes } = result
    if (status === 'unreachable') return
    for (const warning of warnings) aside.write(`${paint('yellow', 'warning')}: ${safe(warning)}\n`)
    const [head = '', ...rest] = lines(task, result, options)
    say([paint(STATUS_STYLE[status], head), ...rest].join('\n'))
    if (options.diff && changes.length > 0) say(indent(renderChanges(changes, paint), '    '))
  }

  return { listen, end: () => undefined }
}

function lines(task: TaskInfo, result: Result, { oneLine, check }: AdhocOptions): readonly string[] {
  const { status, reason, message, failure } = result
  const head = `${safe(result.host)} | ${wordOf(result, check)}`
  if (status === 'skipped' || status === 'maybe') return [reason === undefined ? head : `${head}: ${safe(reason)}`]
  const values = asRecord(result.values)
  if (COMMANDS.test(task.action) && 'rc' in values) return commandLines(head, values, oneLine)
  const shown = {
    changed: status === 'changed',
    ...(failure && { code: failure.error.code }),
    ...(failure || message !== undefined ? { msg: failure?.error.message ?? message } : {}),
    ...values,
  }
  const json = JSON.stringify(shown, plain, oneLine ? 0 : 4)
  const hint = failure?.error.hint
  return [
    `${head}${status === 'failed' ? '!' : ''} => ${safe(json)}`,
    ...(hint && !oneLine ? [`  do: ${safe(hint)}`] : []),
  ]
}

function commandLines(head: string, values: Readonly<Record<string, Plain>>, oneLine: boolean): readonly string[] {
  const [stdout, stderr] = [values['stdout'], values['stderr']].map((text) => (typeof text === 'string' ? text : ''))
  const begin = `${head} | rc=${JSON.stringify(values['rc'])}`
  if (!oneLine) return [`${begin} >>`, ...[stdout, stderr].flatMap((text) => (text ? [safe(text)] : []))]
  const flat = (text = ''): string => safe(text).replace(/\n/g, '\\n')
  return [`${begin} | (stdout) ${flat(stdout)}${stderr ? ` (stderr) ${flat(stderr)}` : ''}`]
}

function wordOf({ status, ignored }: Result, check: boolean): string {
  if (ignored) return 'IGNORED'
  if (status === 'changed') return check ? 'WOULD CHANGE' : 'CHANGED'
  return { ok: 'SUCCESS', failed: 'FAILED', skipped: 'SKIPPED', maybe: 'MAYBE', unreachable: 'UNREACHABLE' }[status]
}

const asRecord = (values: Plain): Readonly<Record<string, Plain>> =>
  values !== null && typeof values === 'object' && !Array.isArray(values)
    ? (values as Readonly<Record<string, Plain>>)
    : {}

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
