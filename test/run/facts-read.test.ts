import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

type Asked = (readonly string[] | 'all')[]

async function asked(tasks: string, files: Readonly<Record<string, string>> = {}, more = ''): Promise<Asked> {
  const factsAsked: Asked = []
  const playbook = `
- hosts: all
${more}  tasks:
${tasks.replace(/^/gm, '    ')}`
  await play({ playbook, files, factsAsked })
  return factsAsked
}

describe('facts that nothing reads', () => {
  test.each([
    ['none', '- debug: { msg: hello }', []],
    ['variables that only look like facts', '- debug: { msg: "{{ ansible_check_mode }} {{ ansible_host }}" }', []],
    ['one by its own name', '- debug: { msg: "{{ ansible_os_family }}" }', ['os_family']],
    ['one in the dict', `- debug: { msg: "{{ ansible_facts['os_family'] }}" }`, ['os_family']],
    ['one as an attribute', '- debug: { msg: "{{ ansible_facts.os_family | lower }}" }', ['os_family']],
    [
      'a condition',
      '- debug: { msg: x }\n  when: ansible_os_family == "Debian" and ansible_facts.distribution is defined',
      ['distribution', 'os_family'],
    ],
    ['a task that never runs', '- debug: { msg: "{{ ansible_os_family }}" }\n  when: false', ['os_family']],
    ['the name of a task', '- name: on {{ ansible_os_family }}\n  debug: { msg: x }', ['os_family']],
    ['a variable of a task', '- debug: { msg: "{{ x }}" }\n  vars: { x: "{{ ansible_hostname }}" }', ['hostname']],
    ['an assertion', '- assert: { that: ["ansible_os_family == \'Debian\'"] }', ['os_family']],
    ['the variable that debug shows', '- debug: { var: ansible_os_family }', ['os_family']],
    ['a loop', '- debug: { msg: "{{ item }}" }\n  loop: ["{{ ansible_os_family }}"]', ['os_family']],
    ['whether there is one', '- debug: { msg: x }\n  when: ansible_eth0 is defined', ['eth0']],
    ['a lookup by its name', `- debug: { msg: "{{ lookup('vars', 'ansible_os_family') }}" }`, ['os_family']],
    [
      'a block',
      '- block: [{ debug: { msg: x } }]\n  rescue: [{ debug: { msg: "{{ ansible_os_family }}" } }]',
      ['os_family'],
    ],
    [
      'a default within a macro',
      '- debug: { msg: "{% macro m(a=ansible_os_family) %}{{ a }}{% endmacro %}{{ m() }}" }',
      ['os_family'],
    ],
  ])('%s', async (_, tasks, expected) => {
    expect(await asked(tasks)).toEqual([expected])
  })

  test.each([
    ['all of them', '- debug: { var: ansible_facts }'],
    ['a member that a variable names', `- debug: { msg: "{{ ansible_facts[x] }}" }\n  vars: { x: os_family }`],
    ['a filter over all', `- debug: { msg: "{{ ansible_facts | length }}" }`],
    ['vars', `- debug: { msg: "{{ vars['ansible_' ~ 'os_family'] }}" }`],
    ['hostvars', `- debug: { msg: "{{ hostvars['h1'] | length }}" }`],
    ['all of another host', `- debug: { msg: "{{ hostvars['h1'].ansible_facts }}" }`],
    ['what is extracted whole', `- debug: { msg: "{{ ['h1'] | map('extract', hostvars) }}" }`],
    ['a lookup by a name that is made', `- debug: { msg: "{{ lookup('vars', 'ansible_os_' ~ 'family') }}" }`],
    ['a lookup that is made', `- debug: { msg: "{{ lookup(x, 'ansible_os_family') }}" }\n  vars: { x: vars }`],
    ['with_varnames', `- debug: { msg: "{{ item }}" }\n  with_varnames: ansible_os_.+`],
    ['a variable that a variable names', '- debug: { var: "{{ x }}" }\n  vars: { x: ansible_os_family }'],
    ['arguments that are made', '- debug:\n  args: "{{ x }}"\n  vars: { x: { var: ansible_os_family } }'],
    ['a task that a variable names', '- action: "{{ x }} var=ansible_os_family"\n  vars: { x: debug }'],
    ['a file of tasks that a variable names', '- include_tasks: "{{ x }}.yml"\n  vars: { x: more }'],
    ['variables that come later', '- include_vars: more.yml'],
    ['groups that come later', '- group_by: { key: x }'],
    ['hosts that come later', '- add_host: { name: h2 }'],
    ['an inventory that is read again', '- meta: refresh_inventory'],
    ['an include within a template', `- debug: { msg: "{% include 'x.j2' ignore missing %}" }`],
  ])('can be any: %s', async (_, tasks) => {
    const files = { '/project/more.yml': '- debug: { msg: "{{ ansible_os_family }}" }' }
    expect(await asked(tasks, files)).toEqual(['all'])
  })

  test.each([
    ['a template', { '/project/templates/a.j2': 'x {{ ansible_os_family }}' }, ['os_family']],
    [
      'a template without',
      { '/project/templates/a.j2': '# {{ ansible_managed }}\n{% for x in groups.all %}{{ x }}{% endfor %}' },
      [],
    ],
    ['a template that includes', { '/project/templates/a.j2': "{% include 'b.j2' ignore missing %}" }, 'all'],
    [
      'a template with marks of its own',
      { '/project/templates/a.j2': '#jinja2: variable_start_string: "[["\n[[ x' },
      'all',
    ],
    ['a template that is not there', {}, 'all'],
  ] as const)('%s', async (_, files, expected) => {
    expect(await asked('- template: { src: a.j2, dest: /a }', files)).toEqual([expected])
  })

  test('a template for each item', async () => {
    const files = { '/project/templates/a.j2': 'x {{ ansible_os_family }}', '/project/templates/b.j2': 'y' }
    const task = (loop: string): string => `- template: { src: "{{ item }}.j2", dest: "/{{ item }}" }\n  loop: ${loop}`
    expect(await asked(task('[a, b]'), files)).toEqual([['os_family']])
    expect(await asked(task('[b]'), files)).toEqual([[]])
    expect(await asked(task('"{{ [] }}"'), files)).toEqual(['all'])
  })

  test('the inventory, files of variables, roles and what is included count', async () => {
    const files = {
      '/project/hosts.yml': 'all: { hosts: { h1: { y: "{{ ansible_a }}" } }, vars: { x: "{{ ansible_b }}" } }',
      '/project/v.yml': 'z: "{{ ansible_c }}"',
      '/project/more.yml': '- debug: { msg: "{{ ansible_d }}" }',
      '/project/roles/r/defaults/main.yml': 'd: "{{ ansible_e }}"',
      '/project/roles/r/handlers/main.yml': '- { name: h, debug: { msg: "{{ ansible_f }}" } }',
      '/project/roles/r/tasks/main.yml': '- debug: { msg: x }',
      '/project/group_vars/all.yml': 'g: "{{ ansible_g }}"',
    }
    expect(await asked('- include_tasks: more.yml', files, '  vars_files: [v.yml]\n  roles: [r]\n')).toEqual([
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    ])
    expect(await asked('- debug:', {}, '  vars_files: ["{{ x }}.yml"]\n  vars: { x: y }\n')).toEqual(['all'])
  })

  test('localhost counts where no inventory names it', async () => {
    const factsAsked: Asked = []
    const playbook = '[{ hosts: localhost, tasks: [{ debug: { msg: "{{ x }}" } }] }]'
    const files = { '/project/hosts.yml': 'all: {}', '/project/group_vars/all.yml': 'x: "{{ ansible_hostname }}"' }
    await play({ playbook, files, factsAsked })
    expect(factsAsked).toEqual([['hostname']])
  })

  test('what a task registers is whole, and so is what somebody looks at', async () => {
    const factsAsked: Asked = []
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - setup:
    - setup:
      register: found`
    await play({ playbook, factsAsked })
    expect(factsAsked).toEqual([[], 'all'])
    await play({ playbook, factsAsked, options: { allFacts: true } })
    expect(factsAsked).toEqual([[], 'all', 'all', 'all'])
  })
})
