import { describe, expect, test } from 'vitest'
import { KplayErrors, type KplayError } from '../../engine/errors.ts'
import { readExtraVars } from '../../engine/read/extra-vars.ts'
import { splitWords } from '../../engine/read/words.ts'
import { Float } from '../../engine/value.ts'
import { memoryFiles } from './memory-files.ts'
import { vars } from './reading.ts'

const files = memoryFiles({
  '/v.yml': 'a: 1\nb: "{{ c }}"',
  '/v.json': '{"a": 1e2}',
  '/bad.yml': '- x',
  '/worse.yml': 'a: 1\nb: %',
})
const read = (...texts: string[]): Record<string, unknown> => vars(readExtraVars(texts, files))

test.each([
  ['words are text', ['a=1 b="x y" c=', "d='it''s'"], { a: '1', b: 'x y', c: '', d: "it''s" }],
  ['escapes', ['a="x\\ty" b=\\u0041'], { a: 'x\ty', b: 'A' }],
  ['templates, also with blanks', ['a={{ x | default("b c") }}/z'], { a: '~{{ x | default("b c") }}/z' }],
  ['JSON', ['{"a": [1, 1e2], "b": {"c": null}}'], { a: [1, new Float(100)], b: new Map([['c', null]]) }],
  ['YAML', ['{a: yes, b: 0644}'], { a: true, b: 420 }],
  ['files', ['@/v.yml', '@/v.json'], { a: new Float(100), b: '~{{ c }}' }],
  ['later ones win', ['@/v.yml', 'a=2', 'a=3 b=4'], { a: '3', b: '4' }],
  ['nothing', ['', ' '], {}],
])('%s', (_, texts, expected) => {
  expect(read(...texts)).toEqual(expected)
})

function mistakes(...texts: string[]): string[] {
  try {
    read(...texts)
  } catch (error) {
    const problems = error instanceof KplayErrors ? error.problems : [error as KplayError]
    return problems.map(({ code, place }) => `${code} ${place ? `${place.file}:${place.line}:${place.column}` : ''}`)
  }
  return []
}

test.each([
  [['a=1 b'], ['BAD_OPTIONS -e:1:5']],
  [['a="x'], ['BAD_OPTIONS -e:1:1']],
  [['@/none'], ['NOT_FOUND ']],
  [
    ['@/bad.yml', '@/worse.yml'],
    ['BAD_YAML /bad.yml:1:3', 'BAD_YAML /worse.yml:2:4'],
  ],
  [['[1, 2]'], ['BAD_YAML -e:1:2', 'BAD_YAML -e:1:5']],
  [['{a: ['], ['BAD_YAML -e:1:6']],
  [['a={{ x | }}'], ['BAD_TEMPLATE -e:1:10']],
])('%j', (texts, expected) => {
  expect(mistakes(...texts)).toEqual(expected)
})

describe('words', () => {
  const split = (text: string): string[] | undefined =>
    splitWords(text, { file: 'f', line: 1, column: 1 })?.map(
      (word) => `${word.place.line}:${word.place.column} ${word.text}`,
    )
  test.each([
    ['a  b', ['1:1 a', '1:4 b']],
    ['a "b c"d', ['1:1 a', '1:3 "b c"d']],
    ["x='a b' y", ["1:1 x='a b'", '1:9 y']],
    ['a\\ b c', ['1:1 a\\ b', '1:6 c']],
    ['{{ a b }} {% c d %} {# e f #}', ['1:1 {{ a b }}', '1:11 {% c d %}', '1:21 {# e f #}']],
    ['{{ "}" }}', ['1:1 {{ "}" }}']],
    ['a\n  b', ['1:1 a', '2:3 b']],
    ['"a', undefined],
    ['{{ a', undefined],
  ])('%j', (text, expected) => {
    expect(split(text)).toEqual(expected)
  })
})
