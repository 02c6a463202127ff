import type { Emit } from '../events.ts'
import type { Warn } from '../errors.ts'
import type { Project } from '../read/project.ts'
import { frame } from '../report/error.ts'
import { painter } from '../report/style.ts'
import { readSource, wantsColour } from './print-error.ts'

/** What is odd about the settings, as events of a run. */
export function emitRemarks({ remarks, meaningless }: Project, emit: Emit): void {
  for (const { message, place } of remarks) emit({ type: 'warning', message, place })
  if (meaningless !== undefined) emit({ type: 'note', message: meaningless, level: 0 })
}

/** A warning where no reporter is. */
export const tellWarning: Warn = (message, place) => {
  const paint = painter(wantsColour(process.stderr))
  const lines = place
    ? `\n  ${frame(place, { readText: readSource, folder: process.cwd() }, paint).replaceAll('\n', '\n  ')}`
    : ''
  process.stderr.write(`${paint('yellow', 'warning')}: ${message}${lines}\n`)
}

/** The same beside a listing: its own text is for other programs, too. */
export function tellRemarks({ remarks, meaningless }: Project): void {
  const paint = painter(wantsColour(process.stderr))
  for (const { message, place } of remarks) tellWarning(message, place)
  if (meaningless !== undefined) process.stderr.write(`${paint('dim', `note: ${meaningless}`)}\n`)
}
