import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

const TWO = { '/project/hosts.yml': 'all: { hosts: { h1: { n: 1 }, h2: { n: 2 } } }' }

describe('tasks', () => {
  test('a change is made once, and told', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: link
      symlink: { path: /opt/kafka, target: /opt/kafka-1 }
    - name: again
      symlink: { path: /opt/kafka, target: /opt/kafka-1 }`
    const { lines, end } = await play({ playbook })
    expect(lines).toEqual(['changed h1 link', 'ok h1 again'])
    expect(end).toMatchObject({ failed: false, unreachable: false })
  })

  test('facts, register, when and set_fact', async () => {
    const playbook = `
- hosts: all
  tasks:
    - stat: { path: /etc/x }
      register: found
    - name: seen
      set_fact: { seen: "{{ found.stat.exists }}", family: "{{ ansible_facts.os_family }}-{{ ansible_os_family }}" }
    - name: never
      fail: { msg: no }
      when: seen
    - name: said
      debug: { msg: "{{ family }}" }`
    const { lines, results } = await play({ playbook })
    expect(lines).toEqual(['ok h1 Gathering facts', 'ok h1 stat', 'ok h1 seen', 'skipped h1 never', 'ok h1 said'])
    expect(results.at(-1)?.message).toBe('Debian-Debian')
  })

  test('loops with items, labels, and their results', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: folders
      file: { path: "{{ item.path }}", state: directory, mode: "{{ item.mode }}" }
      loop: [{ path: /a, mode: "0750" }, { path: /b, mode: "0700" }]
      loop_control: { label: "{{ item.path }}", index_var: at }
      register: made
    - debug: { msg: "{{ made.results | map(attribute='item.path') | join(',') }} {{ made.changed }}" }`
    const { events, lines, results } = await play({ playbook })
    expect(lines[0]).toBe('changed h1 folders')
    expect(events.flatMap((event) => (event.type === 'item' ? [event.result.item] : []))).toEqual(['/a', '/b'])
    expect(results.at(-1)?.message).toBe('/a,/b True')
  })

  test('a failure takes the host out, others go on', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: odd
      fail: { msg: "h{{ n }}" }
      when: n == 1
    - name: next
      debug: { msg: hi }`
    const { lines, end } = await play({ playbook, files: TWO })
    expect([...lines].sort()).toEqual(['failed h1 odd', 'ok h2 next', 'skipped h2 odd'])
    expect(end.failed).toBe(true)
  })

  test('ignore_errors, failed_when, changed_when', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: ignored
      fail: { msg: x }
      ignore_errors: true
      register: r
    - name: turned
      command: "true"
      changed_when: r is failed
      failed_when: false
    - name: judged
      command: "true"
      register: out
      failed_when: out.rc == 0`
    const { lines } = await play({ playbook })
    expect(lines).toEqual(['failed h1 ignored', 'changed h1 turned', 'failed h1 judged'])
  })

  test('failed_when sees why it failed, and register keeps it', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - wait_for: { port: 1, timeout: 0 }
      register: port
      failed_when: "'timeout' not in port.msg"
    - debug: { msg: "{{ port is failed }}, {{ port.msg }}" }`
    const { results } = await play({ playbook })
    expect(results.at(-1)?.message).toBe('False, timeout after 0 s waiting for 127.0.0.1:1')
  })

  test('an unreachable host is told once for all hosts of one cause', async () => {
    const playbook = `
- hosts: all
  tasks: [{ debug: { msg: hi } }]`
    const { events, end } = await play({ playbook, files: TWO, hosts: { h1: 'unreachable', h2: 'unreachable' } })
    expect(events.filter(({ type }) => type === 'unreachable')).toMatchObject([
      { hosts: ['h1', 'h2'], error: { code: 'UNREACHABLE' } },
    ])
    expect(end).toMatchObject({ unreachable: true, failed: false })
  })

  test('an undefined variable is an error with its place', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: oops
      debug:
        msg: "hello {{ nmae }}"`
    const { results } = await play({ playbook })
    expect(results[0]).toMatchObject({
      status: 'failed',
      failure: { error: { code: 'UNDEFINED', place: { file: '/project/site.yml', line: 7 } } },
    })
  })

  test('no_log hides all but how it ended', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: loop
      debug: { msg: "{{ item }}" }
      loop: [s3cret1, s3cret2]
      no_log: true
    - name: boom
      fail: { msg: s3cret3 }
      no_log: true`
    const { events, lines } = await play({ playbook, options: { verbosity: 3 } })
    expect(lines).toEqual(['ok h1 loop', 'failed h1 boom'])
    expect(
      JSON.stringify(events, (_, value: unknown) => (value instanceof Error ? value.message : value)),
    ).not.toContain('s3cret')
  })

  test('run_once shares what it learnt', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: once
      set_fact: { token: "{{ inventory_hostname }}" }
      run_once: true
    - debug: { msg: "{{ token }}" }`
    const { results } = await play({ playbook, files: TWO })
    expect(results.slice(1).map(({ message }) => message)).toEqual(['h1', 'h1'])
  })

  test('until, retries and delay', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - name: wait
      command: "true"
      register: r
      until: r.rc == 5
      retries: 2
      delay: 0`
    const { results, events } = await play({ playbook })
    expect(results[0]).toMatchObject({ status: 'failed' })
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(2)
  })
})

describe('what a command leaves', () => {
  test('an output too long to be kept whole says so', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: floods, command: yes, register: said }`
    const ran = { '/yes/': { stdout: 'y', dropped: { stdout: 3 * 1024 * 1024, stderr: 0 } } }
    const { results } = await play({ playbook, hosts: { h1: { ran } } })
    expect(results[0]?.warnings).toEqual(['stdout is too long: 3.0 MiB are missing from its middle'])
  })

  test('one that takes too long says how long', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: hangs, shell: make, timeout: 2 }`
    const { results } = await play({ playbook, hosts: { h1: { ran: { '/make/': { code: null, timedOut: true } } } } })
    expect(results[0]?.failure?.error).toMatchObject({
      code: 'TIMEOUT',
      message: 'make was ended after 2 s (timeout)',
    })
  })
})

test('debug shows a variable that is not there as Ansible does; a message needs all its variables', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: looks, debug: { var: nothing.here } }
    - { name: names, debug: { var: "{{ which }}" }, vars: { which: port, port: 9092 } }
    - { name: data, debug: { var: "{{ which }}" }, vars: { which: "lookup('env', 'HOME')" } }
    - { name: says, debug: { msg: "{{ nothing }}" } }`
  const { lines, results } = await play({ playbook })
  expect(lines).toEqual(['ok h1 looks', 'ok h1 names', 'ok h1 data', 'failed h1 says'])
  expect(results[0]?.message).toBe("nothing.here: << error 1 - 'nothing' is undefined >>")
  expect(results[1]?.message).toBe('port: 9092')
  expect(results[2]?.message).toBe("{{ which }}: lookup('env', 'HOME')")
})

test('a task that is tried again counts its attempts; ignored items of a loop are told as such', async () => {
  const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: tried, command: probe, register: seen, until: seen.attempts == 3, retries: 5, delay: 0 }
    - { name: counted, debug: { msg: "{{ seen.attempts }}" } }
    - { name: items, command: "false", loop: [1, 2], ignore_errors: true }`
  const { results, events } = await play({ playbook, hosts: { h1: { ran: { '/false/': { code: 1 } } } } })
  expect(results[1]?.message).toBe('3')
  const items = events.flatMap((event) => (event.type === 'item' ? [event.result] : []))
  expect(items.map(({ status, ignored }) => [status, ignored])).toEqual([
    ['failed', true],
    ['failed', true],
  ])
})
