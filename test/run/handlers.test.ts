import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const hosts = (...names: string[]): Record<string, string> => ({
  '/project/hosts.yml': `all: { hosts: { ${names.map((name) => `${name}: `).join(', ')} } }`,
})
const files = hosts('a', 'b', 'c')
const change = '- copy: { dest: "/etc/{{ item }}", content: x }\n  loop: [x]\n  notify: restart'
const playbook = (handlers: string, tasks = change): string =>
  `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n  handlers:\n${handlers.replace(/^/gm, '    ')}\n`

describe('handlers', () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: one
      symlink: { path: /opt/a, target: /b }
      notify: [second, first]
    - name: two
      symlink: { path: /opt/c, target: /d }
      notify: topic
  handlers:
    - { name: first, debug: { msg: 1 } }
    - { name: second, debug: { msg: 2 } }
    - { name: third, debug: { msg: 3 }, listen: topic }
    - { name: never, debug: { msg: 4 } }`
  test('run once, in the order they are defined', async () => {
    expect((await play({ playbook })).lines).toEqual([
      'changed h1 one',
      'changed h1 two',
      'ok h1 first',
      'ok h1 second',
      'ok h1 third',
    ])
  })
  test('are flushed on request, and do not run without a change', async () => {
    const flushed = playbook.replace('    - name: two', '    - meta: flush_handlers\n    - name: two')
    expect((await play({ playbook: flushed })).lines).toEqual([
      'changed h1 one',
      'ok h1 first',
      'ok h1 second',
      'changed h1 two',
      'ok h1 third',
    ])
    const there = { files: { '/opt/a': { link: '/b' }, '/opt/c': { link: '/d' } } }
    expect((await play({ playbook, hosts: { h1: there } })).lines).toEqual(['ok h1 one', 'ok h1 two'])
  })
})

describe('a block as a handler', () => {
  const handlers = `
- name: restart
  block:
    - name: stop
      debug: { msg: stop }
    - name: start
      debug: { msg: start }`

  test('is notified by its name and run as a whole, once', async () => {
    const { lines } = await play({ playbook: playbook(handlers, `${change}\n${change}`), files })
    expect(lines.filter((line) => line.startsWith('ok') && !line.endsWith('copy'))).toEqual([
      'ok a stop',
      'ok b stop',
      'ok c stop',
      'ok a start',
      'ok b start',
      'ok c start',
    ])
    const quiet = await play({ playbook: playbook(handlers, '- debug: { msg: x }'), files })
    expect(quiet.lines).toEqual(['ok a debug', 'ok b debug', 'ok c debug'])
  })

  test('listens', async () => {
    const { lines } = await play({
      playbook: playbook(`${handlers}\n  listen: [again]`, change.replace('restart', 'again')),
      files,
    })
    expect(lines).toContain('ok c start')
  })

  test('an include is one handler, an import stands for those in the file', async () => {
    const more = {
      ...files,
      '/project/restart.yml': '- name: stop\n  debug: { msg: stop }\n- name: start\n  debug: { msg: start }',
    }
    const included = await play({ playbook: playbook('- name: restart\n  include_tasks: restart.yml'), files: more })
    expect(included.lines.slice(3)).toEqual([
      'ok a restart',
      'ok b restart',
      'ok c restart',
      'ok a stop',
      'ok b stop',
      'ok c stop',
      'ok a start',
      'ok b start',
      'ok c start',
    ])
    const imported = await play({
      playbook: playbook('- name: all\n  import_tasks: restart.yml', change.replace('restart', 'start')),
      files: more,
    })
    expect(imported.lines.slice(3)).toEqual(['ok a start', 'ok b start', 'ok c start'])
  })
})

describe('a block with serial', () => {
  const handlers = (serial: string): string => `
- name: restart
  serial: ${serial}
  block:
    - name: stop
      debug: { msg: stop }
    - name: start
      fail: { msg: does not come up }
      when: inventory_hostname == bad | default('')`

  test('takes its hosts through it batch by batch', async () => {
    const one = await play({ playbook: playbook(handlers('1')), files })
    expect(one.lines.slice(3).filter((line) => line.startsWith('ok'))).toEqual(['ok a stop', 'ok b stop', 'ok c stop'])
    const order = one.events.flatMap((event) =>
      event.type === 'result' ? [`${event.result.host} ${event.task.name}`] : [],
    )
    expect(order.slice(3)).toEqual(['a stop', 'a start', 'b stop', 'b start', 'c stop', 'c start'])
    const growing = await play({ playbook: playbook(handlers('[1, "100%"]')), files })
    expect(growing.lines.slice(3).map((line) => line.replace(/^\w+ /, ''))).toEqual([
      'a stop',
      'a start',
      'b stop',
      'c stop',
      'b start',
      'c start',
    ])
  })

  test('stops where a batch is lost, and leaves the others as they are', async () => {
    const after = '- hosts: all\n  gather_facts: false\n  tasks: [{ debug: { msg: later } }]\n'
    const inventory = { '/project/hosts.yml': 'all: { vars: { bad: b }, hosts: { a: , b: , c: } }' }
    const { lines, events, end } = await play({ playbook: playbook(handlers('1')) + after, files: inventory })
    expect(lines.slice(3)).toEqual(['ok a stop', 'skipped a start', 'ok b stop', 'failed b start'])
    expect(end.failed).toBe(true)
    expect(events.filter(({ type }) => type === 'play-stopped')).toEqual([
      {
        type: 'play-stopped',
        reason: 'serial: b did not get through, so the run ends here',
        untouched: ['c'],
      },
    ])
  })

  test('takes turns in an order of its own', async () => {
    const inventory = {
      '/project/hosts.yml': 'all: { hosts: { a: { last: true }, b: { last: false }, c: { last: false } } }',
    }
    const turns = async (order: string, options = {}): Promise<string[]> => {
      const block = handlers('1').replace('serial: 1', `serial: 1\n  order: ${order}`)
      const { lines } = await play({ playbook: playbook(block), files: inventory, options })
      return lines.flatMap((line) => (line.endsWith(' stop') ? [line.split(' ')[1] ?? ''] : []))
    }
    expect(await turns('"{{ last }}"')).toEqual(['b', 'c', 'a'])
    expect(await turns('"{{ 10 - groups.all.index(inventory_hostname) }}"')).toEqual(['c', 'b', 'a'])
    expect(await turns('same')).toEqual(['a', 'b', 'c'])
  })

  test('has one size only, and stands on no task', async () => {
    await expect(play({ playbook: playbook(handlers('many')), files })).rejects.toThrow(
      'serial must be a number or a percentage, not many',
    )
    await expect(play({ playbook: playbook('- name: restart\n  debug: { msg: x }\n  serial: 1') })).rejects.toThrow(
      'serial does not belong on a handler',
    )
  })
})

test('force_handlers: who failed runs its handlers, block or not, and stays failed', async () => {
  const handlers = '- name: restart\n  block: [{ name: start, debug: { msg: start } }]'
  const { lines, end } = await play({
    playbook: playbook(handlers, `${change}\n- fail: { msg: no }`),
    options: { forceHandlers: true },
  })
  expect(lines.at(-1)).toBe('ok h1 start')
  expect(end.failed).toBe(true)
})

test.each([
  ['inventory', ['b', 'c', 'a']],
  ['reverse_inventory', ['a', 'c', 'b']],
  ['sorted', ['a', 'b', 'c']],
  ['reverse_sorted', ['c', 'b', 'a']],
])('order: %s', async (order, wanted) => {
  const files = hosts('b', 'c', 'a')
  const text = `- hosts: all\n  gather_facts: false\n  serial: 1\n  order: ${order}\n  tasks: [{ debug: { msg: x } }]`
  const { lines } = await play({ playbook: text, files })
  expect(lines.map((line) => line.split(' ')[1])).toEqual(wanted)
  await expect(play({ playbook: text.replace(order, 'random'), files })).rejects.toThrow(
    'order must be one of inventory, reverse_inventory, sorted, reverse_sorted, shuffle, not random',
  )
})
