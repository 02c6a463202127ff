import fc from 'fast-check'
import { expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const path = fc.constantFrom('/srv/a', '/srv/b', '/srv/a/x', '/srv/b/y', '/srv/link', '/etc/conf')
const mode = fc.constantFrom('"0644"', '"0600"', '"0755"')

/** One task of a random play, as YAML. */
const task = fc.oneof(
  fc.record({ path, mode }).map((given) => `file: { path: ${given.path}, state: directory, mode: ${given.mode} }`),
  fc.record({ path }).map((given) => `file: { path: ${given.path}, state: absent }`),
  fc
    .record({ path, mode, text: fc.constantFrom('one', 'two') })
    .map((given) => `copy: { dest: ${given.path}, content: "${given.text}\\n", mode: ${given.mode} }`),
  fc.record({ path, to: path }).map((given) => `symlink: { path: ${given.path}, target: ${given.to} }`),
  fc
    .record({ path, line: fc.constantFrom('a=1', 'a=2', 'b=1') })
    .map(
      (given) =>
        `lineinfile: { path: ${given.path}, regexp: "^${given.line[0] ?? ''}=", line: "${given.line}", create: true }`,
    ),
  fc
    .record({ path, block: fc.constantFrom('x', 'y') })
    .map((given) => `blockinfile: { path: ${given.path}, block: ${given.block}, create: true }`),
  fc
    .record({ value: fc.constantFrom('1', '2') })
    .map((given) => `sysctl: { name: vm.swappiness, value: "${given.value}" }`),
)

const HOST = { files: { '/srv/a': { dir: true as const }, '/etc/conf': 'a=1\n' }, sysctls: { 'vm.swappiness': '60' } }

test('a dry run names the tasks that the real run changes, and where that one fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 6 }), async (tasks) => {
      const list = tasks.map((text, index) => `    - { name: t${index}, ${text}, ignore_errors: true, notify: h }`)
      const playbook = [
        '- hosts: all',
        '  gather_facts: false',
        '  tasks:',
        ...list,
        '  handlers:',
        '    - { name: h, file: { path: /srv/handled, state: touch } }',
      ].join('\n')
      const checked = await play({ playbook, hosts: { h1: HOST }, options: { check: true } })
      expect(checked.hosts.get('h1')?.told).toEqual([])
      const real = await play({ playbook, hosts: { h1: HOST } })
      expect(checked.lines).toEqual(real.lines)
    }),
    { numRuns: 100 },
  )
})

test('a second run of the same play changes nothing', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: a, file: { path: /srv/a/b/c, state: directory, mode: "0750" } }
    - { name: b, copy: { dest: /srv/a/b/c/d, content: "x", mode: "0600" } }
    - { name: c, symlink: { path: /srv/l, target: a/b } }
    - { name: d, lineinfile: { path: /etc/conf, regexp: "^a=", line: "a=3" } }
    - { name: again a, file: { path: /srv/a/b/c, state: directory, mode: "0750" } }
    - { name: again b, copy: { dest: /srv/a/b/c/d, content: "x", mode: "0600" } }
    - { name: again c, symlink: { path: /srv/l, target: a/b } }
    - { name: again d, lineinfile: { path: /etc/conf, regexp: "^a=", line: "a=3" } }`
  for (const check of [true, false]) {
    const { lines } = await play({ playbook, hosts: { h1: HOST }, options: { check } })
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...Array<string>(4).fill('changed'),
      ...Array<string>(4).fill('ok'),
    ])
  }
})
