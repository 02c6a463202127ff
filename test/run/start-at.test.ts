import { expect, test } from 'vitest'
import type { KplayError } from '../../engine/errors.ts'
import { play } from '../support/run-harness.ts'

const playbook = `- hosts: all
  gather_facts: false
  roles: [web]
  tasks:
    - { name: first, debug: msg=1 }
    - block:
        - { name: second one, debug: msg=2 }
        - { name: "third {{ x }}", debug: msg=3, changed_when: true, notify: handler }
        - { name: left out by a tag, debug: msg=3, tags: never }
      always:
        - { name: at end, debug: msg=4 }
    - debug: msg=5
  handlers:
    - { name: handler, debug: msg=6 }
- hosts: all
  gather_facts: false
  tasks:
    - { name: other play, debug: msg=7 }
`
const files = { '/project/roles/web/tasks/main.yml': '- { name: install, debug: msg=0 }' }
const from = (startAtTask: string) =>
  play({ playbook, files, options: { startAtTask }, request: { extraVars: ['x=y'] } })
const names = async (name: string): Promise<string[]> =>
  (await from(name)).lines.map((line) => line.split(' h1 ')[1] ?? line)

const rest = ['at end', 'debug', 'other play']
test.each([
  ['install', ['install', 'first', 'second one', 'third y', 'at end', 'debug', 'handler', 'other play']],
  ['web : install', ['install', 'first', 'second one', 'third y', 'at end', 'debug', 'handler', 'other play']],
  ['second one', ['second one', 'third y', 'at end', 'debug', 'handler', 'other play']],
  ['third {{ x }}', ['third y', 'at end', 'debug', 'handler', 'other play']],
  ['thi*', ['third y', 'at end', 'debug', 'handler', 'other play']],
  ['at en[d]', rest],
  ['a? end', rest],
  ['debug', ['debug', 'other play']],
  ['other play', ['other play']],
])('--start-at-task %j', async (name, expected) => {
  expect(await names(name)).toEqual(expected)
})

test.each([
  ['secnd one', 'did you mean second one?'],
  ['left out by a tag', undefined],
  ['handler', undefined],
  ['nd', undefined],
])('%j is no task to start at', async (name, hint) => {
  const refused = await from(name).then(
    () => expect.fail('it should have been refused'),
    (error: KplayError) => error,
  )
  expect(refused).toMatchObject({ code: 'BAD_OPTIONS', message: `no task is called ${name}` })
  if (hint !== undefined) expect(refused.hint).toBe(hint)
})
