import { describe, expect, test } from 'vitest'
import type { Play, Role } from '../../engine/model.ts'
import { mistakes, play, shown, taskMistakes, tasks, vars } from './reading.ts'

const kafka = {
  '/p/roles/kafka/tasks/main.yml': '- import_tasks: install.yml\n- { ping: , notify: restart }',
  '/p/roles/kafka/tasks/install.yml': '- ping:',
  '/p/roles/kafka/handlers/main.yaml': '- { name: restart, ping: }',
  '/p/roles/kafka/defaults/main.yml': 'port: 9092\nhome: "{{ base }}/kafka"',
  '/p/roles/kafka/vars/main/b.yml': 'v: 2',
  '/p/roles/kafka/vars/main/a.yml': 'v: 1\nw: 1',
  '/p/roles/kafka/meta/main.yml':
    'dependencies: [java, { role: scala, version: 2, when: s, tags: [t], vars: { x: 1 } }]\ngalaxy_info: {}',
  '/p/roles/java/tasks/main.yml': '- ping:',
  '/more/roles/scala/defaults/main.yml': 'version: 1',
}
const roles = (text: string, files: Record<string, string> = kafka): readonly Role[] =>
  play(`- hosts: all\n  roles: ${text}`, files).roles
const role = (text: string, files?: Record<string, string>): Role => {
  const [first] = roles(text, files)
  if (!first) throw new Error('no role')
  return first
}

describe('a role', () => {
  test('its parts', () => {
    const found = role('[kafka]')
    expect(found).toMatchObject({
      name: 'kafka',
      path: '/p/roles/kafka',
      place: { file: '/p/site.yml', line: 2, column: 11 },
    })
    expect(vars(found.defaults)).toEqual({ port: 9092, home: '~{{ base }}/kafka' })
    expect(vars(found.vars)).toEqual({ v: 2, w: 1 })
    expect(found.handlers).toMatchObject([{ name: { value: 'restart' } }])
    expect(found.tasks.map(({ kind }) => kind)).toEqual(['block', 'task'])
    expect(found.tasks[0]).toMatchObject({ block: [{ place: { file: '/p/roles/kafka/tasks/install.yml' } }] })
    expect([found.tasks[1]?.role, found.handlers[0]?.role]).toEqual([found, found])
  })
  test('its dependencies, with what they are given', () => {
    const [java, scala] = role('[kafka]').dependencies
    expect([java?.path, scala?.path]).toEqual(['/p/roles/java', '/more/roles/scala'])
    expect(vars(scala?.params ?? new Map())).toEqual({ version: 2 })
    expect(scala?.keywords).toMatchObject({ tags: ['t'] })
    expect(scala?.keywords.when.map(({ value }) => shown(value))).toEqual(['?s'])
    expect(vars(scala?.keywords.vars ?? new Map())).toEqual({ x: 1 })
  })
  test('an entry with keywords and parameters', () => {
    const found = role('[{ role: java, port: 1, order: x, home: "{{ h }}", become: yes, tags: a }]')
    expect(vars(found.params)).toEqual({ order: 'x', home: '~{{ h }}' })
    expect(found.keywords).toMatchObject({ become: { value: true }, port: { value: 1 }, tags: ['a'] })
    expect(found.allowDuplicates).toBe(false)
  })
  test('a role by path, beside the playbook, by an absolute path', () => {
    const files = {
      '/p/sub/mine/tasks/main.yml': '- ping:',
      '/p/local/tasks/main.yml': '- ping:',
      '/abs/r/meta/main.yml': 'allow_duplicates: yes',
    }
    expect(roles('[sub/mine, local, /abs/r]', files)).toMatchObject([
      { name: 'mine', path: '/p/sub/mine' },
      { name: 'local', path: '/p/local' },
      { name: 'r', path: '/abs/r', allowDuplicates: true },
    ])
  })
  test('one that is not there lists where it was looked for', () => {
    expect(mistakes('- hosts: all\n  roles: [kafk]', kafka)).toEqual([
      '2:11 there is no role kafk (did you mean kafka? looked for /p/roles/kafk, /p/kafk, /more/roles/kafk)',
    ])
  })
  test('a circle', () => {
    const files = { '/p/roles/a/meta/main.yml': 'dependencies: [b]', '/p/roles/b/meta/main.yml': 'dependencies: [a]' }
    expect(mistakes('- hosts: all\n  roles: [a]', files)).toEqual([
      '/p/roles/b/meta/main.yml:1:16 the role a needs itself: a → b → a',
    ])
  })
  test('mistakes in its files are told once, at their own places', () => {
    const files = {
      '/p/roles/a/tasks/main.yml': '- ping:\n  wen: x\n- copy: { content: "{{ x | }}" }',
      '/p/roles/a/defaults/main.yml': '- x',
    }
    const found = mistakes('- hosts: all\n  roles: [a, { role: a, x: 1 }]', files)
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      '/p/roles/a/defaults/main.yml:1:3',
      '/p/roles/a/tasks/main.yml:2:3',
      expect.stringMatching(/^\/p\/roles\/a\/tasks\/main.yml:3:\d+$/),
    ])
  })
  test.each([
    ['roles: { a: }', ['2:10 roles are a list, not a map (each role starts with "- ")']],
    ['roles: [{ rol: a }]', ['2:11 the entry names no role (write role: NAME)']],
    ['roles: ["{{ r }}"]', ['2:12 a variable in the name of a role is not supported yet']],
    [
      'roles: [{ role: java, debugger: always }]',
      [
        '2:25 the keyword debugger is not supported (there is no debugger to step into: -vv and a debug task show what a task sees)',
      ],
    ],
  ])('%s', (text, expected) => {
    expect(mistakes(`- hosts: all\n  ${text}`, kafka)).toEqual(expected)
  })
})

