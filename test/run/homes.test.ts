import { expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const hosts = {
  h1: { accounts: { kafka: { uid: 900, home: '/var/lib/kafka' } }, files: { '/var/lib/kafka': { dir: true } } },
} as const

test('a path that begins with ~ is in the home of the user in use, or of the one that is named', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - file: { path: ~/a, state: touch }
    - file: { path: "~{{ item }}/b", state: touch }
      loop: [kafka]
    - stat: { path: ~kafka }
      register: folder
    - debug: { msg: "{{ folder.stat.path }}" }`
  const played = await play({ playbook, hosts })
  expect(played.lines.map((line) => line.split(' ')[0])).toEqual(['changed', 'changed', 'ok', 'ok'])
  const reader = played.hosts.get('h1')?.reader
  for (const path of ['/root/a', '/var/lib/kafka/b']) expect(await reader?.lstat(path)).toMatchObject({ kind: 'file' })
  expect(played.results.at(-1)?.message).toBe('/var/lib/kafka')
})

test('a user that the host does not have is an error where it is written', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - file: { path: ~nobody-here/a, state: touch }`
  const { results } = await play({ playbook })
  expect(results[0]?.failure?.error).toMatchObject({ code: 'NOT_FOUND', place: { line: 5, column: 21 } })
})
