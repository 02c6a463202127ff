import { expect, test } from 'vitest'
import { readSshWords } from '../../engine/cli/ssh-words.ts'

test('words for ssh are split as a shell does, and looked at by ssh', () => {
  expect(readSshWords()).toEqual([])
  expect(readSshWords(`-C -o ProxyCommand="nc %h %p"`)).toEqual(['-C', '-o', 'ProxyCommand=nc %h %p'])
})
test('what ssh does not take is told before a host is contacted', () => {
  expect(() => readSshWords('-o Zork=1')).toThrow('ssh does not take -o Zork=1')
})
