import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const TWO = { '/project/hosts.yml': 'all: { hosts: { h1: { n: 1 }, h2: { n: 2 } } }' }

describe('plays', () => {
  test('serial runs batch after batch', async () => {
    const playbook = `
- hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - { name: a, debug: { msg: x } }
    - { name: b, debug: { msg: x } }`
    expect((await play({ playbook, files: TWO })).lines).toEqual(['ok h1 a', 'ok h1 b', 'ok h2 a', 'ok h2 b'])
  })

  test('any_errors_fatal ends the whole run, also for hosts of later plays only', async () => {
    const playbook = `
- hosts: h1
  gather_facts: false
  any_errors_fatal: true
  tasks: [{ name: look, fail: { msg: no } }]
- hosts: all
  gather_facts: false
  tasks: [{ name: act, debug: { msg: hello } }]`
    const { lines, end } = await play({ playbook, files: TWO })
    expect(lines).toEqual(['failed h1 look'])
    expect(end.failed).toBe(true)
  })

  test('roles: defaults, dependencies, parameters, handlers, tags', async () => {
    const files = {
      '/project/roles/app/meta/main.yml': 'dependencies: [base]',
      '/project/roles/app/defaults/main.yml': 'app_port: 1\napp_name: app',
      '/project/roles/app/tasks/main.yml': '- { name: app, debug: { msg: "{{ app_name }}:{{ app_port }}" } }',
      '/project/roles/base/tasks/main.yml': '- { name: base, debug: { msg: "{{ role_name }}" }, tags: [base] }',
    }
    const playbook = `
- hosts: all
  gather_facts: false
  roles: [{ role: app, app_port: 2 }]`
    const { lines, results } = await play({ playbook, files })
    expect(lines).toEqual(['ok h1 base', 'ok h1 app'])
    expect(results.map(({ message }) => message)).toEqual(['base', 'app:2'])
    expect((await play({ playbook, files, options: { tags: ['base'] } })).lines).toEqual(['ok h1 base'])
    expect((await play({ playbook, files, options: { skipTags: ['base'] } })).lines).toEqual(['ok h1 app'])
  })

  test('a rescue takes a failure over, always runs', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - block:
        - { name: boom, fail: { msg: x } }
      rescue:
        - { name: saved, debug: { msg: "{{ ansible_failed_result.msg }}" } }
      always:
        - { name: anyway, debug: { msg: y } }
    - { name: after, debug: { msg: z } }`
    const { lines, end } = await play({ playbook })
    expect(lines).toEqual(['failed h1 boom', 'ok h1 saved', 'ok h1 anyway', 'ok h1 after'])
    expect(end.failed).toBe(false)
  })

  test('Ctrl-C ends after the running task', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: a, debug: { msg: x } }
    - { name: b, debug: { msg: x } }`
    const { lines, end } = await play({ playbook, onEvent: (event, stop) => event.type === 'host-start' && stop() })
    expect(lines).toEqual(['ok h1 a'])
    expect(end.interrupted).toBe(true)
  })

  test('a second Ctrl-C names what may be half done', async () => {
    const playbook = '- hosts: all\n  gather_facts: false\n  tasks: [{ command: dump it }]'
    const { results } = await play({
      playbook,
      hosts: { h1: { ran: { '/dump/': { code: 143 } } } },
      onEvent: (event, stop, abort) => {
        if (event.type !== 'host-start') return
        stop()
        abort()
      },
    })
    expect(results[0]?.failure?.error).toMatchObject({
      code: 'INTERRUPTED',
      message: 'aborted, so what it did may be half done: dump it',
    })
  })
})

describe('a play that ends early', () => {
  const hosts = { '/project/hosts.yml': 'all: { hosts: { h1: , h2: , h3: } }' }
  const stops = async (playbook: string): Promise<unknown[]> => {
    const { events } = await play({ playbook, files: hosts })
    return events.filter(({ type }) => type === 'play-stopped')
  }

  test('names the hosts whose turn never came', async () => {
    const playbook = `
- hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - { fail: , when: inventory_hostname == 'h2' }`
    expect(await stops(playbook)).toEqual([
      { type: 'play-stopped', reason: 'no host of this batch is left: the run ends here', untouched: ['h3'] },
    ])
  })

  test('says what ended the whole run', async () => {
    const playbook = `
- hosts: all
  any_errors_fatal: true
  gather_facts: false
  tasks:
    - { fail: , when: inventory_hostname == 'h2' }
- hosts: all
  tasks: [{ debug: { msg: x } }]`
    expect(await stops(playbook)).toEqual([
      { type: 'play-stopped', reason: 'any_errors_fatal: the run ends here', untouched: [] },
    ])
    expect(await stops(playbook.replace('any_errors_fatal: true', ''))).toEqual([])
  })
})
