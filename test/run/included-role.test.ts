import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const files = {
  '/project/roles/web/defaults/main.yml': 'web_port: 80\nweb_name: "{{ inventory_hostname }}"',
  '/project/roles/web/tasks/main.yml': '- fail: { msg: not asked for }',
  '/project/roles/web/tasks/look.yml':
    '- name: look\n  debug: { msg: "{{ web_name }} {{ web_port }} {{ role_name }}" }',
  '/project/roles/web/meta/argument_specs.yml':
    'argument_specs: { main: &main { options: { web_port: { type: int }, web_id: { type: int, required: true } } }, look: *main }',
}
const tasks = (text: string): string => `- hosts: all\n  gather_facts: false\n  tasks:\n${text.replace(/^/gm, '    ')}`

describe('a role among tasks', () => {
  test('has its defaults, and leaves them to what comes after it', async () => {
    const playbook = tasks(`
- import_role: { name: web, tasks_from: look }
  vars: { web_id: 1 }
- debug: { msg: "{{ web_port }}" }`)
    const { results } = await play({ playbook, files })
    expect(results.map(({ message }) => message)).toEqual(['h1 80 web', '80'])
  })

  test('has its arguments checked before any host is contacted', async () => {
    const playbook = tasks('- import_role: { name: web, tasks_from: look }')
    await expect(play({ playbook, files })).rejects.toThrow('role web needs the variable web_id')
  })

  test('under a condition has them checked when it runs', async () => {
    const playbook = tasks(`
- include_role: { name: web, tasks_from: look }
  when: wanted`)
    const inventory = (wanted: boolean): Record<string, string> => ({
      ...files,
      '/project/hosts.yml': `all: { hosts: { h1: { wanted: ${wanted} } } }`,
    })
    expect((await play({ playbook, files: inventory(false) })).lines).toEqual(['skipped h1 include_role'])
    const { results } = await play({ playbook, files: inventory(true) })
    expect(results.map(({ failure }) => failure?.error.code)).toEqual([undefined, 'BAD_ARGS'])
  })
})
