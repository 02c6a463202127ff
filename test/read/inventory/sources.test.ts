import { describe, expect, test } from 'vitest'
import { ini, mistakes, read, vars, yaml } from './reading.ts'

describe('several sources', () => {
  test('precedence of levels 3 to 10', () => {
    const level = (number: number): string =>
      `{ ${Array.from({ length: 11 - number }, (_, i) => `l${number + i}: ${number}`).join(', ')} }`
    const inventory = read(
      {
        '/inv/hosts.yml': `all: { vars: ${level(3)}, children: { g: { vars: ${level(3)}, hosts: { h: ${level(8)} } } } }`,
        '/inv/group_vars/all.yml': level(4),
        '/play/group_vars/all.yml': level(5),
        '/inv/group_vars/g.yml': level(6),
        '/play/group_vars/g': level(7),
        '/inv/host_vars/h.json': '{"l9": 9, "l10": 9}',
        '/play/host_vars/h/b.yml': level(10),
        '/play/host_vars/h/a.yml': 'l10: a',
        '/play/host_vars/h/.hidden.yml': 'l10: no',
        '/play/host_vars/h/old.yml~': 'l10: no',
      },
      ['/inv/hosts.yml'],
    )
    expect(vars(inventory, 'h')).toEqual({ l3: 3, l4: 4, l5: 5, l6: 6, l7: 7, l8: 8, l9: 9, l10: 10 })
  })
  test('groups of equal depth: by priority, then by name', () => {
    const inventory = yaml(
      'all: { children: { b: { hosts: { h: }, vars: { v: b, w: b } }, a: { hosts: { h: }, vars: { v: a, w: a } }, c: { hosts: { h: }, vars: { v: c, ansible_group_priority: 0 } } } }',
    )
    expect(vars(inventory, 'h')).toMatchObject({ v: 'b', w: 'b' })
  })
  test('a folder: all its files but the ignored ones, sorted', () => {
    const inventory = read(
      {
        '/inv/2.yml': 'g: { hosts: { h: { v: 2 } } }',
        '/inv/10': '[g]\nh v=1\nx',
        '/inv/sub/more.yaml': 'g: { hosts: { y: } }',
        '/inv/README.md': '# no',
        '/inv/old.yml.bak': '- no',
        '/inv/.hidden': '- no',
        '/inv/ansible.cfg': '- no',
        '/inv/group_vars/g.yml': 'w: 3',
      },
      ['/inv'],
    )
    expect([...inventory.hosts.keys()]).toEqual(['h', 'x', 'y'])
    expect(vars(inventory, 'h')).toMatchObject({ v: 2, w: 3 })
    expect(inventory.sources).toEqual(['/inv/10', '/inv/2.yml', '/inv/sub/more.yaml'])
  })
  test('sources that say nothing are mistakes where that is wished', () => {
    const texts = {
      '/inv/1/hosts.yml': 'g: { hosts: { h: } }',
      '/inv/2/README.md': '# no',
      '/inv/3/a.yml': '---',
      '/empty.yml': '# nobody',
      '/empty.ini': '',
    }
    const silent = { any: true, all: true }
    expect(mistakes(() => read(texts, ['/inv', 'x,', '/empty.ini'], { silent }))).toEqual([
      'NOT_FOUND : the inventory /inv/2 says nothing',
      'NOT_FOUND : the inventory /inv/3/a.yml says nothing',
    ])
    expect(mistakes(() => read(texts, ['/inv/2', '/empty.yml'], { silent: { any: false, all: true } }))).toEqual([
      'NOT_FOUND : no inventory says anything',
    ])
    for (const spoken of ['x,', '/inv', '/empty.ini'])
      expect(read(texts, ['/empty.yml', spoken], { silent: { any: false, all: true } }).sources).toContain('/empty.yml')
    expect(mistakes(() => read(texts, ['/inv/2']))).toEqual([])
  })
  test('host lists', () => {
    const inventory = read({}, ['a,b:2222,', 'c[1:2],'])
    expect([...inventory.hosts.keys()]).toEqual(['a', 'b', 'c1', 'c2'])
    expect(vars(inventory, 'b')).toEqual({ ansible_port: 2222 })
    const addresses = read({}, ['[::1]:2222, fe80::1,10.0.0.1:22,'])
    expect([...addresses.hosts.keys()]).toEqual(['::1', 'fe80::1', '10.0.0.1'])
    expect(vars(addresses, '::1')).toEqual({ ansible_port: 2222 })
  })
  test('without an extension it may be YAML too', () => {
    expect([...ini('g:\n  hosts:\n    a:\n').hosts.keys()]).toEqual(['a'])
  })
  test('what cannot be read', () => {
    expect(mistakes(() => read({}, ['/none.yml', '/neither']))).toEqual([
      'NOT_FOUND : there is no inventory /none.yml',
      'NOT_FOUND : there is no inventory /neither',
    ])
    expect(mistakes(() => ini('$ANSIBLE_VAULT;1.1;AES256\n00'))[0]).toMatch(/^VAULT 1:1/)
    expect(mistakes(() => ini('#!/bin/sh\necho'))).toEqual([
      'BAD_YAML 1:1 this inventory is a script, but it is not executable',
    ])
    expect(
      mistakes(() => read({ '/i.yml': 'g: { hosts: { h: } }', '/group_vars/g.yml': 'a: 1\nb', '/host_vars/h': '- x' })),
    ).toEqual([
      'BAD_YAML 2:1 no valid YAML: implicit map keys need to be followed by map values',
      'BAD_YAML 1:3 variables are a map, not text',
    ])
  })
  test('the implicit localhost sees the variables of all, and is local', () => {
    const inventory = read({ '/i.yml': 'all: { vars: { a: 1 }, hosts: { h: } }', '/host_vars/localhost.yml': 'b: 2' })
    const layers = inventory
      .implicit('localhost')
      .layers.flatMap(({ vars }) => [...vars].map(([name, { value }]) => [name, value]))
    expect(Object.fromEntries(layers)).toMatchObject({
      a: 1,
      b: 2,
      ansible_connection: 'local',
      ansible_python_interpreter: { source: '{{ ansible_playbook_python }}' },
    })
  })
})
