import { expect, test } from 'vitest'
import { mistakes, names, read, vars } from './reading.ts'

const HOSTS = `
all:
  children:
    web: { hosts: { w1: { role: front, n: 2 }, w2: { role: back } }, vars: { tier: 1 } }
`
const construct = (config: string, options = {}) =>
  read({ '/i/1.yml': HOSTS, '/i/2.yml': `plugin: constructed\n${config}` }, ['/i'], options)

test('compose', () => {
  const inventory = construct('compose: { twice: n * 2, all: "role ~ tier ~ inventory_hostname", t: "[1, role]" }')
  expect(vars(inventory, 'w1')).toMatchObject({ twice: 4, all: 'front1w1', t: [1, 'front'] })
  expect(vars(inventory, 'w2')).not.toHaveProperty('twice')
})

test('what is composed is data', () => {
  const inventory = read(
    {
      '/i/1.yml': 'g: { hosts: { h: { a: !unsafe "{{ b }}" } } }',
      '/i/2.yml': 'plugin: constructed\ncompose: { c: a }',
    },
    ['/i'],
  )
  expect(vars(inventory, 'h')['c']).toBe('{{ b }}')
})

test('groups see what was composed', () => {
  const inventory = construct('compose: { x: n + 1 }\ngroups: { odd: x == 3, "fr-1": role == "front", no: false }')
  expect(names(inventory, 'odd')).toEqual(['w1'])
  expect(names(inventory, 'fr_1')).toEqual(['w1'])
  expect(inventory.groups.has('no')).toBe(false)
})

test.each<[string, Readonly<Record<string, string[]>>]>([
  ['{ key: role }', { _front: ['w1'], _back: ['w2'] }],
  ['{ key: role, prefix: p, separator: "-" }', { p_front: ['w1'] }],
  ['{ key: role, separator: "", parent_group: roles }', { front: ['w1'], roles: ['w1', 'w2'] }],
  ['{ key: "[role, none]", prefix: l, default_value: d }', { l_front: ['w1'], l_d: ['w1', 'w2'] }],
  ['{ key: "[role, none]", prefix: l }', { l_None: ['w1', 'w2'] }],
  [`{ key: "{1: role, 2: ''}", prefix: d }`, { d_1_front: ['w1'], d_2_: ['w1', 'w2'] }],
  [`{ key: "{1: role, 2: ''}", prefix: d, trailing_separator: false }`, { d_2: ['w1', 'w2'] }],
  [`{ key: "{1: role, 2: ''}", prefix: d, default_value: e }`, { d_2_e: ['w1', 'w2'] }],
  [`{ key: "(n | default('')) | string", default_value: e }`, { _e: ['w2'], _2: ['w1'] }],
])('keyed_groups: %s', (keyed, expected) => {
  const { groups } = construct(`keyed_groups: [${keyed}]`)
  for (const [group, hosts] of Object.entries(expected)) expect(groups.get(group)?.hosts, group).toEqual(hosts)
})

test('leading_separator, use_extra_vars, use_vars_plugins', () => {
  const files = { '/i/1.yml': HOSTS, '/i/group_vars/web.yml': 'file: f' }
  const both = (config: string) =>
    read({ ...files, '/j/2.yml': `plugin: constructed\n${config}` }, ['/i', '/j'], {
      extraVars: new Map([['extra', { value: 'x' }]]),
    })
  const plain = both('compose: { a: extra, b: file }\nkeyed_groups: [{ key: role }]\nleading_separator: false')
  expect(names(plain, 'front')).toEqual(['w1'])
  expect(vars(plain, 'w1')).not.toHaveProperty('a')
  expect(vars(plain, 'w1')).not.toHaveProperty('b')
  const full = both('compose: { a: extra, b: file }\nuse_extra_vars: true\nuse_vars_plugins: yes')
  expect(vars(full, 'w1')).toMatchObject({ a: 'x', b: 'f' })
})

test.each<[string, string[]]>([
  ['strict: true\ncompose: { a: nope }', ['UNDEFINED 3:15 cannot compose a for the host w1: ']],
  ['compose: { a: "1 +" }', ['BAD_TEMPLATE 2:19']],
  ['compose: [a]', ['BAD_YAML 2:10 compose is a map, not a list']],
  ['compsoe: { a: 1 }', ['BAD_YAML 2:1 unknown option compsoe']],
  ['strict: maybe', ['BAD_YAML 2:9 strict is true or false, not text']],
  ['keyed_groups: [{ key: n }]', ['BAD_YAML 2:23 cannot tell the group of the host w1: the key n is 2, which is']],
  [
    'keyed_groups: [{ key: role, default_value: x, trailing_separator: true }]',
    ['BAD_YAML 2:16 of default_value and trailing_separator only one can be given'],
  ],
  ['keyed_groups: [role]', ['BAD_YAML 2:16 an entry of keyed_groups is a map, not text']],
])('%j is refused', (config, expected) => {
  const found = mistakes(() => construct(config))
  expect(found).toHaveLength(expected.length)
  expected.forEach((start, index) => expect(found[index]).toContain(start))
})

test('generator: a host for each combination', () => {
  const inventory = read({
    '/g.yml': `
plugin: ansible.builtin.generator
hosts:
  name: "{{ a }}-{{ b }}"
  parents:
    - { name: "{{ a }}", vars: { made_of: "{{ a }}", n: 1 }, parents: [{ name: top }] }
layers: { a: [x, y], b: [1, 2] }
`,
  })
  expect([...inventory.hosts.keys()]).toEqual(['x-1', 'x-2', 'y-1', 'y-2'])
  expect(names(inventory, 'top')).toEqual(['x-1', 'x-2', 'y-1', 'y-2'])
  expect(vars(inventory, 'y-2')).toEqual({ made_of: 'y', n: 1 })
})

test.each<[string, string]>([
  ['hosts: { name: x }\nlayers: { a: b }', 'BAD_YAML 3:14 the layer a is a list of values, not text'],
  ['layers: { a: [1] }', 'BAD_YAML 1:1 hosts with a name is missing'],
  ['hosts: { parents: [] }\nlayers: { a: [1] }', 'BAD_YAML 2:8 a name is missing here'],
])('generator: %j is refused', (config, expected) => {
  expect(mistakes(() => read({ '/g.yml': `plugin: generator\n${config}` }))[0]).toBe(expected)
})
