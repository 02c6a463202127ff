import type { Place } from '../../errors.ts'
import { along } from '../nodes.ts'

/** A word and where it stands. */
export interface PlacedWord {
  text: string
  readonly place: Place
}

/** Words as a shell splits them, quotes removed; an unquoted # starts a comment. undefined: an open quote. */
export function shellWords(line: string, place: Place): readonly PlacedWord[] | undefined {
  const words: PlacedWord[] = []
  const part = /\s+|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|(#.*)|([^\s"'\\#]+)/gy
  let word: PlacedWord | undefined
  while (part.lastIndex < line.length) {
    const at = part.lastIndex
    const found = part.exec(line)
    if (!found) return undefined
    const [all, double, single, escaped, comment, plain] = found
    if (comment !== undefined) break
    if (/^\s/.test(all)) {
      word = undefined
      continue
    }
    if (!word) words.push((word = { text: '', place: along(place, at) }))
    word.text += double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? plain ?? ''
  }
  return words
}
