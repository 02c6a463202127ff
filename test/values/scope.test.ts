import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { Template } from '../../engine/value.ts'
import type { Raw } from '../../engine/value.ts'
import { Scope, scopeDict } from '../../engine/values/scope.ts'
import type { Layer } from '../../engine/values/scope.ts'
import { OMIT, evaluate, evaluateText } from '../../engine/values/template.ts'
import { scopeOf, template, varsOf } from './scope-of.ts'

const layer = (name: string, vars: Parameters<typeof varsOf>[0]): Layer => ({ name, vars: varsOf(vars) })

describe('which variable wins', () => {
  const scope = new Scope([
    layer('defaults', { a: 1, b: 1, c: 1 }),
    layer('group', { b: 2, c: 2 }),
    layer('extra', { c: 3 }),
  ])

  it('the one of the highest layer', () => {
    expect(['a', 'b', 'c'].map((name) => scope.get(name))).toEqual([1, 2, 3])
    expect(scope.lookup('b')).toEqual({ value: 2 })
    expect(scope.get('d')).toBeUndefined()
    expect(scope.has('c')).toBe(true)
    expect(scope.has('constructor')).toBe(false)
  })

  it('a derived scope has more layers and leaves the first one alone', () => {
    const above = scope.with(layer('task', { a: 9 }), layer('loop', { item: 'x' }))
    expect([above.get('a'), above.get('item'), above.get('c')]).toEqual([9, 'x', 3])
    expect([scope.get('a'), scope.get('item')]).toEqual([1, undefined])
  })

  it('origin names everybody who defines it, the weakest first', () => {
    expect(scope.origin('c')).toEqual([
      { layer: 'defaults', variable: { value: 1 } },
      { layer: 'group', variable: { value: 2 } },
      { layer: 'extra', variable: { value: 3 } },
    ])
  })

  it('a template sees what wins where it is used, not where it was written', () => {
    const below = new Scope([layer('defaults', { port: 80, url: template('http://h:{{ port }}') })])
    expect(below.get('url')).toBe('http://h:80')
    expect(below.with(layer('extra', { port: 8080 })).get('url')).toBe('http://h:8080')
  })

  it('magic names win over all layers', () => {
    const magic = {
      values: varsOf({ inventory_hostname: 'web1' }),
      lazy: { groups: () => new Map([['all', ['web1']]]) },
    }
    const own = new Scope([layer('extra', { inventory_hostname: 'x', groups: 'y' })], magic)
    expect(evaluate(template('{{ inventory_hostname }} {{ groups.all }}'), own)).toBe("web1 ['web1']")
    expect([...own.names()].sort()).toEqual(['groups', 'inventory_hostname'])
    expect(own.origin('inventory_hostname').at(-1)?.layer).toBe('magic variables')
  })
})

describe('hash_behaviour merge', () => {
  const merged = (...layers: readonly Layer[]): Scope => new Scope(layers, { mergeDicts: true })
  const dict = (entries: readonly (readonly [string, Raw])[]): Raw => new Map<string, Raw>(entries)

  it('puts dicts of all layers together, key by key and deep; lists and templates count as a whole', () => {
    const scope = merged(
      layer('low', {
        d: dict([
          ['a', 1],
          [
            'in',
            dict([
              ['x', 1],
              ['y', template('{{ 1 + 1 }}')],
            ]),
          ],
          ['l', [1]],
        ]),
      }),
      layer('middle', { other: 1 }),
      layer('high', {
        d: dict([
          ['in', dict([['x', 3]])],
          ['l', [2]],
          ['b', 4],
        ]),
      }),
    )
    expect(evaluateText(template('{{ d | to_json }}'), scope)).toBe(
      '{"a": 1, "in": {"x": 3, "y": 2}, "l": [2], "b": 4}',
    )
  })

  it.each<[string, Raw, unknown]>([
    ['a text', 'x', 'x'],
    ['a template', template("{{ {'b': 2} }}"), new Map([['b', 2]])],
  ])('%s above a dict replaces it', (_, high, want) => {
    const scope = merged(layer('low', { d: dict([['a', 1]]) }), layer('high', { d: high }))
    expect(evaluate(template('{{ d }}'), scope)).toEqual(want)
  })

  it('what is no dict ends what is merged below it', () => {
    const scope = merged(
      layer('1', { d: dict([['a', 1]]) }),
      layer('2', { d: 'x' }),
      layer('3', { d: dict([['b', 2]]) }),
    )
    expect(evaluate(template('{{ d }}'), scope)).toEqual(new Map([['b', 2]]))
  })

  it('without it the strongest dict is all', () => {
    const scope = new Scope([layer('low', { d: dict([['a', 1]]) }), layer('high', { d: dict([['b', 2]]) })])
    expect(evaluate(template('{{ d }}'), scope)).toEqual(new Map([['b', 2]]))
  })
})

