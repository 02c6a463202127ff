import type { Settings } from '../read/project.ts'
import type { RunOptions } from '../run/context.ts'
import type { Output, Reporter, ReportOptions } from '../report/reporter.ts'
import { readSource, wantsColour } from './print-error.ts'
import type { HostFlags } from './flags.ts'

/** The reporter that fits: live on a terminal, plain lines otherwise. Loaded only when it is the one. */
export async function openReporter(
  { output = 'auto' }: Pick<HostFlags, 'output'>,
  options: Pick<RunOptions, 'verbosity' | 'diff' | 'check'>,
  settings: Settings = {},
): Promise<Reporter> {
  const out = standardOutput(settings)
  const report: ReportOptions = { ...options, readText: readSource, folder: process.cwd() }
  if (output === 'json') return (await import('../report/json.ts')).jsonReporter(out)
  if (
    output === 'live' ||
    (output === 'auto' && out.terminal && process.env['TERM'] !== 'dumb' && !process.env['CI'])
  ) {
    return (await import('../report/live.ts')).liveReporter(out, report)
  }
  return (await import('../report/plain.ts')).plainReporter(out, report)
}

/** What is printed goes to stdout, in colour where that is seen or wished. */
export function standardOutput(settings: Settings): Output {
  const { stdout } = process
  return {
    write: (text) => void stdout.write(text),
    get columns() {
      return stdout.columns ?? 80
    },
    get rows() {
      return stdout.rows ?? 24
    },
    terminal: stdout.isTTY === true,
    colour: settings.nocolor !== true && (settings.forceColor === true || wantsColour(stdout)),
  }
}
