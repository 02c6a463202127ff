import { expect, it } from 'vitest'
import { sh } from '../../engine/host/shell.ts'
import { validation } from '../../engine/host/validate.ts'

it('puts the file in for %s and quotes the rest', () => {
  const { text } = validation(`sh -c 'test -s "$1"; id' sh conf=%s,%s $HOME`, sh`"$new"`)
  expect(text).toBe(`sh -c 'test -s "$1"; id' sh conf="$new","$new"'' '$HOME'`)
})
