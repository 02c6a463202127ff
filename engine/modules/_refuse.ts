import { KplayError } from '../errors.ts'

/** A module's no, thrown by `apply`: a dry run says it too. */
export const refusal = (message: string, hint?: string): KplayError => new KplayError('REFUSED', message, { hint })

/** How a kind of path reads in a sentence. */
export const named = (kind: string): string =>
  ({ dir: 'a folder', file: 'a file', link: 'a link', absent: 'not there' })[kind] ?? `a ${kind}`
