import { expect, it } from 'vitest'
import type { Place } from '../../engine/errors.ts'
import { placeInWritten, rememberWritten } from '../../engine/values/written-text.ts'

/** Where `X` of the text that is meant is said to stand, and where it does stand in what is written. */
function places(written: string, meant: string): { readonly told: string; readonly true: string } {
  const place: Place = { file: 'play.yml', line: 7, column: 9 }
  rememberWritten(place, { text: written, start: { file: 'play.yml', line: 7, column: 8 } })
  const at = (text: string): readonly [number, number] => {
    const before = text.slice(0, text.indexOf('X')).split('\n')
    return [before.length - 1, before.at(-1)?.length ?? 0]
  }
  const told = placeInWritten(place, meant, ...at(meant))
  const [line, column] = at(written)
  return { told: `${told?.line}:${told?.column}`, true: `${7 + line}:${line === 0 ? 8 + column : column + 1}` }
}

it.each([
  ['folded', '>-\n    some words\n    a X b\n', 'some words a X b'],
  ['folded, with empty lines and more indentation', '>2-\n\n      one\n\n    X\n', '\n  one\n\nX'],
  ['plain over two lines', 'one\n    two X', 'one two X'],
  ['double quotes over two lines', '"one\n    two X"', 'one two X'],
  ['double quotes with escapes', '"\\ttab \\u00e4\\x41\\" \\\\ X"', '\ttab äA" \\ X'],
  ['double quotes with a line that goes on', '"one \\\n    two X"', 'one two X'],
  ['single quotes with a quote', "'it''s X'", "it's X"],
])('%s', (_, written, meant) => {
  const { told, true: real } = places(written, meant)
  expect(told).toBe(real)
})

it('text that is written as it is meant counts by itself', () => {
  expect(placeInWritten({ file: 'x', line: 1, column: 1 }, 'a X', 0, 2)).toBeUndefined()
})
