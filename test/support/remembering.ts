import type { Reader } from '../../engine/host/reader.ts'

/** What the real reader never keeps, as it changes by itself. */
const FLEETING = new Set(['dial', 'ask', 'process', 'listening', 'tail', 'journal'])

/** A reader that keeps answers until it is told to forget, as that of a session does. */
export function remembering(reader: Reader): { readonly reader: Reader; forget(): void } {
  const known = new Map<string, unknown>()
  const kept = Object.entries(reader).map(([name, ask]: [string, (...words: unknown[]) => unknown]) => {
    if (FLEETING.has(name)) return [name, ask] as const
    const once = (...words: unknown[]): unknown => {
      const key = JSON.stringify([name, words])
      if (!known.has(key)) known.set(key, ask(...words))
      return known.get(key)
    }
    return [name, once] as const
  })
  return { reader: Object.fromEntries(kept) as unknown as Reader, forget: () => known.clear() }
}
