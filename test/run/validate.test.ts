import { describe, expect, test } from 'vitest'
import type { KplayError } from '../../engine/errors.ts'
import { play } from '../support/run-harness.ts'

describe('mistakes are told before any host is contacted', () => {
  test('unknown modules and arguments, all at once', async () => {
    const playbook = `
- hosts: all
  tasks:
    - symlnk: { path: /a, target: /b }
    - symlink: { path: /a, targt: /b }
    - symlink: { target: /b }`
    const run = play({ playbook, hosts: { h1: 'unreachable' } })
    await expect(run).rejects.toMatchObject({
      problems: [
        { code: 'UNKNOWN_MODULE', place: { line: 4 }, hint: expect.stringContaining('symlink') as string },
        { code: 'BAD_ARGS', place: { line: 5 } },
        { code: 'BAD_ARGS', place: { line: 6 } },
      ],
    })
  })

  test('of a role’s task that may not be reached only a slip of the pen', async () => {
    const files = {
      '/project/roles/app/tasks/main.yml':
        '[{ service: { name: x }, when: no }, { user: { name: x, nobody_knows: 1 }, when: no }]',
    }
    const playbook = '- { hosts: all, roles: [app] }'
    await expect(play({ playbook, files, hosts: { h1: {} } })).resolves.toBeDefined()
    files['/project/roles/app/tasks/main.yml'] = '[{ user: { nam: x, name: x }, when: no }]'
    const run = play({ playbook, files, hosts: { h1: 'unreachable' } })
    await expect(run).rejects.toMatchObject({ code: 'BAD_ARGS', hint: 'did you mean name?' })
  })

  test.each([
    ['of the inventory', { app_prot: 80 }, '', ['role app has no variable app_prot: did you mean app_port?']],
    ['of a play', {}, 'vars: { app_nam: x }', ['role app has no variable app_nam: did you mean app_name?']],
    ['that a text uses', { app_nams: 'x' }, 'vars: { app_name: "{{ app_nams }}" }', []],
    ['that a task uses', { app_nams: 'x' }, 'tasks: [{ debug: { msg: "{{ app_nams }}" } }]', []],
    ['that the role has for itself', {}, 'vars: { app_root: x }', []],
    ['that is the plural of one', { app_names: [] }, '', []],
    [
      'that lacks a letter at its end',
      { app_nam: 'x' },
      '',
      ['role app has no variable app_nam: did you mean app_name?'],
    ],
    ['that is like none of them', { app_colour: 'x' }, '', []],
  ])('a misspelt variable %s', async (_, vars, more, expected) => {
    const files = {
      '/project/roles/app/meta/argument_specs.yml':
        'argument_specs: { main: { options: { app_port: { type: int }, app_name: { type: str } } } }',
      '/project/roles/app/defaults/main.yml': 'app_port: 1',
      '/project/roles/app/vars/main.yml': 'app_root: /',
      '/project/roles/app/tasks/main.yml': '- debug: { msg: x }',
      '/project/hosts.yml': JSON.stringify({ all: { hosts: { h1: vars } } }),
    }
    const playbook = `
- hosts: all
  gather_facts: false
  roles: [app]
  ${more}`
    const said = await play({ playbook, files }).then(
      () => [],
      ({ message, hint }: KplayError) => [`${message}: ${hint}`],
    )
    expect(said).toEqual(expected)
  })

  test('a value of the wrong kind is told once, whatever rests on it', async () => {
    const files = {
      '/project/roles/app/meta/argument_specs.yml':
        'argument_specs: { main: { options: { app_port: { type: int }, app_other: { type: int } } } }',
      '/project/roles/app/defaults/main.yml': 'app_other: "{{ app_port }}"',
      '/project/roles/app/tasks/main.yml': '- debug: { msg: x }',
    }
    const playbook = '- hosts: all\n  roles: [{ role: app, app_port: many }]'
    await expect(play({ playbook, files, hosts: { h1: 'unreachable' } })).rejects.toMatchObject({
      message: expect.stringMatching(/^role app: app_port must be a whole number/) as string,
    })
  })

  test('arguments of roles', async () => {
    const files = {
      '/project/roles/app/meta/argument_specs.yml':
        'argument_specs: { main: { options: { app_port: { type: int, required: true }, app_name: { type: str } }, required_one_of: [[app_url, app_home]] } }',
      '/project/roles/app/tasks/main.yml': '- debug: { msg: x }',
    }
    const playbook = `
- hosts: all
  roles: [{ role: app, app_nmae: x }]`
    await expect(play({ playbook, files, hosts: { h1: 'unreachable' } })).rejects.toMatchObject({
      problems: [
        { hint: 'did you mean app_name?' },
        { message: expect.stringContaining('app_port') as string },
        { message: expect.stringContaining('app_url, app_home') as string },
      ],
    })
  })
})
