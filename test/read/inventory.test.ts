import { describe, expect, test } from 'vitest'
import { KplayErrors, type KplayError } from '../../engine/errors.ts'
import { readInventory, type ReadInventory } from '../../engine/read/inventory/read.ts'
import { Float, Template, type Raw } from '../../engine/value.ts'
import { memoryFiles } from './memory-files.ts'

const read = (texts: Record<string, string>, sources = Object.keys(texts).slice(0, 1)): ReadInventory =>
  readInventory(sources, memoryFiles(texts), { playbookFolder: '/play' })

const yaml = (text: string): ReadInventory => read({ '/inv/hosts.yml': text })
const ini = (text: string): ReadInventory => read({ '/inv/hosts': text })

/** What a host sees of its inventory: later layers win. */
const vars = (inventory: ReadInventory, host: string): Record<string, Raw> =>
  Object.fromEntries(
    (inventory.hosts.get(host)?.layers ?? [])
      .filter(({ name }) => name !== 'inventory')
      .flatMap((layer) => [...layer.vars].map(([name, { value }]) => [name, value])),
  )

const names = (inventory: ReadInventory, group: string): readonly string[] | undefined =>
  inventory.groups.get(group)?.hosts

function mistakes(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    const problems = error instanceof KplayErrors ? error.problems : [error as KplayError]
    return problems.map(({ code, message, place }) => `${code} ${place?.line ?? ''}:${place?.column ?? ''} ${message}`)
  }
  return []
}

