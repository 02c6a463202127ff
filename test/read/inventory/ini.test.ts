import { describe, expect, test } from 'vitest'
import { Float, Template } from '../../../engine/value.ts'
import { ini, mistakes, names, vars } from './reading.ts'

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
  test('groups come below theirs in the order of their sections', () => {
    expect(names(ini('[top:children]\nb\na\n[a]\nx1\n[b]\nx2'), 'top')).toEqual(['x1', 'x2'])
    expect(names(ini('[b]\nx2\n[a]\nx1\n[top:children]\na\nb'), 'top')).toEqual(['x1', 'x2'])
  })
  test.each([
    ['[web:hots]', ['BAD_YAML 1:1 unknown section [web:hots]']],
    ['[x:vars]\na=1', ['BAD_YAML 1:1 the section [x:vars] names the group x, which is nowhere']],
    ['[x:children]\ny', ['BAD_YAML 2:1 the section [x:children] names the group y, which is nowhere']],
    ['[a:children]\nb\n[b:children]\na', ['BAD_YAML 4:1 the group a would be below itself']],
    ['[x]\n[x:children]\ny z=1\n', ['BAD_YAML 3:1 y z=1 is no name of a group']],
    ['[a b]', ['BAD_YAML 1:1 [a b] is no section']],
    ['[web]\na b', ['BAD_YAML 2:3 b is no name=value']],
    ['[web]\n[web:vars]\nfoo', ['BAD_YAML 3:1 foo is no name=value']],
    ['a x="1', ['BAD_YAML 1:1 a quote is not closed']],
    [
      'a[2:1]\n[b]\nc d',
      ['BAD_YAML 1:1 the host range [2:1] ends before it begins', 'BAD_YAML 3:3 d is no name=value'],
    ],
  ])('%j', (text, expected) => {
    expect(mistakes(() => ini(text))).toEqual(expected)
  })
})
