import { expect, test } from 'vitest'
import { hostsToAsk } from '../../../engine/read/inventory/script.ts'
import { Encrypted, Float, Template } from '../../../engine/value.ts'
import { mistakes, names, read, vars } from './reading.ts'

const script = (list: unknown, asked: Readonly<Record<string, string>> = {}, options = {}) =>
  read({ '/inv/cloud': '#!/bin/sh' }, ['/inv/cloud'], {
    scripts: new Map([
      [
        '/inv/cloud',
        { list: typeof list === 'string' ? list : JSON.stringify(list), hosts: new Map(Object.entries(asked)) },
      ],
    ]),
    ...options,
  })

test('groups are lists, or have hosts, vars and children', () => {
  const inventory = script(
    '{"web": {"hosts": ["w1"], "vars": {"v": 1.0}, "children": ["in"]}, "in": ["i1"], "_meta": {"hostvars": {"w1": {"n": 1}}}}',
  )
  expect(names(inventory, 'web')).toEqual(['w1', 'i1'])
  expect(vars(inventory, 'w1')).toEqual({ v: new Float(1), n: 1 })
  expect(vars(inventory, 'i1')).toEqual({ v: new Float(1) })
})

test('what was asked host by host', () => {
  const inventory = script({ web: ['w1', 'w2'], w3: { ansible_port: 22 } }, { w1: '{"n": 1}', w2: '' })
  expect(vars(inventory, 'w1')).toEqual({ n: 1 })
  expect(vars(inventory, 'w2')).toEqual({})
  expect(vars(inventory, 'w3')).toEqual({ ansible_port: 22 })
})

test('output is data, unless scripts are trusted', () => {
  const list = { g: { hosts: ['h'], vars: { a: '{{ b }}', c: { __ansible_unsafe: '{{ b }}' } } } }
  expect(vars(script(list), 'h')).toEqual({ a: '{{ b }}', c: '{{ b }}' })
  const trusted = vars(script(list, {}, { trustScripts: true }), 'h')
  expect(trusted['a']).toBeInstanceOf(Template)
  expect(trusted['c']).toBe('{{ b }}')
})

test('encrypted values', () => {
  const inventory = script({ g: { hosts: ['h'], vars: { s: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n00' } } } })
  expect(vars(inventory, 'h')['s']).toBeInstanceOf(Encrypted)
})

test.each<[unknown, string]>([
  ['', 'BAD_YAML 1:1 what the inventory script prints is no JSON: it is empty'],
  ['web1', 'BAD_YAML 1:1 what the inventory script prints is no JSON: web1'],
  ['[]', 'BAD_YAML 1:1 what the inventory script prints is no JSON object of groups'],
  [{ g: null }, 'BAD_YAML 1:1 the group g is a map, not nothing'],
  [{ g: { hosts: 'h' } }, 'BAD_YAML 1:1 hosts of g is a list of names, not str'],
  [{ g: { hosts: [1] } }, 'BAD_YAML 1:1 hosts of g is a list of names, not a list'],
  [{ g: { vars: [] } }, 'BAD_YAML 1:1 vars of g is a map, not a list'],
  [{ _meta: { hostvars: [] } }, 'BAD_YAML 1:1 _meta.hostvars is a map, not a list'],
  [{ g: ['h'], _meta: { hostvars: { h: 1 } } }, 'BAD_YAML 1:1 what it says about h is a map, not int'],
])('%j is refused', (list, mistake) => {
  expect(mistakes(() => script(list))).toEqual([mistake])
})

test.each<[unknown, string[]]>([
  [{ g: ['a', 'b'], h: { hosts: ['b', 'c'] }, lone: { v: 1 } }, ['a', 'b', 'c', 'lone']],
  [{ g: ['a'], _meta: { hostvars: {} } }, []],
])('who is asked after %j', (list, expected) => {
  expect(hostsToAsk(JSON.stringify(list), '/inv/cloud')).toEqual(expected)
})
