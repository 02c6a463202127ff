import { expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

test.each([
  ['content: y, validate: visudo -cf %s', 85, 'validate (visudo -cf %s) does not accept the new text of /etc/x'],
  ['content: y', 2, 'cannot write /etc/x'],
])('a file with %s, exit code %i: %s', async (more, code, told) => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks: [{ copy: { dest: /etc/x, ${more} } }]`
  const { results } = await play({ playbook, hosts: { h1: { ran: { '/etc/x': { code } } } } })
  expect(results[0]?.failure?.error.message).toBe(told)
})
