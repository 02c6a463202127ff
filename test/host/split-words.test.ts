import { expect, test } from 'vitest'
import { splitWords } from '../../engine/host/split-words.ts'

test.each([
  ['echo hi', ['echo', 'hi']],
  ['  echo \t a\nb ', ['echo', 'a', 'b']],
  [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
  [`x"y"'z' '' ""`, ['xyz', '', '']],
  [`a '' b`, ['a', '', 'b']],
  [`visudo  -cf '%s' "a b\\"c" d\\ e ""f 'g'"h"`, ['visudo', '-cf', '%s', 'a b"c', 'd e', 'f', 'gh']],
  [`"a\\"b" "c\\\\d" "e\\nf" 'g\\h'`, ['a"b', 'c\\d', 'e\\nf', 'g\\h']],
  ['echo # no comment', ['echo', '#', 'no', 'comment']],
  ['a;b && c | d > e', ['a;b', '&&', 'c', '|', 'd', '>', 'e']],
  ['', []],
  ['  ', []],
])('splits %j as shlex does', (line, words) => {
  expect(splitWords(line)).toEqual(words)
})

test.each([`a 'b`, `a "b`, 'a\\'])('refuses %j', (line) => {
  expect(() => splitWords(line)).toThrow(expect.objectContaining({ code: 'BAD_ARGS' }) as Error)
})