describe('what is not asked for is not rendered', () => {
  const broken = template('{{ nobody }}')

  it('in a variable', () => {
    const scope = scopeOf({ good: template('{{ 1 + 1 }}'), broken })
    expect(evaluate(template('{{ good }}'), scope)).toBe(2)
    expect(evaluate(template("{{ 'x' if good == 2 else broken }}"), scope)).toBe('x')
  })

  it('in a dict and in a list', () => {
    const scope = scopeOf({
      d: new Map([
        ['good', template('{{ 2 }}')],
        ['broken', broken],
      ]),
      l: [template('{{ 1 }}'), broken],
    })
    expect(evaluate(template('{{ d.good + l[0] + (d | length) + (l | length) }}'), scope)).toBe(7)
    expect(evaluate(template("{{ d.keys() | join(',') }}"), scope)).toBe('good,broken')
    expect(() => evaluate(template('{{ d }}'), scope)).toThrow("'nobody' is undefined")
    expect(() => evaluate(template('{{ l }}'), scope)).toThrow("'nobody' is undefined")
  })

  it('twice', () => {
    let made = 0
    const count = (): number => ++made
    const scope = new Scope([layer('play', { twice: template('{{ counted }}') })], { lazy: { counted: count } })
    expect(evaluate(template('{{ twice }}{{ twice }}{{ counted }}'), scope)).toBe('111')
  })

  it('of another host', () => {
    const hosts = ['a', 'b']
    const scopes = new Map(
      hosts.map((name) => [name, new Scope([layer('host', { me: name, x: template('{{ me }}!'), broken })])]),
    )
    const scope = new Scope([], { hostvars: { names: () => hosts, scope: (name) => scopes.get(name) } })
    expect(evaluate(template("{{ hostvars['b'].x }} {{ hostvars.a['me'] }} {{ hostvars | length }}"), scope)).toBe(
      'b! a 2',
    )
    expect(evaluate(template("{{ hostvars.keys() | map('extract', hostvars, 'x') | join }}"), scope)).toBe('a!b!')
    expect(evaluate(template("{{ hostvars.c.x | default('none') }} {{ 'a' in hostvars }}"), scope)).toBe('none True')
    expect(
      evaluate(template("{{ ['a', 'b'] | map('extract', hostvars) | map(attribute='me') | list }}"), scope),
    ).toEqual(hosts)
  })

  it('a scope as a dict', () => {
    const dict = scopeDict(scopeOf({ a: template('{{ 1 }}'), broken }))
    expect(dict.get('a')).toBe(1)
    expect(dict.get('zzz')).toBeUndefined()
    expect(dict.size).toBe(2)
  })
})

describe('a variable that needs itself', () => {
  it('is named with the way that led back to it', () => {
    const scope = scopeOf({
      a: template('{{ b }}', 3, 4),
      b: template('{{ c.x }}'),
      c: new Map([['x', template('{{ a }}')]]),
    })
    expect(() => evaluate(template('{{ a }}'), scope)).toThrow('a variable needs itself: a → b → a')
  })

  it('does not hurt where two parts of one dict need each other in turn', () => {
    const d = new Map([
      ['base', template('/opt')],
      ['home', template('{{ d.base }}/kafka')],
      ['logs', template('{{ d.home }}/logs')],
    ])
    expect(evaluate(template('{{ d.logs }}'), scopeOf({ d }))).toBe('/opt/kafka/logs')
  })

  it('inside a dict', () => {
    const d = new Map([['x', template('{{ d.x }}')]])
    expect(() => evaluate(template('{{ d.x }}'), scopeOf({ d }))).toThrow(/needs itself/)
  })
})

