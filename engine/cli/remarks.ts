import type { Emit } from '../events.ts'
import { KplayError } from '../errors.ts'
import type { Project } from '../read/project.ts'
import { renderError } from '../report/error.ts'
import { painter } from '../report/style.ts'
import { readSource, wantsColour } from './print-error.ts'

/** What is odd about the settings, as events of a run. */
export function emitRemarks({ remarks, meaningless }: Project, emit: Emit): void {
  for (const { message, place } of remarks) emit({ type: 'warning', message, place })
  if (meaningless !== undefined) emit({ type: 'note', message: meaningless, level: 0 })
}

/** The same beside a listing: its own text is for other programs, too. */
export function tellRemarks({ remarks, meaningless }: Project): void {
  const paint = painter(wantsColour(process.stderr))
  const where = { readText: readSource, folder: process.cwd() }
  for (const { message, place } of remarks)
    process.stderr.write(`warning: ${renderError(new KplayError('BAD_OPTIONS', message, { place }), where, paint)}\n`)
  if (meaningless !== undefined) process.stderr.write(`${paint('dim', `note: ${meaningless}`)}\n`)
}
