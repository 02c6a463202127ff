import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { block, mistakes, play, read, shown, taskMistakes, tasks, vars } from './reading.ts'

describe('the peers read unmodified', () => {
  const text = readFileSync(new URL('peers.yml', import.meta.url), 'utf8')
  test('site.yml', () => {
    const { plays } = read({ '/p/site.yml': text })
    expect(plays.map(({ tasks }) => tasks.length)).toEqual([11, 7, 7])
    expect(plays.map(({ handlers }) => handlers.length)).toEqual([0, 1, 1])
  })
})

describe('a play', () => {
  test('all its keywords', () => {
    const found = play(`
- name: one {{ x }}
  hosts: [web, "!db"]
  gather_facts: no
  serial: [1, "20%"]
  order: sorted
  strategy: free
  max_fail_percentage: 30
  force_handlers: yes
  become: "yes"
  become_user: 1000
  user: deploy
  port: "{{ p }}"
  environment: { A: 1 }
  any_errors_fatal: true
  tags: a, b
  collections: [x]
  vars: { v: "{{ w }}" }
  vars_files: [a.yml, [b.yml, "{{ c }}.yml"]]
  pre_tasks: [{ ping: }]
  tasks: [{ ping: }, { ping: }]
  post_tasks: [{ ping: }]
  handlers: [{ name: h, ping: , listen: [l, m] }]
`)
    expect(shown(found.name?.value)).toBe('~one {{ x }}')
    expect(found.hosts).toMatchObject({ value: ['web', '!db'], place: { line: 3, column: 10 } })
    expect(found.gatherFacts?.value).toBe(false)
    expect(found.serial?.value).toEqual([1, '20%'])
    expect([found.order?.value, found.strategy?.value]).toEqual(['sorted', 'free'])
    expect([found.maxFailPercentage?.value, found.forceHandlers?.value]).toEqual([30, true])
    const { become, becomeUser, remoteUser, port, environment, anyErrorsFatal, tags } = found.keywords
    expect([become?.value, becomeUser?.value, remoteUser?.value]).toEqual([true, '1000', 'deploy'])
    expect([shown(port?.value), environment?.value, anyErrorsFatal?.value]).toEqual([
      '~{{ p }}',
      new Map([['A', 1]]),
      true,
    ])
    expect(tags).toEqual(['a', 'b'])
    expect(vars(found.keywords.vars)).toEqual({ v: '~{{ w }}' })
    expect(found.varsFiles.map(({ value }) => value)).toMatchObject(['a.yml', ['b.yml', { source: '{{ c }}.yml' }]])
    expect([found.preTasks.length, found.tasks.length, found.postTasks.length]).toEqual([1, 2, 1])
    expect(found.handlers).toMatchObject([{ listen: ['l', 'm'], name: { value: 'h' } }])
  })
  test.each([
    ['hosts: all', ['1:1 a playbook is a list of plays, not a map (put "- " before the play)']],
    ['- tasks: []', ['1:3 the play has no hosts (hosts: all, or the name of a group)']],
    ['- all', ['1:3 a play is a map, not text']],
    ['- hosts:', ['1:9 hosts is a pattern or a list of patterns, not nothing']],
    ['- hosts: all\n  taks: []', ['2:3 unknown keyword taks on a play (did you mean tags?)']],
    ['- hosts: all\n  sudo: yes', ['2:3 unknown keyword sudo on a play (today this is become: true)']],
    [
      '- hosts: all\n  when: x',
      ['2:3 when does not belong on a play (it belongs on a role or a block or a task or a handler)'],
    ],
    ['- hosts: all\n  vars_prompt: x', ['2:16 vars_prompt is a list of maps, not text']],
    ['- hosts: all\n  vars_prompt: [{ prompt: x }]', ['2:17 vars_prompt needs the name of the variable']],
    [
      '- hosts: all\n  vars_prompt: [{ name: x, promt: y }]',
      ['2:28 unknown key promt in vars_prompt (did you mean prompt?)'],
    ],
    ['- hosts: all\n  become: perhaps', ['2:11 become is true or false, not perhaps']],
    ['- hosts: all\n  port: [1]', ['2:9 port is a whole number, not a list']],
    [
      '- hosts: all\n  vars: { a-b: 1 }',
      ['2:11 a-b is no name for a variable (letters, digits and _ only, not starting with a digit)'],
    ],
    ['- hosts: all\n  tasks: { ping: }', ['2:10 tasks are a list, not a map (each task starts with "- ")']],
    ['- hosts: all\n  tags: [{ a: 1 }]', ['2:10 a tag is text, not a map']],
  ])('%j', (text, expected) => {
    expect(mistakes(text)).toEqual(expected)
  })
  test('ten mistakes are ten errors', () => {
    const found = mistakes(`
- hosts: all
  become: perhaps
  taks: []
  tasks:
    - name: no module
    - file: { path: /a }
      copy: { dest: /b }
    - ping:
      wen: true
    - ping: now
    - loop: []
      with_items: []
      ping:
    - debug: { msg: "{{ x" }
      loop_control: { labl: x }
    - include_tasks: none.yml
    - import_tasks: none.yml
    - block: x
- hosts: all
  roles: [none, { rol: x }]
`)
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      '3:11',
      '4:3',
      '6:7',
      '8:7',
      '10:7',
      '11:13',
      '13:7',
      '15:26',
      '16:23',
      '17:7',
      '18:7',
      '19:14',
      '21:11',
      '21:17',
    ])
  })
})

