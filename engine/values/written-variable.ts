import { Template } from '../value.ts'
import type { Raw, Variable } from '../value.ts'
import type { Scope } from './scope.ts'

/** Levels of precedence whose plain text somebody we trust wrote down; facts, results and answers are data. */
const WRITTEN = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 17, 22])

/** `{{ name }}` and nothing else, where somebody we trust wrote the variable down: as it was written. */
export function writtenVariable(raw: Raw | undefined, scope: Scope): Variable | undefined {
  const name = raw instanceof Template ? /^\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*$/.exec(raw.source)?.[1] : undefined
  const winner = name === undefined ? undefined : scope.origin(name).at(-1)
  return winner?.level !== undefined && WRITTEN.has(winner.level) ? winner.variable : undefined
}