describe('changes by a template stay in it', () => {
  const list = Object.freeze([1, 2])
  const dict: ReadonlyMap<string, number> = new Map([['a', 1]])
  const scope = scopeOf({ list, dict, wrapped: template('{{ list }}') })

  it.each([
    ['{% set _ = list.append(3) %}{{ list }}', '[1, 2, 3]'],
    ["{{ dict.update({'b': 2}) }}{{ dict | string }}", "{'a': 1, 'b': 2}"],
    ['{% set l = wrapped %}{% set _ = l.extend([5]) %}{{ l | string }}', '[1, 2, 5]'],
    ["{% set m = {'list': list} %}{% set _ = m.list.append(9) %}{{ m.list | string }}", '[1, 2, 9]'],
    ['{% for x in [1] %}{% set _ = list.insert(0, 0) %}{% endfor %}{{ list | string }}', '[0, 1, 2]'],
    ["{{ dict['update']({'c': 1}) }}{{ dict | length }}", 2],
  ])('%s', (source, want) => {
    const got = evaluate(template(source), scope)
    expect(typeof want === 'number' ? got : evaluateText(template('{{ x | string }}'), scopeOf({ x: got }))).toBe(want)
    expect(list).toEqual([1, 2])
    expect([...dict]).toEqual([['a', 1]])
    expect(evaluate(template('{{ list | length + dict | length }}'), scope)).toBe(3)
  })
})

describe('no way round the copies', () => {
  it.each([
    "{{ list['app' ~ 'end'](3) }}",
    "{{ (list | attr('app' ~ 'end'))(3) }}",
    "{{ ([list] | map(attribute='app' ~ 'end') | first)(3) }}",
    "{{ ('app' ~ 'end' | extract(list))(3) }}",
  ])('%s', (source) => {
    const list = [1]
    const scope = new Scope([layer('play', { list })])
    expect(() => evaluate(template(source), scope)).toThrow(KplayError)
    expect(list).toEqual([1])
  })
})

describe('evaluate', () => {
  const scope = scopeOf({ n: 5, t: '5', l: [1], nothing: null })

  it('keeps what is no template as it is, the very same object', () => {
    const data = new Map([['a', ['{{ n }}', 1]]])
    expect(evaluate(data, scope)).toBe(data)
    expect(evaluate('{{ n }}', scope)).toBe('{{ n }}')
  })

  it('renders deep', () => {
    const raw = new Map([['a', [template('{{ n }}'), new Map([['b', template('x{{ n }}')]])]]])
    expect(evaluate(raw, scope)).toEqual(new Map([['a', [5, new Map([['b', 'x5']])]]]))
  })

  it('gives native values, and text that looks like a number stays text', () => {
    expect(evaluate(template('{{ n }}'), scope)).toBe(5)
    expect(evaluate(template('{{ t }}'), scope)).toBe('5')
    expect(evaluate(template('{{ n }}{{ n }}'), scope)).toBe('55')
    expect(evaluate(template(' {{ n }}'), scope)).toBe(' 5')
    expect(evaluate(template('{{ l }}'), scope)).toEqual([1])
    expect(evaluate(template('{{ nothing }}'), scope)).toBeNull()
  })

  it('takes away what is omitted', () => {
    const raw = new Map<string, Raw>([
      ['mode', template('{{ mode | default(omit) }}')],
      ['path', template('/x')],
      ['list', [template('{{ omit }}'), 1]],
    ])
    expect(evaluate(raw, scope)).toEqual(
      new Map<string, unknown>([
        ['path', '/x'],
        ['list', [1]],
      ]),
    )
    expect(evaluate(template('{{ mode | default(omit) }}'), scope)).toBe(OMIT)
    expect(evaluate(template("{{ {'a': omit, 'b': [omit]} }}"), scope)).toEqual(new Map([['b', []]]))
    expect(evaluateText(template('a{{ omit }}b'), scope)).toBe('ab')
  })

  it('evaluateText prints as Python does', () => {
    expect(evaluateText(template('{{ [true, none, 1.0, "x"] }}'), scope)).toBe("[True, None, 1.0, 'x']")
    expect(evaluateText(null, scope)).toBe('')
    expect(evaluateText(5, scope)).toBe('5')
  })

  it('parses a template once', () => {
    const once = new Template('{{ n + 1 }}')
    const other = scope.with(layer('more', { n: 6 }))
    expect([evaluate(once, scope), evaluate(once, other)]).toEqual([6, 7])
  })

  it('says so when a variable in the middle is undefined', () => {
    const own = scopeOf({ a: template('{{ b }}'), b: template('{{ missing }}', 7, 3) })
    expect(() => evaluate(template('{{ a }}'), own)).toThrow(KplayError)
    expect(evaluate(template("{{ a | default('d') }}"), own)).toBe('d')
    expect(evaluate(template('{{ a is defined }}'), own)).toBe(false)
  })
})
