import { describe, expect, test } from 'vitest'
import type { Template } from '../../engine/value.ts'
import { args, block, shown, task, taskMistakes } from './reading.ts'

describe('a task', () => {
  test('all its keywords', () => {
    const found = task(
      `
- name: t
  ansible.builtin.file: { path: "/x/{{ p }}", mode: 0644, state: directory }
  when: [a == 1, true]
  loop: "{{ l }}"
  loop_control: { loop_var: it, index_var: i, label: "{{ it }}", pause: 1.5, extended: yes }
  register: r
  notify: [a, "b {{ c }}"]
  until: r is success
  retries: 3
  delay: "{{ d }}"
  changed_when: false
  failed_when: [r.rc > 1, "'x' in r.stdout"]
  ignore_errors: "{{ ansible_check_mode }}"
  delegate_to: localhost
  environment: [{ A: b }]
  check_mode: no
  tags: always
  vars: { v: 1 }
`.trim(),
    )
    expect(found).toMatchObject({
      name: { value: 't' },
      action: 'ansible.builtin.file',
      actionPlace: { line: 4, column: 7 },
      place: { line: 3, column: 7 },
      loopControl: { loopVar: { value: 'it' }, indexVar: { value: 'i' }, pause: {}, extended: { value: true } },
      register: 'r',
      retries: { value: 3 },
      keywords: { checkMode: { value: false }, delegateTo: { value: 'localhost' }, tags: ['always'] },
    })
    expect(found.args.get('mode')).toMatchObject({ value: 420, text: '0644', place: { line: 4, column: 57 } })
    expect(found.args.get('state')?.text).toBeUndefined()
    expect(found.keywords.when.map(({ value }) => shown(value))).toEqual(['?a == 1', true])
    expect(found.notify.map(({ value }) => shown(value))).toEqual(['a', '~b {{ c }}'])
    expect(found.until.map(({ value }) => shown(value))).toEqual(['?r is success'])
    expect(found.changedWhen?.map(({ value }) => value)).toEqual([false])
    expect(found.failedWhen?.map(({ value }) => shown(value))).toEqual(['?r.rc > 1', "?'x' in r.stdout"])
    expect(shown(found.loop?.value)).toBe('~{{ l }}')
  })
  test.each([
    ['- action: "{{ m }}"', {}],
    ['- action: "{{ m }} a=b c={{ d }}"', { a: 'b', c: '~{{ d }}' }],
    ['- action: "{{ m }} echo hi"', { _raw_params: 'echo hi' }],
    ['- action: { module: "{{ m }}", a: b }', { a: 'b' }],
    ['- local_action: "{{ m }}"\n  args: { a: b }', { a: 'b' }],
  ])('that learns its module late: %j', (text, expected) => {
    const found = task(text)
    expect(found.templatedAction).toMatchObject({ source: '{{ m }}' })
    expect(args(found)).toEqual(expected)
  })
  test('what it registers by a map, and what its block notifies', () => {
    const [first, second] = block(
      '- block:\n    - ping:\n      register: { rc: _task.result.rc }\n    - ping:\n      notify: y\n  notify: [x]',
    ).block
    expect(first).toMatchObject({
      projections: new Map([['rc', { value: { source: '_task.result.rc', expression: true } }]]),
    })
    expect([first, second]).toMatchObject([{ notify: [{ value: 'x' }] }, { notify: [{ value: 'y' }] }])
  })
  test('what module_defaults say, written text kept', () => {
    const { moduleDefaults } = task(
      '- ping:\n  module_defaults:\n    - file: { mode: 0644 }\n    - ansible.builtin.copy: "{{ d }}"',
    ).keywords
    expect(moduleDefaults).toMatchObject([
      { module: 'file', args: new Map([['mode', { text: '0644' }]]) },
      { module: 'ansible.builtin.copy', more: { value: { source: '{{ d }}' } } },
    ])
  })
  test('with_items and its kin', () => {
    expect(task('- ping:\n  with_dict: "{{ d }}"')).toMatchObject({
      loopLookup: 'dict',
      loop: { value: { source: '{{ d }}' } },
    })
  })
  test.each([
    [
      '- command: echo {{ x }} "a b" creates=/y chdir="/z q"',
      { _raw_params: '~echo {{ x }} "a b"', creates: '/y', chdir: '/z q' },
    ],
    ['- shell: a=1 b >c\n  args: { creates: /y }', { _raw_params: 'a=1 b >c', creates: '/y' }],
    ['- shell: |\n    for x in 1; do\n      echo $x\n    done', { _raw_params: 'for x in 1; do\n  echo $x\ndone' }],
    ["- shell: echo it's", { _raw_params: "echo it's" }],
    ['- command:\n    cmd: x\n    creates: /y', { cmd: 'x', creates: '/y' }],
    ['- meta: flush_handlers', { _raw_params: 'flush_handlers' }],
    ['- include_vars: file=a.yml name=x', { file: 'a.yml', name: 'x' }],
    ['- include_vars: "{{ f }}.yml"', { _raw_params: '~{{ f }}.yml' }],
    ['- file: path=/x mode=0644 owner="{{ o }}"', { path: '/x', mode: '0644', owner: '~{{ o }}' }],
    [
      '- copy: content="a\\tb" dest={{ d | default("x y") }}/z',
      { content: 'a\tb', dest: '~{{ d | default("x y") }}/z' },
    ],
    ['- action: copy src=a dest=b', { src: 'a', dest: 'b' }],
    ['- action: { module: copy, src: a }', { src: 'a' }],
    ['- action: command echo hi', { _raw_params: 'echo hi' }],
    ['- ping:', {}],
    [
      '- assert: { that: [a is defined, "b == 1"], fail_msg: "{{ m }}" }',
      {
        that: [
          { source: 'a is defined', expression: true },
          { source: 'b == 1', expression: true },
        ],
        fail_msg: '~{{ m }}',
      },
    ],
    ['- debug: { var: a.b }', { var: '?a.b' }],
  ])('%j', (text, expected) => {
    expect(args(task(text))).toMatchObject(expected)
    expect(Object.keys(args(task(text)))).toHaveLength(Object.keys(expected).length)
  })
  test('places in free-form text', () => {
    const { args: found } = task('- command: echo {{ x }} creates={{ y }}')
    expect((found.get('creates')?.value as Template).place).toMatchObject({ line: 3, column: 37 })
    expect((found.get('_raw_params')?.value as Template).place).toMatchObject({ line: 3, column: 16 })
  })
  test('a whole dict of arguments', () => {
    expect(shown(task('- file: "{{ d }}"').moreArgs?.value)).toBe('~{{ d }}')
    expect(shown(task('- file: { path: /x }\n  args: "{{ d }}"').moreArgs?.value)).toBe('~{{ d }}')
  })
  test('local_action is delegated', () => {
    expect(task('- local_action: command id')).toMatchObject({
      action: 'command',
      keywords: { delegateTo: { value: 'localhost' } },
    })
  })
  test('a module may be called as a keyword of a play is', () => {
    expect(task('- user: { name: x }').action).toBe('user')
  })
  test.each([
    [
      '- ping:\n  register: 1st-try',
      ['4:17 register: 1st-try is no name of a variable (a name has letters, digits and _, and begins with no digit)'],
    ],
    [
      '- name: x',
      ['3:7 the task names no module (a task has one key that is the name of a module, such as file: or command:)'],
    ],
    ['- x', ['3:7 a task is a map, not text']],
    ['- file: { path: /x }\n  wen: true', ['4:7 unknown keyword wen on a task (did you mean when?)']],
    ['- registr: x\n  file: { path: /x }', ['3:7 unknown keyword registr on a task (did you mean register?)']],
    [
      '- file: { path: /x }\n  state: directory',
      ['4:7 a task calls one module: file, or state (state is no keyword; an argument of file is indented below it)'],
    ],
    [
      '- file: path=/x oops',
      ['3:21 file takes no free-form text: oops (write its arguments as a map below file:, or as name=value)'],
    ],
    ['- file: [a]', ['3:13 the arguments of file are a map, not a list']],
    ['- file: path="/x', ['3:13 a quote or brace in the arguments of file is not closed']],
    ['- ping:\n  async: soon', ['4:14 async is a whole number, not soon']],
    [
      '- ping:\n  debugger: on_failed',
      [
        '4:7 the keyword debugger is not supported (there is no debugger to step into: -vv and a debug task show what a task sees)',
      ],
    ],
    ['- ping:\n  debugger: never', []],
    [
      '- ping:\n  module_defaults: { group/aws: { region: x } }',
      ['4:26 module_defaults for group/aws: groups of modules are not supported (name each module of the group)'],
    ],
    ['- ping:\n  module_defaults: { file: [a] }', ['4:32 the arguments of file are a map, not a list']],
    [
      '- ping:\n  module_defaults: "{{ d }}"',
      [
        '4:24 module_defaults is a map of modules to their arguments, not text (only the arguments of a module may come from a variable)',
      ],
    ],
    [
      '- ping:\n  register: { 1x: _task.result }',
      ['4:19 register: 1x is no name of a variable (a name has letters, digits and _, and begins with no digit)'],
    ],
    ['- ping:\n  hosts: x', ['4:7 hosts does not belong on a task (it belongs on a play)']],
    ['- ping:\n  listen: x', ['4:7 listen does not belong on a task (it belongs on a handler or a block)']],
    ['- ping:\n  sudo: yes', ['4:7 unknown keyword sudo on a task (today this is become: true)']],
    ['- ping:\n  when: { a: b }', ['4:13 when is an expression or a list of them, not a map']],
    ['- ping:\n  loop: []\n  with_items: []', ['5:7 a task loops once: over loop or over with_items']],
    ['- ping:\n  loop_control: { labl: x }', ['4:23 unknown key labl in loop_control (did you mean label?)']],
    ['- ping:\n  retries: often', ['4:16 retries is a whole number, not often']],
    ['- ping:\n  notify: { a: b }', ['4:15 notify is the name of a handler or a list of names, not a map']],
    ['- ping:\n  register: "{{ r }}"', ['4:18 a variable in register is not supported yet']],
    [
      '- include: x.yml',
      [
        '3:7 unknown keyword include on a task (today this is import_tasks or import_playbook)',
        '3:7 the task names no module (a task has one key that is the name of a module, such as file: or command:)',
      ],
    ],
  ])('%j', (text, expected) => {
    expect(taskMistakes(text)).toEqual(expected)
  })
})

describe('blocks', () => {
  test('block, rescue, always', () => {
    const found = block(
      '- name: b\n  block: [{ ping: }]\n  rescue: [{ ping: }]\n  always: [{ block: [{ ping: }] }]\n  when: x\n  become: yes',
    )
    expect(found).toMatchObject({ name: { value: 'b' }, keywords: { become: { value: true } } })
    expect([found.block, found.rescue, found.always].map(({ length }) => length)).toEqual([1, 1, 1])
    expect(found.always[0]?.kind).toBe('block')
  })
  test.each([
    ['- rescue: []', ['3:7 rescue and always need a block']],
    ['- block: []\n  loop: []', ['4:7 loop does not belong on a block (it belongs on a task or a handler)']],
    [
      '- block: []\n  file: {}',
      ['4:7 unknown keyword file on a block (a task of a block stands in its list, behind "- ")'],
    ],
  ])('%j', (text, expected) => {
    expect(taskMistakes(text)).toEqual(expected)
  })
})
