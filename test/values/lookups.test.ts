import { describe, expect, it } from 'vitest'
import { Template } from '../../engine/value.ts'
import type { Value } from '../../engine/value.ts'
import { lookupItems } from '../../engine/values/lookups.ts'
import { repr } from '../../engine/values/print.ts'
import { answers, settled } from '../../engine/values/suspend.ts'
import type { Fetch } from '../../engine/values/suspend.ts'
import { evaluate } from '../../engine/values/template.ts'
import { filesOf, scopeOf, template } from './scope-of.ts'

const files = filesOf(
  {
    'files/motd': '  hello {{ name }}\n\n',
    '/abs/a.conf': 'A',
    '/abs/b.conf': 'B',
    'templates/x.j2': '{{ name }}-{{ extra | default("none") }}\n',
    'vars/os/Debian.yml': 'x',
    'files/app.ini': '[global]\nUser = ann\n; no\n[db]\nhost: db1\n',
    'files/app.properties': 'a.b=1\nc = 2\n',
    'files/users.csv': 'ann,1,admin\nbob,2,user\n',
  },
  { HOME: '/root', EMPTY: '' },
)
const scope = scopeOf({ name: 'ann', os: 'Debian', secret_a: 1, secret_b: 2, t: template('{{ name }}!') }, { files })
const value = (source: string): string => repr(evaluate(new Template(`{{ ${source} }}`), scope))

describe('lookups', () => {
  it.each([
    ["lookup('file', 'motd')", "'  hello {{ name }}'"],
    ["lookup('file', 'motd', lstrip=true)", "'hello {{ name }}'"],
    ["lookup('file', 'motd', rstrip=false) | length", '20'],
    ["lookup('ansible.builtin.file', '/abs/a.conf', '/abs/b.conf')", "'A,B'"],
    ["query('file', '/abs/a.conf', '/abs/b.conf')", "['A', 'B']"],
    ["lookup('file', 'nope', errors='ignore')", 'None'],
    ["q('file', 'nope', errors='warn')", '[]'],
    ["lookup('template', 'x.j2')", "'ann-none\\n'"],
    ["lookup('template', 'x.j2', template_vars={'extra': 'E', 'name': 'bob'})", "'bob-E\\n'"],
    ["lookup('env', 'HOME')", "'/root'"],
    ["lookup('env', 'NOPE')", "''"],
    ["lookup('env', 'NOPE', default='d')", "'d'"],
    ["lookup('vars', 't')", "'ann!'"],
    ["lookup('vars', 'sec' ~ 'ret_a', 'secret_b')", '[1, 2]'],
    ["lookup('vars', 'nope', default=7)", '7'],
    ["lookup('vars', 'nope') | default('dd')", "'dd'"],
    ["lookup('varnames', '^secret_', wantlist=true)", "['secret_a', 'secret_b']"],
    ["q('fileglob', '/abs/*.conf')", "['/abs/a.conf', '/abs/b.conf']"],
    ["'/abs/*.conf' | fileglob", "['/abs/a.conf', '/abs/b.conf']"],
    ["lookup('first_found', ['nope', '/abs/b.conf'])", "'/abs/b.conf'"],
    ["lookup('first_found', {'files': [os ~ '.yml', 'default.yml'], 'paths': ['os']})", "'vars/os/Debian.yml'"],
    ["lookup('first_found', files=['nope'], paths=['x'], skip=true)", '[]'],
    ["q('first_found', [{'files': ['nope'], 'skip': true}])", '[]'],
    ["lookup('csvfile', 'bob', file='users.csv', delimiter=',', col=2)", "'user'"],
    ["lookup('csvfile', 'zoe file=users.csv delimiter=,', default='-')", "'-'"],
    ["lookup('ini', 'user', file='app.ini')", "'ann'"],
    ["lookup('ini', 'host section=db file=app.ini')", "'db1'"],
    ["lookup('ini', 'zz', section='db', file='app.ini', default='-')", "'-'"],
    ["lookup('ini', 'a.b', type='properties', file='app.properties')", "'1'"],
    ["q('sequence', 'start=0 end=6 stride=2')", "['0', '2', '4', '6']"],
    ["q('sequence', '3')", "['1', '2', '3']"],
    ["q('sequence', '0-2:web%02d')", "['web00', 'web01', 'web02']"],
    ["q('sequence', '4-8/2')", "['4', '6', '8']"],
    ["q('sequence', 'count=3 format=x%x start=9')", "['x9', 'xa', 'xb']"],
    ["q('sequence', start=2, end=3)", "['2', '3']"],
    ["q('sequence', 'count=3 start=0', 'count=2', start=20, stride=2)", "['0', '2', '4', '20', '22']"],
    ["q('sequence', 'count=2 stride=0')", '[]'],
    ["q('sequence')", '[]'],
    ["q('subelements', {'skipped': true}, 'a')", '[]'],
    ["q('sequence', 'start=5 end=1 stride=-2')", "['5', '3', '1']"],
    ["q('sequence', 'count=0')", '[]'],
    ["q('cartesian', [1, 2], ['a'])", "[[1, 'a'], [2, 'a']]"],
    ["q('random_choice', 'x') | first", "'x'"],
    ["lookup('dict', {'a': 1, 'b': 2}) | map(attribute='key') | list", "['a', 'b']"],
  ])('%s', (source, want) => {
    expect(value(source)).toBe(want)
  })

  it.each([
    ["lookup('file', 'nope')", 'the lookup file finds no file nope'],
    ["lookup('first_found', ['a', 'b'])", 'first_found finds none of: a, b'],
    ["lookup('password', 'x', nope=1) ~ lookup('password', 'x nope=1')", 'the lookup password has no option nope'],
    ["lookup('password', 'y length=many')", 'length must be an int, not many'],
    ["lookup('config', 'NOPE')", 'there is no setting NOPE'],
    ["lookup('inventory_hostnames', 'all')", 'cannot see the inventory here'],
    ["lookup('ini', 'x', section='nope', file='app.ini')", "No section 'nope' in app.ini"],
    ["lookup('csvfile', 'ann', file='users.csv', delimiter=',', col=9)", 'the row ann of users.csv has no column 9'],
    ["lookup('file', 'x', errors='no')", 'errors is one of strict, warn, ignore, not no'],
    ["lookup('pipe', 'id')", 'the lookup pipe is not available here'],
    ["lookup('url', 'http://x')", 'the lookup url is not available here'],
    ["lookup('sequence', 'start=1')", 'must specify count or end in with_sequence'],
    ["lookup('sequence', 'start=1 end=4 count=2')", "can't specify both count and end in with_sequence"],
    ["lookup('sequence', 'A-4/2')", 'start has an invalid value'],
    ["lookup('sequence', '1-4/C')", 'stride has an invalid value'],
    ["lookup('sequence', 'end=4 format=d')", 'bad formatting string: d'],
    ["lookup('subelements', [{}], 'a', 'wolves')", 'the optional third item must be a dict'],
    ["lookup('subelements', [{}], 'a', {}, 1)", 'expects a list of two or three items'],
    ["lookup('subelements', [{}], true)", 'second a string pointing to the subkey'],
    ["lookup('sequence', 'start=5 end=1')", 'to count backwards make stride negative'],
    ["lookup('dict', [1])", 'got int: the dict lookup plugin expects a dictionary'],
    ["lookup('template', 'nope.j2')", 'the lookup template finds no file nope.j2'],
  ])('%s fails', (source, message) => {
    expect(() => value(source)).toThrow(message)
  })

  it('a password is made once and kept', () => {
    const first = value("lookup('password', 'secrets/db length=12 chars=ascii_lowercase')")
    expect(first).toMatch(/^'[a-z]{12}'$/)
    expect(value("lookup('password', 'secrets/db')")).toBe(first)
    expect(value("lookup('password', '/dev/null')")).not.toBe(value("lookup('password', '/dev/null')"))
  })

  it('without files they fail', () => {
    expect(() => evaluate(new Template("{{ lookup('file', 'x') }}"), scopeOf())).toThrow(
      'the lookup file cannot read files here',
    )
  })
})

