import type { Change } from '../model.ts'
import type { State, StateValue, Wanted } from '../module/define.ts'

/** The managed keys that differ. A key left out of `want`, or undefined there, is none of our business. */
export const differing = (now: State, want: Wanted): readonly string[] =>
  Object.keys(want).filter((key) => want[key] !== undefined && (now[key] ?? null) !== want[key])

/** Rows to show. `mask` hides secrets in them. */
export function changesOf(
  now: State,
  want: Wanted,
  text: readonly string[],
  mask: (value: string) => string,
): readonly Change[] {
  const shown = (value: StateValue | undefined): string | null =>
    value === null || value === undefined ? null : mask(String(value))
  return differing(now, want).map((key) => ({
    key,
    from: shown(now[key]),
    to: shown(want[key]),
    text: text.includes(key),
  }))
}
