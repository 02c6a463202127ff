import { describe, expect, test } from 'vitest'
import { readPlaybook } from '../../engine/read/playbook.ts'
import { memoryFiles } from './memory-files.ts'
import { mistakes } from './reading.ts'

const BROKEN = '"{{ 1 | no_such }}"'
const TASK = `{ ping: { data: ${BROKEN} } }`

/** Warnings of a playbook that must be read without a mistake. */
function warnings(texts: Record<string, string>): string[] {
  const told: string[] = []
  const files = { ...memoryFiles(texts), warn: (message: string) => void told.push(message) }
  readPlaybook('/p/site.yml', files, { rolesPaths: [], freeForm: new Set() })
  return told
}

describe('a template that cannot be understood', () => {
  test.each([
    ['of a task', `tasks: [${TASK}]`, {}],
    ['of a play', `vars: { x: ${BROKEN} }`, {}],
    ['in a condition', `tasks: [{ ping: , when: 1 is no_such }]`, {}],
    ['of an always section', `tasks: [{ block: [{ ping: }], always: [${TASK}] }]`, {}],
    ['of a task of a role', 'roles: [r]', { '/p/roles/r/tasks/main.yml': `[${TASK}]` }],
  ])('is a mistake %s', (_, text, files) => {
    expect(mistakes(`- { hosts: all, ${text} }`, files)).toEqual([expect.stringContaining('no_such')])
  })

  test.each([
    ['under a condition', `tasks: [{ ping: { data: ${BROKEN} }, when: x }]`, {}],
    ['under the condition of a block', `tasks: [{ block: [${TASK}], when: x }]`, {}],
    ['of a rescue section', `tasks: [{ block: [{ ping: }], rescue: [${TASK}] }]`, {}],
    ['of a role under a condition', 'roles: [{ role: r, when: x }]', { '/p/roles/r/tasks/main.yml': `[${TASK}]` }],
    ['of a role’s defaults', 'roles: [r]', { '/p/roles/r/defaults/main.yml': `x: ${BROKEN}` }],
    ['of a role’s vars', 'roles: [r]', { '/p/roles/r/vars/main.yml': `x: ${BROKEN}` }],
    ['of a role’s handlers', 'roles: [r]', { '/p/roles/r/handlers/main.yml': `[${TASK}]` }],
  ])('is only warned of %s', (_, text, files) => {
    expect(warnings({ '/p/site.yml': `- { hosts: all, ${text} }`, ...files })).toEqual([
      'there is no filter no_such: what uses this will fail',
    ])
  })

  test('all of them, in the order of lines', () => {
    const defaults = 'a: "{{ 1 | no_a }}"\nb: "{{ x y }}"\nc: "{{ 1 | no_c }}"'
    expect(
      warnings({ '/p/site.yml': '- { hosts: all, roles: [r] }', '/p/roles/r/defaults/main.yml': defaults }),
    ).toEqual([expect.stringContaining('no_a'), expect.stringContaining('expected'), expect.stringContaining('no_c')])
  })
})