describe('with_… loops', () => {
  it.each<[string, Value, string]>([
    ['items', [1, [2, 3]], '[1, 2, 3]'],
    ['items', 'x', "['x']"],
    ['list', [1, [2]], '[1, [2]]'],
    ['dict', new Map([['a', 1]]), "[{'key': 'a', 'value': 1}]"],
    ['indexed_items', ['a', 'b'], "[[0, 'a'], [1, 'b']]"],
    ['nested', [['a'], [1, 2]], "[['a', 1], ['a', 2]]"],
    ['together', [['a', 'b'], [1]], "[['a', 1], ['b', None]]"],
    ['flattened', [1, [2, [3]]], '[1, 2, 3]'],
    ['sequence', 'count=2', "['1', '2']"],
    ['fileglob', '/abs/*.conf', "['/abs/a.conf', '/abs/b.conf']"],
    [
      'subelements',
      [
        [
          new Map<string, Value>([
            ['u', 'x'],
            ['keys', [1, 2]],
          ]),
        ],
        'keys',
      ],
      "[[{'u': 'x'}, 1], [{'u': 'x'}, 2]]",
    ],
  ])('%s', (name, terms, want) => {
    expect(repr(lookupItems(name, terms, scope))).toBe(want)
  })

  it('an unknown one', () => {
    expect(() => lookupItems('item', [], scope)).toThrow('there is no lookup item')
  })
})

describe('a lookup that must wait', () => {
  it('suspends the evaluation and is asked once', async () => {
    const asked: string[] = []
    const fetch: Fetch = async (kind, subject) => {
      asked.push(`${kind} ${subject}`)
      return subject.toUpperCase()
    }
    const waiting = scopeOf({ out: template("{{ lookup('pipe', 'b') }}") }, { ask: answers(fetch) })
    const source = new Template("{{ lookup('pipe', 'a') ~ out ~ lookup('url', 'c') ~ out }}")
    expect(await settled(() => evaluate(source, waiting))).toBe('ABCB')
    expect(asked).toEqual(['pipe a', 'pipe b', 'url c'])
  })

  it('fails with what it was answered', async () => {
    const failing = scopeOf({}, { ask: answers(() => Promise.reject(new Error('exit 1'))) })
    await expect(settled(() => evaluate(new Template("{{ lookup('pipe', 'false') }}"), failing))).rejects.toThrow(
      'exit 1',
    )
  })

  it('gives data: what it says is not rendered', async () => {
    const waiting = scopeOf({}, { ask: answers(() => Promise.resolve('{{ 1 + 1 }}')) })
    expect(await settled(() => evaluate(new Template("{{ lookup('pipe', 'x') }}"), waiting))).toBe('{{ 1 + 1 }}')
  })
})
