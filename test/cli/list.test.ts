import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-list-'))
afterAll(() => rmSync(folder, { recursive: true }))
const texts: Readonly<Record<string, string>> = {
  'hosts.yml': 'all: { children: { web: { hosts: { alpha: , beta: } }, db: { hosts: { gamma: } } } }',
  'roles/web/tasks/main.yml': `
- { name: install it, debug: msg=x, tags: [pkg] }
- debug: msg=y
- { import_tasks: more.yml, tags: imp }
- include_tasks: more.yml
`,
  'roles/web/tasks/more.yml': '- { name: more, debug: msg=z }',
  'site.yml': `
- name: Web servers
  hosts: web
  tags: [site]
  pre_tasks: [{ name: before, debug: msg=p, tags: always }]
  roles: [{ role: web, tags: [r] }]
  tasks:
    - { name: "hello {{ inventory_hostname }}", debug: msg=1, tags: [never, dbg] }
    - meta: flush_handlers
- import_playbook: other.yml
`,
  'other.yml': `
- hosts: [db, "!alpha"]
  tasks:
    - { name: last, debug: msg=1 }
`,
}
for (const [name, text] of Object.entries(texts)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const list = async (...words: readonly string[]): Promise<string> => {
  const { exit, stdout, stderr } = await commandLine(['run', '-i', 'hosts.yml', ...words], { folder })
  expect([exit, stderr]).toEqual([0, ''])
  return stdout.replaceAll('\t', '<tab>')
}

test('hosts, tasks and tags of each play, as ansible-playbook prints them', async () => {
  expect(await list('site.yml', 'other.yml', '--list-tasks', '--list-hosts')).toBe(`
playbook: site.yml

  play #1 (web): Web servers<tab>TAGS: [site]
    pattern: ['web']
    hosts (2):
      alpha
      beta
    tasks:
      before<tab>TAGS: [always, site]
      web : install it<tab>TAGS: [pkg, r, site]
      debug<tab>TAGS: [r, site]
      web : more<tab>TAGS: [imp, r, site]
      include_tasks<tab>TAGS: [r, site]
      meta<tab>TAGS: [site]

  play #2 (db,!alpha): db,!alpha<tab>TAGS: []
    pattern: ['db', '!alpha']
    hosts (1):
      gamma
    tasks:
      last<tab>TAGS: []

playbook: other.yml

  play #1 (db,!alpha): db,!alpha<tab>TAGS: []
    pattern: ['db', '!alpha']
    hosts (1):
      gamma
    tasks:
      last<tab>TAGS: []
`)
})
test('tags are all there are, unless some are chosen', async () => {
  expect(await list('site.yml', '--list-tags')).toContain('      TASK TAGS: [always, dbg, imp, never, pkg, r, site]\n')
  expect(await list('site.yml', '--list-tags', '--skip-tags', 'pkg')).toContain('[always, imp, r, site]\n')
})
test('what is limited and chosen is left out', async () => {
  const text = await list('site.yml', '--list-tasks', '--list-hosts', '-l', 'beta', '-t', 'pkg')
  expect(text).toContain('    hosts (1):\n      beta\n    tasks:\n      before<tab>')
  expect(text).not.toContain('more')
  expect(text).toContain('    hosts (0):\n    tasks:\n')
})
test('--syntax-check names what was read', async () => {
  expect(await list('site.yml', 'other.yml', '--syntax-check')).toBe('\nplaybook: site.yml\n\nplaybook: other.yml\n')
})
