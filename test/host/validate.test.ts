import { expect, it } from 'vitest'
import { sh } from '../../engine/host/shell.ts'
import { splitWords, validation } from '../../engine/host/validate.ts'

it('splits words as sh does', () => {
  expect(splitWords(`visudo  -cf '%s' "a b\\"c" d\\ e ""f 'g'"h"`)).toEqual([
    'visudo',
    '-cf',
    '%s',
    'a b"c',
    'd e',
    'f',
    'gh',
  ])
  expect(splitWords('  ')).toEqual([])
  expect(splitWords(`a '' b`)).toEqual(['a', '', 'b'])
  for (const text of [`a 'b`, `a "b`, 'a\\']) {
    expect(() => splitWords(text)).toThrow(expect.objectContaining({ code: 'BAD_ARGS' }) as Error)
  }
})

it('puts the file in for %s and quotes the rest', () => {
  const { text } = validation(`sh -c 'test -s "$1"; id' sh conf=%s,%s $HOME`, sh`"$new"`)
  expect(text).toBe(`sh -c 'test -s "$1"; id' sh conf="$new","$new"'' '$HOME'`)
})
