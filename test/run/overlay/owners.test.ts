import { expect, test } from 'vitest'
import type { Canned } from '../../support/fake-machine.ts'
import { play } from '../../support/run-harness.ts'

const HOST: Canned = {
  accounts: { kafka: { uid: 900, gid: 900 } },
  groups: { shared: { members: ['root'] }, zoo: { gid: 901, members: ['root'] } },
  files: { '/srv/data': { dir: true }, '/srv/conf': 'a=1\n' },
}

/** How each task ends in a dry run, once it is known that the real run ends in the same way. */
async function ends(...tasks: readonly string[]): Promise<(string | undefined)[]> {
  const list = tasks.map((text, index) => `    - { name: t${index}, ${text}, ignore_errors: true }`)
  const playbook = ['- hosts: all', '  gather_facts: false', '  tasks:', ...list].join('\n')
  const [checked, real] = await Promise.all(
    [true, false].map((check) => play({ playbook, hosts: { h1: HOST }, options: { check } })),
  )
  expect(checked?.lines).toEqual(real?.lines)
  return (checked?.lines ?? []).map((line) => line.split(' ')[0])
}

test.each([
  'file: { path: /srv/data, owner: nobody }',
  'file: { path: /srv/data, group: nobody }',
  'file: { path: /srv/new, state: directory, owner: nobody }',
  'file: { path: /srv/data, state: directory, recurse: true, owner: nobody }',
  'file: { path: /srv/link, src: data, state: link, owner: nobody, follow: false }',
  'copy: { dest: /srv/new, content: x, group: nobody }',
  'lineinfile: { path: /srv/conf, line: b=1, owner: nobody }',
])('a dry run tells that there is nobody of a name: %s', async (task) => {
  expect(await ends(task)).toEqual(['failed'])
})

test('a user or group that a task before it makes may own things', async () => {
  expect(
    await ends(
      'user: { name: nobody }',
      'group: { name: some }',
      'file: { path: /srv/data, owner: nobody, group: some }',
      'file: { path: /srv/new, state: directory, group: nobody }',
    ),
  ).toEqual(['changed', 'changed', 'changed', 'changed'])
})

test('one that a task before it removes may not, but for its number', async () => {
  expect(
    await ends(
      'user: { name: kafka, state: absent }',
      'file: { path: /srv/data, owner: kafka }',
      'file: { path: /srv/data, owner: "900" }',
    ),
  ).toEqual(['changed', 'failed', 'changed'])
})

test('nobody can say who comes with a package or a command', async () => {
  for (const task of ['package: { name: kafka }', 'command: useradd nobody']) {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: comes, ${task} }
    - { name: owns, file: { path: /srv/data, owner: nobody, group: nobody } }`
    const { lines } = await play({ playbook, hosts: { h1: HOST }, options: { check: true } })
    expect(lines).toEqual(['changed h1 comes', 'changed h1 owns'])
  }
})

test('a name and its number are one owner', async () => {
  expect(
    await ends(
      'file: { path: /srv/data, owner: kafka, group: zoo }',
      'file: { path: /srv/data, owner: "900", group: "901" }',
      'file: { path: /srv/data, owner: "0" }',
      'file: { path: /srv/data, owner: root }',
    ),
  ).toEqual(['changed', 'ok', 'changed', 'ok'])
})

test('a user with another group brings none of its own name', async () => {
  expect(
    await ends(
      'user: { name: zookeeper, group: shared }',
      'file: { path: /srv/data, group: zookeeper }',
      'group: { name: zookeeper }',
      'file: { path: /home/zookeeper, state: directory, owner: zookeeper, group: shared, mode: "0755" }',
    ),
  ).toEqual(['changed', 'failed', 'changed', 'ok'])
})

test('a user that comes back has nothing of what it had', async () => {
  expect(
    await ends(
      'user: { name: kafka, shell: /bin/sh }',
      'user: { name: kafka, state: absent }',
      'group: { name: kafka, state: absent }',
      'user: { name: kafka }',
      'user: { name: kafka, group: kafka }',
    ),
  ).toEqual(['changed', 'changed', 'ok', 'changed', 'ok'])
})

test('a group with other members stays when its user goes', async () => {
  const host: Canned = { accounts: { kafka: { gid: 900 } }, groups: { kafka: { gid: 900, members: ['root'] } } }
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: user, user: { name: kafka, state: absent } }
    - { name: group, group: { name: kafka, state: absent } }`
  for (const check of [true, false]) {
    const { lines } = await play({ playbook, hosts: { h1: host }, options: { check } })
    expect(lines).toEqual(['changed h1 user', 'changed h1 group'])
  }
})
