import { describe, expect, test } from 'vitest'
import { play } from '../support/run-harness.ts'

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
