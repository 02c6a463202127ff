import { makeDir, type Attributes } from '../host/actions.ts'
import type { Reader } from '../host/reader.ts'
import type { RunStep } from '../host/step.ts'
import { dirname, foldersAbove } from './_path.ts'
import { refusal } from './_refuse.ts'

/** Flat, so that it can be part of a state. */
export interface Above {
  /** Folders above that are missing, one a line, topmost first. */
  readonly missing: string
  /** What is in the way of those folders. */
  readonly blocked: string | null
}
export const NOTHING_MISSING: Above = { missing: '', blocked: null }

export async function lookAbove(place: string, reader: Reader): Promise<Above> {
  const folders = foldersAbove(place)
  const entries = await Promise.all(folders.map((folder) => reader.stat(folder)))
  const blocked = folders.find((_, at) => !['dir', 'unknown'].includes(entries[at]?.kind ?? 'dir'))
  return { missing: folders.filter((_, at) => !entries[at]).join('\n'), blocked: blocked ?? null }
}

/** Throws REFUSED unless the folder of `place` is there, or could be made. */
export function checkAbove(place: string, { missing, blocked }: Above, make: boolean): void {
  if (blocked !== null) throw refusal(`${blocked} is no folder, so nothing can be in it`, `${place} lies below it`)
  if (missing !== '' && !make) throw refusal(`${dirname(place)} is not there`, 'make the folder first')
}

/** One step for a folder and those missing above it. */
export function makeFolders(place: string, { missing }: Above, attributes: Attributes = {}): RunStep {
  const made = [...missing.split('\n').filter((folder) => folder !== ''), place]
  return { ...makeDir(place, attributes), effects: made.map((path) => ({ effect: 'dir', path, ...attributes })) }
}

/** The step that makes the folders that `lookAbove` missed, if any. */
export function makeAbove(above: Above): readonly RunStep[] {
  const folders = above.missing.split('\n')
  const last = folders.at(-1) ?? ''
  return last === '' ? [] : [makeFolders(last, { ...above, missing: folders.slice(0, -1).join('\n') })]
}