describe('argument specs', () => {
  const spec = `
argument_specs:
  main:
    short_description: Kafka
    options:
      id: { type: int, required: yes, description: [Its id., Unique.] }
      dirs: { type: list, elements: path, default: [/data] }
      level: { choices: [a, "{{ x }}"], no_log: yes }
      nested: { type: dict, options: { a: { type: bool } } }
    required_one_of: [[id, dirs]]
  other: {}
`
  test('are data', () => {
    const { argumentSpec } = role('[a]', { '/p/roles/a/meta/argument_specs.yml': spec })
    expect(argumentSpec).toMatchObject({ shortDescription: 'Kafka', rules: { requiredOneOf: [['id', 'dirs']] } })
    const options = Object.fromEntries(argumentSpec?.options ?? [])
    expect(options).toMatchObject({
      id: { type: 'int', required: true, description: 'Its id. Unique.', noLog: false },
      dirs: { type: 'list', elements: 'path', default: ['/data'], required: false },
      level: { type: 'str', choices: ['a', '{{ x }}'], noLog: true },
    })
    expect(options['nested']?.options?.get('a')?.type).toBe('bool')
  })
  test('may stand in meta/main.yml', () => {
    expect(role('[a]', { '/p/roles/a/meta/main.yml': 'argument_specs: { main: {} }' }).argumentSpec?.options.size).toBe(
      0,
    )
    expect(role('[a]', { '/p/roles/a/meta/main.yml': 'x: 1' }).argumentSpec).toBeUndefined()
  })
  test('mistakes', () => {
    const text =
      'argument_specs:\n  main:\n    options:\n      a: { typ: int }\n      b: { type: intt }\n    required_if: [x]\n    optons: {}\n'
    expect(mistakes('- hosts: all\n  roles: [a]', { '/p/roles/a/meta/argument_specs.yml': text })).toEqual([
      '/p/roles/a/meta/argument_specs.yml:4:12 unknown key typ in the option a (did you mean type?)',
      '/p/roles/a/meta/argument_specs.yml:5:18 there is no type intt (did you mean int?)',
      '/p/roles/a/meta/argument_specs.yml:6:19 required_if is a list of [name, value, [names]]',
      '/p/roles/a/meta/argument_specs.yml:7:5 unknown key optons in main (did you mean options?)',
    ])
  })
})

describe('roles among tasks', () => {
  const files = {
    ...kafka,
    '/p/roles/kafka/tasks/other.yml': '- { ping: , name: other }',
    '/p/roles/kafka/vars/other.yml': 'v: 3',
  }
  const whole: Play = play(
    '- hosts: all\n  tasks:\n    - import_role: { name: kafka, tasks_from: other, vars_from: other.yml }\n      vars: { p: 1 }\n      when: c\n  handlers: [{ name: last, ping: }]',
    files,
  )
  test('are blocks with a role, dependencies first', () => {
    const [outer] = whole.tasks
    const block = outer?.kind === 'block' ? outer.block[0] : undefined
    if (outer?.kind !== 'block' || block?.kind !== 'block') throw new Error('no block')
    expect(block.role).toMatchObject({ name: 'kafka' })
    expect(vars(block.role?.vars ?? new Map())).toEqual({ v: 3 })
    expect(vars(block.role?.params ?? new Map())).toEqual({ p: 1 })
    expect(outer.keywords.when.map(({ value }) => shown(value))).toEqual(['?c'])
    expect(block.block.map((node) => node.role?.name)).toEqual(['java', 'scala', 'kafka'])
    expect(block.block.at(-1)?.name?.value).toBe('other')
  })
  test('their handlers come behind those of the play', () => {
    expect(whole.handlers).toMatchObject([
      { name: { value: 'last' } },
      { kind: 'block', block: [{ kind: 'block', role: { name: 'kafka' } }] },
    ])
  })
  test('include_role is a task that knows its role, where that is fixed', () => {
    const [found] = tasks('- include_role: { name: java, public: true }', files)
    if (found?.kind !== 'task') throw new Error('no task')
    expect(found.includes?.known?.nodes).toMatchObject([{ kind: 'block', role: { name: 'java', public: true } }])
  })
  test.each([
    ['- include_role: { name: "{{ r }}" }', []],
    ['- import_role: { name: kafka, tasks_from: none }', ['3:7 the role kafka has no tasks/none.yml']],
    ['- import_role: { tasks_from: x }', ['3:7 import_role needs the name of a role']],
    [
      '- import_role: { name: kafka, apply: {} }',
      [
        '3:35 apply does not belong into import_role (its keywords may stand on the task itself: they apply to each task imported)',
      ],
    ],
  ])('%s', (text, expected) => {
    expect(taskMistakes(text, files)).toEqual(expected)
  })
  test('a role that includes itself', () => {
    const own = { '/p/roles/a/tasks/main.yml': '- import_role: { name: a }' }
    expect(mistakes('- hosts: all\n  roles: [a]', own)).toEqual([
      '/p/roles/a/tasks/main.yml:1:3 the role a needs itself: a → a',
    ])
  })
})
