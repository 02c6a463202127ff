import { describe, expect, test } from 'vitest'
import type { Canned } from '../support/fake-machine.ts'
import { play, type Played, type PlaySetup } from '../support/run-harness.ts'

const playbook = (tasks: string, handlers = '- name: restart\n  debug: { msg: restarted }', more = ''): string =>
  `- hosts: all\n  gather_facts: false\n${more}  tasks:\n${tasks.replace(/^/gm, '    ')}\n  handlers:\n${handlers.replace(/^/gm, '    ')}\n`
const set = '- name: set\n  copy: { dest: /etc/it, content: x }\n  notify: restart'
const broken = `${set}\n- name: breaks\n  fail: { msg: no }`

const owedOn = ({ hosts }: Played, host = 'h1'): string[] =>
  (hosts.get(host)?.machine.files.below('/var/lib/kplay/owed') ?? []).map((name) => name.replace(/-\w{16}$/, ''))
const owedEvents = ({ events }: Played): string[] =>
  events.flatMap((event) => (event.type === 'owed' ? [`${event.handler} ${event.hosts.join(' ')} ${event.task}`] : []))
const warnings = ({ events }: Played): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
const again = (before: Played, setup: PlaySetup): Promise<Played> => play({ ...setup, kept: before.hosts })

describe('what a handler owes', () => {
  test('is written down before the change, and struck out when it has run', async () => {
    const first = await play({ playbook: playbook(set) })
    const told = first.hosts.get('h1')?.told.map((step) => step.label ?? (step.kind === 'write' ? step.path : '')) ?? []
    expect(told).toEqual(['write down what is owed: restart', '/etc/it', 'no longer owed: restart'])
    expect(owedOn(first)).toEqual([])
  })

  test('is paid by the run that comes next', async () => {
    const first = await play({ playbook: playbook(broken) })
    expect(first.lines).toEqual(['changed h1 set', 'failed h1 breaks'])
    expect(warnings(first)).toEqual([expect.stringMatching(/^restart is owed on h1 since \S+ \(set\): the next run/)])
    expect(owedOn(first)).toEqual(['restart'])
    const foreseen = await again(first, { playbook: playbook(set), options: { check: true } })
    expect(foreseen.lines).toEqual(['ok h1 set', 'ok h1 restart'])
    expect(owedOn(foreseen)).toEqual(['restart'])
    const second = await again(first, { playbook: playbook(set) })
    expect(second.lines).toEqual(['ok h1 set', 'ok h1 restart'])
    expect(owedEvents(second)).toEqual(['restart h1 set'])
    expect(owedOn(second)).toEqual([])
    expect((await again(second, { playbook: playbook(set) })).lines).toEqual(['ok h1 set'])
  })

  test('is paid though its task is skipped or left out by tags, and by a handler that is a block', async () => {
    const first = await play({ playbook: playbook(broken) })
    const block = '- name: restart\n  serial: 1\n  block: [{ name: really, debug: { msg: x } }]'
    const second = await again(first, {
      playbook: playbook(`${set}\n- debug: { msg: x }\n  tags: other`, block),
      options: { tags: ['other'] },
    })
    expect(second.lines).toEqual(['ok h1 debug', 'ok h1 really'])
    expect(owedOn(second)).toEqual([])
  })

  test('is paid at the end of the play where a name in notify cannot be rendered yet', async () => {
    const first = await play({ playbook: playbook(broken) })
    const unclear = `${set}\n- name: other\n  debug: { msg: x }\n  notify: "{{ nobody }}"`
    const second = await again(first, { playbook: playbook(unclear.replace(set, `${set}\n  when: false`)) })
    expect(second.lines).toEqual(['skipped h1 set', 'ok h1 other', 'ok h1 restart'])
  })

  test('is not paid by a play that has the handler, but only looks', async () => {
    const first = await play({ playbook: playbook(broken) })
    const looks = await again(first, { playbook: playbook('- debug: { msg: x }') + playbook(set) })
    expect(looks.lines).toEqual(['ok h1 debug', 'ok h1 set', 'ok h1 restart'])
    expect(warnings(looks)).toEqual([])
  })

  test('is paid by the play that comes to it, though one before has the handler and was asked', async () => {
    const first = await play({ playbook: playbook(broken) })
    const both = '- name: other\n  debug: { msg: x }\n- name: restart\n  debug: { msg: restarted }'
    const other = playbook('- copy: { dest: /etc/other, content: x }\n  notify: other', both)
    const second = await again(first, { playbook: other + playbook(set, both) })
    expect(second.lines).toEqual(['changed h1 copy', 'ok h1 other', 'ok h1 set', 'ok h1 restart'])
    expect(owedOn(second)).toEqual([])
  })

  test('is not told as left over when a later play of the run is notified anew', async () => {
    const first = await play({ playbook: playbook(broken) })
    const other = playbook(
      '- copy: { dest: /etc/other, content: x }\n  notify: other',
      '- name: other\n  debug: { msg: x }',
    )
    for (const check of [true, false]) {
      const second = await again(first, {
        playbook: other + playbook(set.replace('content: x', 'content: y')),
        options: { check },
      })
      expect(second.lines.at(-1)).toBe('ok h1 restart')
      expect(warnings(second)).toEqual([])
    }
  })

  test('stays owed while its handler fails, and to those whom a serial block did not come to', async () => {
    const files = { '/project/hosts.yml': 'all: { hosts: { a: , b: , c: } }' }
    const block = `- name: restart
  serial: 1
  block: [{ name: really, fail: { msg: no }, when: inventory_hostname == 'b' and bad }]`
    const vars = (bad: boolean): string => `  vars: { bad: ${bad} }\n`
    const first = await play({ playbook: playbook(set, block, vars(true)), files })
    expect(['a', 'b', 'c'].map((host) => owedOn(first, host))).toEqual([[], ['restart'], ['restart']])
    const second = await again(first, { playbook: playbook(set, block, vars(false)), files })
    expect(owedEvents(second)).toEqual(['restart b c set'])
    expect(['a', 'b', 'c'].map((host) => owedOn(second, host))).toEqual([[], [], []])
  })

  test.each(['', '  serial: 2\n'])(
    'stays owed to those whom a serial block in a handler did not come to',
    async (outer) => {
      const files = { '/project/hosts.yml': 'all: { hosts: { a: , b: , c: } }' }
      const block = `- name: restart
${outer}  block:
    - { name: looks, debug: { msg: x } }
    - name: one by one
      serial: 1
      order: "{{ inventory_hostname == 'a' }}"
      block: [{ name: really, fail: { msg: no }, when: inventory_hostname == 'b' and bad }]`
      const vars = (bad: boolean): string => `  vars: { bad: ${bad} }\n`
      const first = await play({ playbook: playbook(set, block, vars(true)), files })
      expect(['a', 'b', 'c'].map((host) => owedOn(first, host))).toEqual([['restart'], ['restart'], ['restart']])
      const later = block.replace("== 'a'", "!= 'c'")
      const second = await again(first, { playbook: playbook(set, later, vars(true)), files })
      expect(['a', 'b', 'c'].map((host) => owedOn(second, host))).toEqual([[], ['restart'], []])
      const third = await again(second, { playbook: playbook(set, block, vars(false)), files })
      expect(['a', 'b', 'c'].map((host) => owedOn(third, host))).toEqual([[], [], []])
    },
  )

  test('stays owed to who is stopped with others in the middle of its handler', async () => {
    const files = { '/project/hosts.yml': 'all: { hosts: { a: , b: } }' }
    const block = `- name: restart
  block:
    - { name: stop, fail: { msg: no }, when: inventory_hostname == 'b' }
    - { name: start, debug: { msg: x } }`
    const first = await play({ playbook: playbook(set, block, '  any_errors_fatal: true\n'), files })
    expect(['a', 'b'].map((host) => owedOn(first, host))).toEqual([['restart'], ['restart']])
  })

  test('is nothing when the change is judged to be none, and something when the task fails half way', async () => {
    const unchanged = await play({ playbook: playbook(`${set}\n  changed_when: false`) })
    expect(owedOn(unchanged)).toEqual([])
    const task = '- name: set\n  command: half\n  notify: restart'
    const hosts: Record<string, Canned> = { h1: { ran: { '/half/': { code: 1 } } } }
    const failed = await play({ playbook: playbook(task), hosts })
    expect(failed.lines).toEqual(['failed h1 set'])
    expect(owedOn(failed)).toEqual(['restart'])
    expect(owedOn(await play({ playbook: playbook(`${task}\n  when: false`) }))).toEqual([])
  })

  test('is not written in a dry run', async () => {
    const dry = await play({ playbook: playbook(set), options: { check: true } })
    expect(dry.lines).toEqual(['changed h1 set', 'ok h1 restart'])
    expect(dry.hosts.get('h1')?.told).toEqual([])
  })

  test('of a role is told by its full name, and stays where no play has the handler', async () => {
    const files = {
      '/project/roles/web/tasks/main.yml': set,
      '/project/roles/web/handlers/main.yml': '- name: restart\n  debug: { msg: web }',
    }
    const roles = (tasks: string): string =>
      `- hosts: all\n  gather_facts: false\n  roles: [web]\n  tasks: [{ ${tasks} }]\n`
    const first = await play({ playbook: roles('fail: { msg: no }'), files })
    expect(owedOn(first)).toEqual(['web_restart'])
    const elsewhere = await again(first, { playbook: playbook(set), files })
    expect(elsewhere.lines).toEqual(['ok h1 set'])
    expect(warnings(elsewhere)).toEqual([
      expect.stringMatching(
        /^web : restart is owed on h1 since \S+ \(web : set\): the next run that comes to it does it$/,
      ),
    ])
    const second = await again(first, { playbook: roles('debug: { msg: x }'), files })
    expect(second.lines).toContain('ok h1 restart')
    expect(warnings(second)).toEqual([])
  })

  test('a name that no handler has is told before anything is changed', async () => {
    for (const check of [false, true]) {
      const text = playbook(set.replace('notify: restart', `notify: "{{ 'restrat' }}"`))
      const { results, hosts } = await play({ playbook: text, options: { check } })
      expect(results.map(({ failure }) => failure?.error.message)).toEqual(['there is no handler restrat'])
      expect(hosts.get('h1')?.told).toEqual([])
    }
    const literal = play({ playbook: playbook(set.replace('notify: restart', 'notify: restrat')) })
    await expect(literal).rejects.toMatchObject({
      message: 'there is no handler restrat',
      hint: 'did you mean restart?',
    })
  })
})
