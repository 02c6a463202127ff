import type { Place } from '../errors.ts'

/** How a text stands in its file where that is not as it is meant: folded lines, escapes. */
interface Written {
  /** From its quote or its `>` on. */
  readonly text: string
  readonly start: Place
}

const writings = new WeakMap<Place, Written>()

/** Keeps how the text at a place is written, so that a mistake within it can be shown where it stands. */
export function rememberWritten(place: Place, written: Written): void {
  writings.set(place, written)
}

/** The place of a character of the text that is meant; undefined where it is written just so. */
export function placeInWritten(place: Place, meant: string, lineno: number, colno: number): Place | undefined {
  const written = writings.get(place)
  if (!written) return undefined
  const lines = meant.split('\n')
  const before = lines.slice(0, lineno).reduce((total, line) => total + line.length + 1, 0) + colno
  const count = (meant.slice(0, before).match(/\S/g) ?? []).length
  return placeAt(written, offsetOf(written.text, count))
}

/** Folding and escapes change white space only: what is seen comes in the same order, one for one. */
const UNITS: Readonly<Record<string, RegExp>> = {
  '"': /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|\r?\n|[^])|[^]/g,
  "'": /''|[^]/g,
}
/** Escapes of white space. */
const BLANK = /^(?:\s|\\(?:[ntrvf_ ]|\r?\n))$/

/** Where the text goes on after so many characters that are seen. */
function offsetOf(text: string, count: number): number {
  const quote = text.charAt(0)
  const units = UNITS[quote] ?? /[^]/g
  const block = /^[>|]/.test(quote)
  const start = block ? text.indexOf('\n') + 1 : UNITS[quote] ? 1 : 0
  let seen = 0
  for (const { 0: unit, index } of text.slice(start).matchAll(units)) {
    if (BLANK.test(unit)) continue
    if (seen === count) return start + index
    seen += 1
  }
  return text.length
}

function placeAt({ text, start }: Written, offset: number): Place {
  const lines = text.slice(0, offset).split('\n')
  const [last = ''] = lines.slice(-1)
  const column = lines.length === 1 ? start.column + last.length : last.length + 1
  return { file: start.file, line: start.line + lines.length - 1, column }
}
