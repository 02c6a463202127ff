import type { Place } from '../errors.ts'
import type { Emit } from '../events.ts'

const told = new WeakMap<Emit, Set<string>>()

/** A warning about what somebody wrote: once in a run, however many hosts, items and attempts come by. */
export function warnOnce(emit: Emit, message: string, place: Place | undefined): void {
  const known = told.get(emit) ?? new Set<string>()
  told.set(emit, known)
  const key = place ? `${place.file}:${place.line}:${place.column} ${message}` : message
  if (known.has(key)) return
  known.add(key)
  emit({ type: 'warning', message, place })
}
