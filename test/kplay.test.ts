import { expect, test } from 'vitest'
import type { KplayErrors } from '../engine/errors.ts'
import { play } from './support/run-harness.ts'

test('all mistakes of a playbook are told together: keywords, modules, arguments, expressions', async () => {
  const playbook = `- hosts: all
  gather_fact: no
  tasks:
    - copy: { dset: /x }
    - cpoy: {}
    - debug: { msg: x }
      wehn: true
    - name: nothing
    - debug: { msg: "{{ 1 + }}" }
    - service: { name: x, state: runing }
    - copy: { dest: /x, src: a, content: b }
    - copy: { dest: /x, src: '{{ a }}', content: b }
    - mount: { path: /srv/x, state: mounted }
`
  const error = await play({ playbook }).then(
    () => expect.fail('it should have been refused'),
    (refused: KplayErrors) => refused,
  )
  expect(error.problems.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`)).toEqual([
    '2:3 unknown keyword gather_fact on a play',
    '4:15 copy: dset: unknown argument',
    '5:7 there is no module cpoy',
    '7:7 unknown keyword wehn on a task',
    '8:7 the task names no module',
    '9:29 expected an expression, got }}',
    '10:27 service: state: must be one of started, stopped, restarted, reloaded, not "runing"',
    '11:7 copy: give src or content, and not both',
    '13:7 mount: state mounted needs src and fstype',
  ])
})

test('a tag that no task has is an error, not an empty run', async () => {
  const playbook = `- hosts: all
  gather_facts: false
  tasks:
    - { debug: { msg: x }, tags: [config, never] }
`
  const refused = await play({ playbook, options: { tags: ['confg', 'all'], skipTags: ['deploy'] } }).then(
    () => expect.fail('it should have been refused'),
    (error: KplayErrors) => error,
  )
  expect(refused.problems.map(({ message, hint, place }) => [place?.file, message, hint])).toEqual([
    ['--tags', 'no task has the tag confg', 'did you mean config?'],
    ['--skip-tags', 'no task has the tag deploy', 'tags: config, never'],
  ])
  expect((await play({ playbook, options: { tags: ['config'] } })).lines).toEqual(['ok h1 debug'])
})