describe('YAML', () => {
  const inventory = yaml(`
all:
  vars: { a: 0, mode: 0644, motd: "{{ a }}" }
  hosts: { lone: , other: { a: 9 } }
  children:
    kafka:
      vars: { a: 1 }
      hosts: { k5: , "k[01:03]": { b: 2 } }
      children: { inner: { hosts: { k9: , k01: }, vars: { a: 2 } } }
    zk: { hosts: { k02: , "k03:2222": } }
    empty:
`)
  test('groups, hosts and their order', () => {
    expect(names(inventory, 'kafka')).toEqual(['k5', 'k01', 'k02', 'k03', 'k9'])
    expect(names(inventory, 'ungrouped')).toEqual(['lone', 'other'])
    expect(names(inventory, 'all')).toEqual(['lone', 'other', 'k5', 'k01', 'k02', 'k03', 'k9'])
    expect(names(inventory, 'empty')).toEqual([])
    expect([...inventory.hosts.keys()]).toEqual(names(inventory, 'all'))
    expect(inventory.groups.get('inner')).toMatchObject({ depth: 2, parents: ['kafka'], children: [] })
    expect(inventory.hosts.get('k01')?.groups).toEqual(['inner', 'kafka'])
    expect(inventory.hosts.get('lone')?.groups).toEqual(['ungrouped'])
    expect(inventory.sources).toEqual(['/inv/hosts.yml'])
  })
  test('variables: the deeper group wins, the host most', () => {
    expect(vars(inventory, 'k5')).toMatchObject({ a: 1, mode: 420 })
    expect(vars(inventory, 'k01')).toMatchObject({ a: 2, b: 2 })
    expect(vars(inventory, 'other')).toMatchObject({ a: 9 })
    expect(vars(inventory, 'k03')).toMatchObject({ a: 1, b: 2, ansible_port: 2222 })
    expect(vars(inventory, 'lone')['motd']).toBeInstanceOf(Template)
  })
  test('inventory_dir and the like are the lowest layer', () => {
    const [lowest] = inventory.hosts.get('lone')?.layers ?? []
    expect([...(lowest?.vars ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['inventory_file', '/inv/hosts.yml'],
      ['inventory_dir', '/inv'],
    ])
  })
  test('a single host or child without a colon', () => {
    const single = yaml('web:\n  hosts: one\n  children: sub\nsub: { hosts: "two[1:2]" }')
    expect(names(single, 'web')).toEqual(['one', 'two1', 'two2'])
  })
  test.each([
    ['web: { host: { a: } }', ['BAD_YAML 1:8 unknown key host in the group web']],
    ['web: { hosts: [a] }', ['BAD_YAML 1:15 hosts is a map of names, not a list']],
    ['- a', ['BAD_YAML 1:1 an inventory is a map of groups, not a list']],
    ['web: [a]', ['BAD_YAML 1:6 the group web is a map with hosts, vars and children, not a list']],
    ['web: { hosts: { a: 1 } }', ['BAD_YAML 1:20 the host a takes a map of variables, not the number 1']],
    ['web: { vars: [x] }', ['BAD_YAML 1:15 variables are a map, not text']],
    ['a: { children: { b: { children: { a: } } } }', ['BAD_YAML 1:35 the group a would be below itself']],
    ['web: { hosts: { "x[3:1]": } }', ['BAD_YAML 1:17 the host range [3:1] ends before it begins']],
    ['plugin: constructed', ['BAD_YAML 1:1 inventory plugins are not supported yet']],
    [
      'web: { hots: , vras: }',
      ['BAD_YAML 1:8 unknown key hots in the group web', 'BAD_YAML 1:16 unknown key vras in the group web'],
    ],
  ])('%s', (text, expected) => {
    expect(mistakes(() => yaml(text))).toEqual(expected)
  })
})

describe('ranges', () => {
  test.each([
    ['db[01:10:3].x', ['db01.x', 'db04.x', 'db07.x', 'db10.x']],
    ['[a:d:2]', ['a', 'c']],
    ['[y:B]', ['y', 'z', 'A', 'B']],
    ['r[1:2]h[a:b]', ['r1ha', 'r1hb', 'r2ha', 'r2hb']],
    ['[:2]', ['0', '1', '2']],
    ['[8:11]', ['8', '9', '10', '11']],
    ['2001:db8::1', ['2001:db8::1']],
    ['[2001:db8::1]', ['2001:db8::1']],
  ])('%s', (written, expected) => {
    expect([...yaml(`g: { hosts: { ${JSON.stringify(written)}: } }`).hosts.keys()]).toEqual(expected)
  })
  test.each(['[1:]', '[01:100]', '[a:1]', '[x:a]', '[1:999999]'])('%s is refused', (written) => {
    expect(mistakes(() => yaml(`g: { hosts: { "h${written}": } }`))[0]).toMatch(/^BAD_YAML 1:15 the host range/)
  })
})

describe('INI', () => {
  // Values as ansible-core 2.19 gives them.
  const inventory = ini(`
b ansible_port=22 x=True y=FALSE z="[1,2]" q='a b' r="'s'" n=012 e=1e3 # c
a:2222
[web:vars]
t=True
u = 5
v= "q w"
w=[1, 2]
x=# foo
d={'a': (1, None)}
m={{ u }}
[web]
web[01:03]
[top:children]
web
db
[db] ; comment
db[a:c] k=[1,2] h=a#b
`)
  test('host lines', () => {
    expect(vars(inventory, 'b')).toEqual({
      ansible_port: 22,
      x: true,
      y: 'FALSE',
      z: [1, 2],
      q: 'a b',
      r: 's',
      n: '012',
      e: new Float(1000),
    })
    expect(vars(inventory, 'a')).toEqual({ ansible_port: 2222 })
    expect(vars(inventory, 'dbb')).toEqual({ k: [1, 2], h: 'a' })
  })
  test('variables of a group', () => {
    expect(vars(inventory, 'web02')).toMatchObject({ t: true, u: 5, v: 'q w', w: [1, 2], x: '# foo' })
    expect(vars(inventory, 'web02')['d']).toEqual(new Map([['a', [1, null]]]))
    expect(vars(inventory, 'web02')['m']).toBeInstanceOf(Template)
  })
  test('groups', () => {
    expect(names(inventory, 'top')).toEqual(['web01', 'web02', 'web03', 'dba', 'dbb', 'dbc'])
    expect(names(inventory, 'ungrouped')).toEqual(['b', 'a'])
  })
  test.each([
    ['[web:hots]', ['BAD_YAML 1:1 unknown section [web:hots]']],
    ['[web]\na b', ['BAD_YAML 2:3 b is no name=value']],
    ['[web:vars]\nfoo', ['BAD_YAML 2:1 foo is no name=value']],
    ['a x="1', ['BAD_YAML 1:1 a quote is not closed']],
    [
      'a[2:1]\n[b]\nc d',
      ['BAD_YAML 1:1 the host range [2:1] ends before it begins', 'BAD_YAML 3:3 d is no name=value'],
    ],
  ])('%j', (text, expected) => {
    expect(mistakes(() => ini(text))).toEqual(expected)
  })
})

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
  test('host lists', () => {
    const inventory = read({}, ['a,b:2222,', 'c[1:2],'])
    expect([...inventory.hosts.keys()]).toEqual(['a', 'b', 'c1', 'c2'])
    expect(vars(inventory, 'b')).toEqual({ ansible_port: 2222 })
  })
  test('without an extension it may be YAML too', () => {
    expect([...ini('g:\n  hosts:\n    a:\n').hosts.keys()]).toEqual(['a'])
  })
  test('what cannot be read', () => {
    expect(mistakes(() => read({}, ['/none.yml', '/neither']))).toEqual([
      'NOT_FOUND : there is no inventory /none.yml',
      'NOT_FOUND : there is no inventory /neither',
    ])
    expect(mistakes(() => ini('$ANSIBLE_VAULT;1.1;AES256\n00'))[0]).toMatch(/^BAD_YAML 1:1 encrypted/)
    expect(mistakes(() => ini('#!/bin/sh\necho'))).toEqual([
      'BAD_YAML 1:1 dynamic inventories (scripts) are not supported yet',
    ])
    expect(
      mistakes(() =>
        read({ '/i.yml': 'g: { hosts: { h: } }', '/group_vars/g.yml': 'a: 1\na: 2', '/host_vars/h': '- x' }),
      ),
    ).toEqual(['BAD_YAML 2:1 the key a is given twice', 'BAD_YAML 1:3 variables are a map, not text'])
  })
  test('the implicit localhost sees the variables of all, and is local', () => {
    const inventory = read({ '/i.yml': 'all: { vars: { a: 1 }, hosts: { h: } }', '/host_vars/localhost.yml': 'b: 2' })
    const layers = inventory
      .implicit('localhost')
      .layers.flatMap(({ vars }) => [...vars].map(([name, { value }]) => [name, value]))
    expect(Object.fromEntries(layers)).toEqual({ a: 1, b: 2, ansible_connection: 'local' })
  })
})
