import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-mistakes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PLAYBOOK = `- hosts: all
  gather_fact: no
  tasks:
    - cpoy: { src: a, dest: /b }
    - copy: { dset: /b, content: c }
    - name: two at once
      copy: { dest: /b, content: c }
      file: { path: /b }
    - debug: { msg: "{{ item }}" }
      loop: [1, 2]
      loop_control: { lop_var: x }
    - command: echo
      register: my-result
    - command: echo
      notify: restart kafak
    - debug: { msg: "{{ x | defualt(1) }}" }
    - file: { path: /b, state: direktory }
    - service: { name: x, enabled: perhaps }
    - name: nothing to do
    - command: echo
      until: x is sucess
      retries: many
    - debug: { msg: !foo bar }
  handlers:
    - name: restart kafka
      command: echo
`

/** The errors of a run: message, place, whether its own line and a caret below it are shown, and what to do. */
function errorsIn(text: string): string[] {
  return text
    .trim()
    .split(/^(?=error: )/m)
    .map((each) => {
      const [first = '', place = '', line = '', caret = '', ...rest] = each.trimEnd().split('\n')
      const column = Number(/:(\d+)$/.exec(place)?.[1])
      const bar = caret.indexOf('|')
      const framed = line.indexOf('|') === bar && caret.slice(bar + 2) === `${' '.repeat(column - 1)}^`
      const at = place.trim().replace(/^at p\.yml:/, '')
      return [`${at} ${first.replace('error: ', '')}`, framed ? '' : 'no frame', ...rest.map((more) => more.trim())]
        .filter(Boolean)
        .join(' | ')
    })
}

test('a playbook with more than ten different mistakes gets as many located errors in one go', async () => {
  writeFileSync(join(folder, 'p.yml'), PLAYBOOK)
  const { exit, stdout, stderr } = await commandLine(['run', 'p.yml', '-i', 'h1,'], { folder })
  expect(exit).toBe(4)
  expect(stdout).toBe('')
  expect(errorsIn(stderr)).toEqual([
    '2:3 unknown keyword gather_fact on a play | do: did you mean gather_facts?',
    '4:7 there is no module cpoy | do: did you mean copy?',
    '5:15 copy: dset: unknown argument | do: did you mean dest?',
    '8:7 a task calls one module: copy, or file | do: file is no keyword; an argument of copy is indented below it',
    '11:23 unknown key lop_var in loop_control | do: did you mean loop_var?',
    '13:17 register: my-result is no name of a variable | do: a name has letters, digits and _, and begins with no digit',
    '15:15 there is no handler restart kafak | do: did you mean restart kafka?',
    '16:29 there is no filter defualt | do: did you mean default?',
    '17:25 file: state: must be one of file, directory, link, hard, touch, absent, not "direktory" | do: did you mean directory?',
    '18:27 service: enabled: must be true or false, not "perhaps"',
    '19:7 the task names no module | do: a task has one key that is the name of a module, such as file: or command:',
    '21:19 there is no test sucess | do: did you mean success?',
    '22:16 retries is a whole number, not many',
    '23:21 the tag !foo is not known here | do: known: !unsafe, !vault',
  ])
})

test('what is no YAML is told line by line, each with what to write', async () => {
  const text = `- hosts: all
  vars:
    a: {{ b }}
    c: @d
  tasks:
    - debug: msg="x
`
  writeFileSync(join(folder, 'p.yml'), text)
  const { exit, stderr } = await commandLine(['run', 'p.yml', '-i', 'h1,'], { folder })
  expect(exit).toBe(4)
  expect(errorsIn(stderr)).toEqual([
    '3:8 a value that starts with {{ must be quoted | do: write "{{ b }}"',
    '4:8 no valid YAML: plain value cannot start with reserved character @ | do: quote the value',
  ])
})

test('several files: each has its own mistakes', async () => {
  writeFileSync(join(folder, 'p.yml'), '- hosts: all\n  tasks:\n    - include_tasks: more.yml\n    - debgu: x\n')
  writeFileSync(join(folder, 'more.yml'), '- comand: x\n- copy: { dets: /x }\n')
  const { stderr } = await commandLine(['run', 'p.yml', '-i', 'h1,'], { folder })
  expect(stderr.match(/at .*/g)).toEqual(['at more.yml:1:3', 'at more.yml:2:11', 'at p.yml:4:7'])
})
