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
  ])
})
