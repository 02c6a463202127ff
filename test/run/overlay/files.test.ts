import { expect, test } from 'vitest'
import type { Canned } from '../../support/fake-machine.ts'
import { play } from '../../support/run-harness.ts'

const HOST: Canned = {
  files: {
    '/srv/conf': { content: 'a=1\n', mode: '0640' },
    '/srv/link': { link: 'folder' },
    '/srv/folder': { dir: true, mode: '0750' },
    '/srv/pointer': { link: 'conf' },
  },
}

/** How the tasks end, and the last one's message, in a dry run and in a real one. */
async function both(...tasks: readonly string[]): Promise<{ lines: readonly string[]; message: string | undefined }> {
  const list = tasks.map((text, index) => `    - { name: t${index}, ${text} }`)
  const playbook = ['- hosts: all', '  gather_facts: false', '  tasks:', ...list].join('\n')
  const [checked, real] = await Promise.all(
    [true, false].map(async (check) => {
      const { lines, results } = await play({ playbook, hosts: { h1: HOST }, options: { check } })
      return { lines: lines.map((line) => line.split(' ')[0] ?? ''), message: results.at(-1)?.message }
    }),
  )
  expect(checked).toEqual(real)
  return { lines: [], message: undefined, ...checked }
}

const stat = (path: string, ...keys: readonly string[]): string[] => [
  `stat: { path: ${path} }, register: seen`,
  `debug: { msg: "${keys.map((key) => `{{ seen.stat.${key} }}`).join(' ')}" }`,
]

test('a second name of a file holds what the file holds', async () => {
  const { lines, message } = await both(
    'file: { path: /srv/other, src: /srv/conf, state: hard }',
    'file: { path: /srv/other, src: /srv/conf, state: hard }',
    'lineinfile: { path: /srv/other, line: a=1 }',
    'copy: { dest: /srv/other, content: "a=1\\n" }',
    ...stat('/srv/other', 'size', 'mode', 'checksum'),
  )
  expect(lines).toEqual(['changed', 'ok', 'ok', 'ok', 'ok', 'ok'])
  expect(message).toMatch(/^4 0640 [0-9a-f]{40}$/)
})

test('a copy made on the host holds what its source holds', async () => {
  const { lines } = await both(
    'copy: { src: /srv/conf, remote_src: true, dest: /srv/copy }',
    'lineinfile: { path: /srv/copy, line: a=1 }',
    'lineinfile: { path: /srv/conf, line: b=1 }',
    'lineinfile: { path: /srv/copy, regexp: ^b, state: absent }',
    'copy: { src: /srv/conf, remote_src: true, dest: /srv/copy }',
    'lineinfile: { path: /srv/copy, line: b=1 }',
    ...stat('/srv/copy', 'size', 'checksum'),
  )
  expect(lines).toEqual(['changed', 'ok', 'changed', 'ok', 'changed', 'ok', 'ok', 'ok'])
})

test.each([
  ['/srv/pointer', '0640 False'],
  // A folder's bits are not for a file.
  ['/srv/link', '0644 False'],
])('a file in place of a link has the mode of the file that the link pointed to: %s', async (path, shown) => {
  const { message } = await both(`copy: { dest: ${path}, content: x }`, ...stat(path, 'mode', 'islnk'))
  expect(message).toBe(shown)
})

test('the top of a predicted mount has the mode that it will have', async () => {
  const mount = (path: string, more: string): string => `mount: { path: ${path}, state: ephemeral, ${more} }`
  const folder = (path: string, mode: string): string => `file: { path: ${path}, state: directory, mode: "${mode}" }`
  const playbook = [
    '- hosts: all',
    '  gather_facts: false',
    '  tasks:',
    ...[
      mount('/srv/tmp', 'src: tmpfs, fstype: tmpfs'),
      folder('/srv/tmp', '1777'),
      mount('/srv/own', 'src: tmpfs, fstype: tmpfs, opts: mode=0700'),
      folder('/srv/own', '0700'),
      mount('/srv/bound', 'src: /srv/folder, fstype: none, opts: bind'),
      folder('/srv/bound', '0750'),
    ].map((task) => `    - ${task}`),
  ].join('\n')
  const { lines } = await play({ playbook, hosts: { h1: HOST }, options: { check: true } })
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['changed', 'ok', 'changed', 'ok', 'changed', 'ok'])
})

test('a new owner takes the set-id bits of a file', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - file: { path: /srv/conf, mode: "6750" }
    - { file: { path: /srv/conf, owner: root, group: other }, register: owned }
    - { stat: { path: /srv/conf }, register: seen }
    - { debug: { msg: "{{ seen.stat.mode }}" } }`
  const host = { ...HOST, groups: { other: {} } }
  const { results } = await play({ playbook, hosts: { h1: host }, options: { check: true } })
  expect(results.at(-1)?.message).toBe('0750')
})

test('two files that are only predicted are not one', async () => {
  const { lines } = await both(
    'copy: { dest: /srv/one, content: x }',
    'copy: { dest: /srv/two, content: x }',
    'file: { path: /srv/two, src: /srv/one, state: hard, force: true }',
    'file: { path: /srv/one, src: /srv/one, state: hard }',
    'file: { path: /srv/two, src: /srv/one, state: hard }',
  )
  expect(lines).toEqual(['changed', 'changed', 'changed', 'ok', 'ok'])
})
