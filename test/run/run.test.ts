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
})

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

describe('check mode', () => {
  test('sees what earlier tasks would have made, and touches nothing', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: folder, file: { path: /srv/app, state: directory } }
    - { name: link, symlink: { path: /srv/app/current, target: v1 } }
    - { name: look, stat: { path: /srv/app/current }, register: seen }
    - { name: same, symlink: { path: /srv/app/current, target: v1 } }
    - { name: said, debug: { msg: "{{ seen.stat.islnk }}" } }
    - { name: ran, command: make, register: made, notify: after }
    - { name: rests, debug: { msg: x }, when: made.rc == 0 }
  handlers:
    - { name: after, command: restart }`
    const checked = await play({ playbook, options: { check: true } })
    expect(checked.lines).toEqual([
      'changed h1 folder',
      'changed h1 link',
      'ok h1 look',
      'ok h1 same',
      'ok h1 said',
      'changed h1 ran',
      'maybe h1 rests',
      'changed h1 after',
    ])
    expect(checked.results[4]?.message).toBe('True')
    expect(checked.hosts.get('h1')?.told).toEqual([])
    const real = await play({ playbook })
    const changed = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('changed'))
    expect(changed(real.lines)).toEqual(changed(checked.lines))
  })

  test('settings go into a tree of which only the top is known', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: tree, unarchive: { src: /srv/v1.tgz, dest: /srv, remote_src: true, creates: /srv/v1 } }
    - { name: link, file: { src: /srv/v1, dest: /srv/app, state: link } }
    - { name: settings, copy: { dest: /srv/app/conf/app.conf, content: x } }
    - { name: the same, copy: { dest: /srv/v1/conf/app.conf, content: x } }
    - { name: others, copy: { dest: /srv/app/conf/other.conf, content: y } }
    - { name: deeper, copy: { dest: /srv/app/a/b/c, content: z } }
    - { name: the same again, copy: { dest: /srv/v1/a/b/c, content: z } }`
    const hosts = { h1: { files: { '/srv/v1.tgz': { content: 'tgz' } } } }
    const { lines } = await play({ playbook, hosts, options: { check: true } })
    expect(lines).toEqual([
      'changed h1 tree',
      'changed h1 link',
      'changed h1 settings',
      'ok h1 the same',
      'changed h1 others',
      'changed h1 deeper',
      'ok h1 the same again',
    ])
  })

  test('what rests on an answer that nobody knows yet is maybe too', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: ran, command: make }
    - { name: asked, command: { cmd: made, read_only: true }, register: answer }
    - { name: rests, assert: { that: answer.rc == 0 } }
    - { name: rests as well, debug: { msg: "{{ answer.stdout }}" } }`
    const { lines } = await play({ playbook, options: { check: true } })
    expect(lines).toEqual(['changed h1 ran', 'maybe h1 asked', 'maybe h1 rests', 'maybe h1 rests as well'])
  })

  test('a variable that an unknown answer would set is unknown too, until it is set anew', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: asked, command: wc, register: answer }
    - { name: sets, set_fact: { count: "{{ answer.stdout }}", other: 1 } }
    - { name: shows, debug: { var: count } }
    - { name: rests, debug: { msg: x }, when: count | int > 3 }
    - { name: known, set_fact: { count: 5 } }
    - { name: shows again, debug: { var: count } }`
    const { lines, results } = await play({ playbook, options: { check: true } })
    expect(lines).toEqual([
      'changed h1 asked',
      'maybe h1 sets',
      'maybe h1 shows',
      'maybe h1 rests',
      'ok h1 known',
      'ok h1 shows again',
    ])
    expect(results[2]?.reason).toBe('count is known only after a real run')
  })

  test('packages that are there stay so after others are predicted', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: new, package: { name: curl } }
    - { name: there, package: { name: xfsprogs } }
    - { name: not there, package: { name: telnetd, state: absent } }`
    const missing = ['dnf', 'yum', 'zypper', 'apk', 'pacman', 'opkg']
    const hosts = { h1: { missing, packages: { xfsprogs: '6' }, candidates: { curl: '8' } } }
    const { lines } = await play({ playbook, hosts, options: { check: true } })
    expect(lines).toEqual(['changed h1 new', 'ok h1 there', 'ok h1 not there'])
  })

  test('what the host knows by itself is asked also after a prediction', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: ran, command: make }
    - name: time
      file: { path: /srv/f, state: touch, access_time: preserve, modification_time: "202401020000.00" }`
    const hosts = {
      h1: {
        files: { '/srv/f': { content: 'x', mtime: 1704153600 } },
        answers: { "/^date -d '2024-01-02 00:00:00'/": '1704153600\n' },
      },
    }
    const { lines } = await play({ playbook, hosts, options: { check: true } })
    expect(lines).toEqual(['changed h1 ran', 'ok h1 time'])
  })

  test('a wait that would be in vain now is maybe, at once', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: waits in vain, wait_for: { path: /srv/none, timeout: 0 }, ignore_errors: true }
    - { name: folder, file: { path: /srv/app, state: directory } }
    - { name: is predicted, wait_for: { path: /srv/app } }
    - { name: waits, wait_for: { path: /srv/app/pid } }
    - { name: does not wait, wait_for: { path: /srv/app/pid, timeout: 0 } }`
    const { lines } = await play({ playbook, options: { check: true } })
    expect(lines).toEqual([
      'failed h1 waits in vain',
      'changed h1 folder',
      'ok h1 is predicted',
      'maybe h1 waits',
      'maybe h1 does not wait',
    ])
  })

  test('so do loops, and what looks into their results', async () => {
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: ran, command: make }
    - name: asked
      wait_for: { host: other, port: "{{ item }}", timeout: 0 }
      loop: [1, 2]
      register: asked
      failed_when: false
    - name: items are known
      debug: { msg: "{{ asked.results | map(attribute='item') | join(' ') }}" }
    - name: rests
      debug: { msg: "{{ asked.results | rejectattr('msg', 'defined') | list }}" }
    - name: rests on how it ended
      debug: { msg: x }
      when: asked is changed
    - name: has no items yet
      debug: { msg: x }
      loop: "{{ asked.results | rejectattr('msg', 'defined') | list }}"`
    const { lines, results } = await play({ playbook, options: { check: true } })
    expect(lines).toEqual([
      'changed h1 ran',
      'maybe h1 asked',
      'ok h1 items are known',
      'maybe h1 rests',
      'maybe h1 rests on how it ended',
      'maybe h1 has no items yet',
    ])
    expect(results[2]?.message).toBe('1 2')
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
    - { name: says, debug: { msg: "{{ nothing }}" } }`
  const { lines, results } = await play({ playbook })
  expect(lines).toEqual(['ok h1 looks', 'failed h1 says'])
  expect(results[0]?.message).toBe('nothing.here: VARIABLE IS NOT DEFINED!')
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
      { type: 'play-stopped', reason: 'no host of this batch is left: the play ends here', untouched: ['h3'] },
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
