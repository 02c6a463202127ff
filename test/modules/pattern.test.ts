import { describe, expect, test } from 'vitest'
import { expanded, pattern, patternMistake } from '../../engine/modules/_pattern.ts'

describe('patterns as Python reads them', () => {
  test.each([
    ['(?P<key>a+)=(?P=key)', 'aa=aa', true],
    [String.raw`\Aab\Z`, 'ab', true],
    [String.raw`(?m)\Ab`, 'a\nb', false],
    ['(?i)ABC', 'xabc', true],
    ['(?s)a.b', 'a\nb', true],
    ['a.b', 'a\nb', false],
    ['(?#note)ab', 'ab', true],
    [String.raw`\(?P<`, '(P<', true],
    ['(?<!x)y', 'xy', false],
  ])('%s in %j: %s', (source, text, found) => {
    expect(pattern(source).test(text)).toBe(found)
  })

  test.each(['(a', '(?x)a b', '(?(1)a|b)', '[b-a]'])('%s is refused with a reason', (source) => {
    expect(patternMistake(source)).toMatch(/./)
  })
})

test('groups in a replacement', () => {
  const match = pattern('(?P<a>x)(y)').exec('xy')
  if (!match) throw new Error('no match')
  expect(expanded(String.raw`\2\1\g<1>\g<a>\n\\1\q`, match)).toBe('yxxx\n\\1\\q')
})