describe('files of tasks', () => {
  const others = {
    '/p/sub/a.yml': '- import_tasks: b.yml\n- ping:',
    '/p/sub/b.yml': '- ping:\n- { ping: , oops: }',
    '/p/tasks/c.yml': '- ping:',
  }
  test('import and include are blocks', () => {
    const found = block('- import_tasks: tasks/c.yml\n  when: x\n  tags: t\n  vars: { v: 1 }', others)
    expect(found).toMatchObject({ kind: 'block', keywords: { tags: ['t'] } })
    expect(found.block).toMatchObject([{ action: 'ping', place: { file: '/p/tasks/c.yml', line: 1 } }])
  })
  test('an include is a task that knows what it stands for, where its name is fixed', () => {
    const [fixed, open] = tasks(
      '- ansible.builtin.include_tasks: { file: c.yml, apply: { become: true } }\n  loop: [1]\n- include_tasks: "{{ x }}.yml"\n  register: x',
      others,
    )
    if (fixed?.kind !== 'task' || open?.kind !== 'task') throw new Error('no tasks')
    expect(fixed.includes?.known).toMatchObject({ path: '/p/tasks/c.yml', nodes: [{ action: 'ping' }] })
    expect(fixed.includes?.apply).toMatchObject({ become: { value: true } })
    expect(open.includes).toMatchObject({ known: undefined, inherited: false })
    expect(open.includes?.read({ name: 'c.yml' }).nodes).toHaveLength(1)
    expect(() => open.includes?.read({ name: 'd.yml' })).toThrow('there is no file of tasks d.yml')
  })
  test('an import whose name holds a variable is read when it runs, and its keywords are those of its tasks', () => {
    const [found] = tasks('- import_tasks: "{{ x }}.yml"\n  when: y', others)
    expect(found).toMatchObject({ kind: 'task', includes: { inherited: true } })
  })
  test('relative to the file that names it, with mistakes at their own places', () => {
    expect(taskMistakes('- include_tasks: sub/a.yml', others)).toEqual([
      '/p/sub/b.yml:2:13 a task calls one module: ping, or oops (oops is no keyword; an argument of ping is indented below it)',
    ])
  })
  test.each([
    [
      '- import_tasks: none.yml',
      ['3:7 there is no file of tasks none.yml (looked for /p/none.yml, /p/tasks/none.yml)'],
    ],
    ['- include_tasks: none.yml\n  when: x', []],
    ['- block: [{ include_tasks: none.yml }]\n  rescue: [{ ping: }]', []],
    [
      '- include_tasks: c.yml\n  become: true',
      ['4:7 become does not belong on include_tasks (for each of the tasks: apply: { become: … } among its arguments)'],
    ],
    [
      '- import_tasks: c.yml\n  loop: [1]',
      ['4:7 loop does not belong on import_tasks (import_tasks is read before the run: use include_tasks)'],
    ],
    ['- include_tasks: { file: c.yml, aply: {} }', ['3:37 include_tasks has no argument aply (did you mean apply?)']],
    ['- include_tasks: { file: c.yml, apply: x }', ['3:44 apply is a map of keywords, not text']],
    ['- import_tasks:', ['3:7 import_tasks needs the name of a file']],
    ['- import_tasks: self.yml', ['/p/self.yml:1:3 self.yml includes itself']],
  ])('%j', (text, expected) => {
    expect(taskMistakes(text, { ...others, '/p/self.yml': '- import_tasks: self.yml' })).toEqual(expected)
  })
})

describe('import_playbook', () => {
  const others = {
    '/p/x/two.yml': '- hosts: a\n  vars: { v: 1, w: 1 }\n  tasks: [{ import_tasks: t.yml }]',
    '/p/x/t.yml': '- ping:',
  }
  test('its plays, with what stands beside the import', () => {
    const { plays } = read({
      '/p/site.yml': '- import_playbook: x/two.yml\n  tags: t\n  when: c\n  vars: { v: 2 }\n- hosts: b',
      ...others,
    })
    expect(plays.map(({ hosts }) => hosts.value)).toEqual(['a', 'b'])
    expect(plays[0]?.keywords.tags).toEqual(['t'])
    expect(plays[0]?.keywords.when.map(({ value }) => shown(value))).toEqual(['?c'])
    expect(vars(plays[0]?.keywords.vars ?? new Map())).toEqual({ v: 2, w: 1 })
  })
  test.each([
    ['- import_playbook: no.yml', ['1:20 there is no playbook /p/no.yml']],
    ['- import_playbook: site.yml', ['1:20 site.yml imports itself']],
    [
      '- import_playbook: x/two.yml\n  hosts: a',
      ['2:3 hosts does not belong beside import_playbook (known: import_playbook, name, tags, when, vars)'],
    ],
  ])('%j', (text, expected) => {
    expect(mistakes(text, others)).toEqual(expected)
  })
})

test('a playbook that is not there', () => {
  expect(() => read({})).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})
