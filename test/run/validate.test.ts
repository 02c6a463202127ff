import { describe, expect, test } from 'vitest'
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
