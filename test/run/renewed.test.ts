import { expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

/** Whether a service is watched when it is started, by the seconds that takes. */
async function isWatched(task: string, handler: string, more = ''): Promise<boolean> {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: conf, copy: { dest: /etc/conf, content: new }, notify: again }
    - { name: start, service: { name: zoo, ${task} } }
    ${more}
  handlers:
    - { name: again, ${handler} }`
  const { results, end } = await play({
    playbook,
    hosts: { h1: { units: { 'zoo.service': {}, 'other.service': {} } } },
  })
  expect([end.failed, results.map(({ failure }) => failure?.error.message)]).toEqual([
    false,
    results.map(() => undefined),
  ])
  return (results[1]?.elapsed ?? 0) > 150
}

const start = 'state: started, hold: 0.3'

test.each([
  ['service: { name: zoo.service, state: restarted, hold: 0.3 }', false],
  ['systemd: { name: zoo, state: restarted }', false],
  ['service: { name: zoo, state: restarted, hold: 0.1 }', true],
  ['service: { name: other, state: restarted, hold: 0.3 }', true],
  ['service: { name: zoo, state: restarted, hold: 0.3, no_block: true }', true],
  ['service: { name: zoo, state: restarted, hold: 0.3 }, when: "true"', true],
  ['service: { name: zoo, state: reloaded, hold: 0.3 }', true],
])('with the handler %s a start is watched: %s', async (handler, expected) => {
  expect(await isWatched(start, handler)).toBe(expected)
})
