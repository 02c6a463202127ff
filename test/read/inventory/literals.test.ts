import { expect, test } from 'vitest'
import { readLiteral } from '../../../engine/read/inventory/literals.ts'
import { Float, Template, type Raw, type Value } from '../../../engine/value.ts'

const place = { file: 'hosts', line: 1, column: 3 }
const dict = (...entries: [Value, Raw][]): ReadonlyMap<Value, Raw> => new Map(entries)

// What ansible-inventory of ansible-core 2.21.5 prints for `name=TEXT` below [group:vars].
test.each<[string, Raw]>([
  ['5', 5],
  ['5 # five', 5],
  ['-5', -5],
  ['+5', 5],
  ['- 5', -5],
  ['--5', '--5'],
  ['00', 0],
  ['012', '012'],
  ['0_7', '0_7'],
  ['1_000', 1000],
  ['1__0', '1__0'],
  ['0x1F', 31],
  ['0o17', 15],
  ['0b11', 3],
  ['12345678901234567890', 12345678901234567890n],
  ['1.0', new Float(1)],
  ['5.', new Float(5)],
  ['.5', new Float(0.5)],
  ['1e3', new Float(1000)],
  ['1_0.5', new Float(10.5)],
  ['-1.5', new Float(-1.5)],
  ['1.10.2', '1.10.2'],
  ['inf', 'inf'],
  ['1j', '1j'],
  ['2J', '2j'],
  ['1+2j', '(1+2j)'],
  ['1-2j', '(1-2j)'],
  ['1 + 1', '1 + 1'],
  ['True', true],
  ['True # t', true],
  ['true', 'true'],
  ['yes', 'yes'],
  ['None', null],
  ['None1', 'None1'],
  ['not True', 'not True'],
  ['...', '...'],
  ['', ''],
  ['#', '#'],
  ['foo # bar', 'foo # bar'],
  ['a=b', 'a=b'],
  ['host-01.internal', 'host-01.internal'],
  ['"a" # c', 'a'],
  ["'it''s'", 'its'],
  ["'a' 'b'", 'ab'],
  ["'a' + 'b'", "'a' + 'b'"],
  ['"tab\\tx"', 'tab\tx'],
  ["'\\x41\\u00e9\\101'", 'AéA'],
  ["r'\\n'", '\\n'],
  ["u'x'", 'x'],
  ["b'x'", 'x'],
  ["f'x'", "f'x'"],
  ["'''trip'''", 'trip'],
  ['"unterminated', '"unterminated'],
  ['80,443', [80, 443]],
  ["'a',", ['a']],
  ['a,b', 'a,b'],
  ['[1, [2, (3,)]]', [1, [2, [3]]]],
  ['[1,]', [1]],
  ['[1,2', '[1,2'],
  ['[1 2]', '[1 2]'],
  ['()', []],
  ['(1)', 1],
  ['(1,)', [1]],
  ['(1,2),', [[1, 2]]],
  ['(', '('],
  ['set()', []],
  ['{1,1,2}', [1, 2]],
  ["[..., 1j, set(), {1, 2}, b'x']", ['...', '1j', [], [1, 2], 'x']],
  ['{}', dict()],
  ["{'a':1,}", dict(['a', 1])],
  ["{'a': (1, None), 2: 'b'}", dict(['a', [1, null]], [2, 'b'])],
  ["{'a': 1, 2}", "{'a': 1, 2}"],
  ['{a: 1}', '{a: 1}'],
])('%j', (text, expected) => {
  expect(readLiteral(text, place)).toEqual(expected)
})

test.each([
  ['{{ a }}', '{{ a }}', 3],
  ['{{ 5 }}', '{{ 5 }}', 3],
  ['"{{ a }}"', '{{ a }}', 4],
])('%s is a template', (text, source, column) => {
  const value = readLiteral(text, place)
  expect(value).toBeInstanceOf(Template)
  expect(value).toMatchObject({ source, place: { ...place, column } })
})

test('templates in a list', () => {
  expect(readLiteral('["{{ a }}", 2]', place)).toEqual([new Template('{{ a }}', { ...place, column: 5 }), 2])
})
