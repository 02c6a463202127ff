import { describe, expect, test } from 'vitest'
import { Template } from '../../../engine/value.ts'
import { mistakes, names, vars, yaml } from './reading.ts'

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
  test('inventory_dir and the like', () => {
    const layer = inventory.hosts.get('lone')?.layers.find(({ name }) => name === 'inventory')
    expect([...(layer?.vars ?? [])].map(([name, { value }]) => [name, value])).toEqual([
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
    ['plugin: aws_ec2', ['BAD_YAML 1:9 the inventory plugin aws_ec2 is not supported']],
    ['plugin: yaml', ['BAD_YAML 1:9 the inventory plugin yaml is not supported']],
    [
      'web: { hots: , vras: }',
      ['BAD_YAML 1:8 unknown key hots in the group web', 'BAD_YAML 1:16 unknown key vras in the group web'],
    ],
    [
      'web: { vars: { ansible_group_priority: high } }',
      ['BAD_YAML 1:40 ansible_group_priority of the group web is a whole number'],
    ],
  ])('%s', (text, expected) => {
    expect(mistakes(() => yaml(text))).toEqual(expected)
  })
})
