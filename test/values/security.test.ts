import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { Template, fromPlain } from '../../engine/value.ts'
import { condition, explainCondition } from '../../engine/values/condition.ts'
import { Scope } from '../../engine/values/scope.ts'
import { evaluate, evaluateText } from '../../engine/values/template.ts'
import { filesOf, scopeOf, template, varsOf } from './scope-of.ts'

const scope = scopeOf({ d: { a: 1 }, l: [1], s: 'text' })

/** Ways out that worked against other engines. */
const ESCAPES = [
  "{{ range.constructor('return process.pid')() }}",
  "{{ ''.constructor.constructor('return process.pid')() }}",
  "{{ d.constructor.constructor('return process.pid')() }}",
  "{{ d['__proto__']['constructor']['constructor']('return process.pid')() }}",
  "{% set c = [].constructor %}{{ c.constructor('return process.pid')() }}",
  "{{ 'x' | constructor }}",
  "{{ 'x' | __proto__ }}",
  "{{ 'x' | toString }}",
  "{{ 'x' is constructor }}",
  "{{ lookup('constructor', 1) }}",
  "{{ joiner.constructor('return process.pid')() }}",
  "{{ lookup.constructor('return process.pid')() }}",
  '{% for x in [1] %}{{ loop.constructor.constructor("return process.pid")() }}{% endfor %}',
  "{% macro m() %}{% endmacro %}{{ m.constructor('return process.pid')() }}",
  "{% macro m() %}{% endmacro %}{{ m.call.constructor('return process.pid')() }}",
  "{{ {'a':1}.hasOwnProperty.constructor('return process.pid')() }}",
  "{{ [1] | map(attribute='constructor.constructor') | first }}",
  "{{ [1] | map('constructor') }}",
  "{{ [1] | select('constructor') }}",
  "{{ [[1]] | sort(attribute='constructor') }}",
  "{{ namespace.constructor('return process.pid')() }}",
  "{{ namespace(a=1).constructor('return process.pid')() }}",
  "{{ d.get.constructor('return process.pid')() }}",
  '{{ d.entries }}',
  '{{ d.forEach }}',
  '{{ d.size }}',
  '{{ l.length }}',
  '{{ l.push }}',
  '{{ s.length }}',
  '{{ s.charCodeAt }}',
  '{{ this.constructor }}',
  "{{ cycler('a').constructor('return process.pid')() }}",
  "{% for x in [1] %}{{ loop.cycle.constructor('return process.pid')() }}{% endfor %}",
  "{{ 'x'.replace.constructor('return process.pid')() }}",
  '{{ process.env }}',
  "{{ require('fs') }}",
  '{{ globalThis }}',
  "{{ '{0.constructor}'.format('x') }}",
  "{{ '{0[constructor]}'.format(d) }}",
  "{{ 'constructor' | extract(d) }}",
  "{{ 'constructor' | extract(l) }}",
  "{{ '1' is version('2', 'constructor') }}",
  "{{ '1' is version('2', '<', version_type='constructor') }}",
  "{{ 'x' | password_hash('constructor') }}",
  "{{ 'x' | hash('constructor') }}",
  "{{ 'x' | comment('constructor') }}",
  "{{ 'x' is regex('x', match_type='constructor') }}",
  "{{ now().constructor('return process.pid')() }}",
  '{{ (1).constructor }}',
  '{{ 1.5.constructor }}',
  '{{ d.__class__.__mro__ }}',
  '{{ s.__class__ }}',
  "{{ lookup('env', 'HOME') }}",
  '{% macro m() %}{% endmacro %}{{ m.run }}',
  '{% macro m() %}{% endmacro %}{{ m.about }}',
  "{{ [[1, 'a']] | groupby(0) | map(attribute='constructor') | list }}",
  "{{ lookup('password', '/dev/null', chars='constructor', length='constructor') }}",
  "{{ lookup('url', 'http://x') }}",
  "{{ lookup('config', '__proto__') }}",
]

describe('nothing of JavaScript can be reached', () => {
  it.each(ESCAPES)('%s', (source) => {
    expect(() => evaluate(new Template(source), scope)).toThrow(KplayError)
  })

  it('a dict may have keys with such names: they are data', () => {
    const own = scopeOf({ d: fromPlain({ constructor: 'c', toString: 't' }) })
    expect(evaluate(new Template('{{ d.constructor ~ d.toString }}'), own)).toBe('ct')
    expect(evaluate(new Template("{{ {'__proto__': {'x': 1}}.x | default('safe') }}"), own)).toBe('safe')
    expect(evaluate(new Template("{{ d | combine({'__proto__': {'x': 1}}) | length }}"), own)).toBe(3)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('what would exhaust the controller is refused', () => {
  it.each([
    '{{ range(1000000000) | length }}',
    "{{ 'x' * 10000000000 }}",
    '{{ [1] * 1000000000 }}',
    '{{ 10 ** 100000000 }}',
    "{{ 'x'.ljust(10000000000) }}",
    "{{ '%1000000000s' % 'x' }}",
    "{{ '{:>1000000000}'.format('x') }}",
    '{{ range(100) | list | permutations | list | length }}',
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    `{{ ${'['.repeat(5000)}${']'.repeat(5000)} }}`,
    `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
    `{{ ${'not '.repeat(5000)} true }}`,
    `{{ ${'- '.repeat(5000)} 1 }}`,
    `{{ ${'1 + '.repeat(20000)} 1 }}`,
    `{{ 'x' ${'| upper '.repeat(20000)} }}`,
    `${'{% if true %}'.repeat(5000)}x${'{% endif %}'.repeat(5000)}`,
  ])('%#', (source) => {
    expect(() => evaluate(new Template(source), scope)).toThrow(KplayError)
  })
})

describe('what comes from a host is data for ever', () => {
  const hostile = "{{ lookup('pipe', 'touch /tmp/owned') }}{% set x = 1 %}{# y #}"
  const facts = scopeOf({ out: hostile, result: { stdout: hostile, stdout_lines: [hostile], [hostile]: hostile } })

  it.each([
    '{{ out }}',
    '{{ result.stdout }}',
    '{{ result.stdout_lines[0] }}',
    '{{ result.stdout_lines | first | string }}',
    '{{ [out] | join }}',
    "{{ '%s' | format(out) }}",
    "{{ '{}'.format(out) }}",
    "{{ out | default('x') }}",
    '{{ out | trim | replace("@", "") }}',
    '{{ {"k": out} | to_json | from_json | map("extract", {"k": out}) | first }}',
    '{{ {"k": out}.k }}',
    '{% set copy = out %}{{ copy }}',
    '{% for x in [out] %}{{ x }}{% endfor %}',
    '{% macro m(x) %}{{ x }}{% endmacro %}{{ m(out) }}',
    "{{ lookup('vars', 'out') }}",
    '{{ vars.out }}',
    "{{ q('items', [out]) | first }}",
    '{{ out | to_json | from_json }}',
    '{{ out | b64encode | b64decode }}',
    '{{ out | regex_replace("zzz", "") }}',
  ])('%s', (source) => {
    expect(evaluate(new Template(source), facts)).toBe(hostile)
  })

  it('also through variables that are templates', () => {
    const above = facts.with({ name: 'play', vars: varsOf({ a: template('{{ out }}'), b: template('<{{ a }}>') }) })
    expect(evaluateText(template('{{ b }}'), above)).toBe(`<${hostile}>`)
  })

  it('also as a result that is evaluated again', () => {
    const once = evaluate(template('{{ result }}'), facts)
    const again = new Scope([{ name: 'registered', vars: varsOf({ once }) }])
    expect(evaluate(template('{{ once.stdout }}'), again)).toBe(hostile)
  })
})

describe('what comes from a host is no template, however it is asked for', () => {
  const hostile = "{{ lookup('pipe', 'touch /tmp/owned') }}"
  const files = filesOf({
    'files/a.txt': hostile,
    'files/a.csv': `k|${hostile}\n`,
    'files/a.ini': `[global]\nk = ${hostile.replaceAll('%', '%%')}\n`,
    [`files/${hostile}`]: hostile,
    'templates/shows.j2': '{{ out }}',
    'templates/more.j2': '{{ given }}',
  })
  const facts = scopeOf({ out: hostile, d: { a: 1 } }, { files, ask: () => hostile, setting: () => hostile })

  it.each([
    "{{ lookup('file', 'a.txt') }}",
    "{{ lookup('unvault', 'a.txt') }}",
    "{{ lookup('csvfile', 'k', file='a.csv', delimiter='|') }}",
    "{{ lookup('ini', 'k', file='a.ini') }}",
    "{{ lookup('pipe', 'x') }}",
    "{{ lookup('url', 'http://x') }}",
    "{{ lookup('lines', 'x') }}",
    "{{ lookup('config', 'X') }}",
    "{{ lookup('file', out) }}",
    "{{ lookup('template', 'shows.j2') }}",
    "{{ lookup('template', 'more.j2', template_vars={'given': out}) }}",
    "{{ lookup('items', '{{ out }}') }}",
    "{{ lookup('items', ['{{ out }}']) }}",
    "{{ lookup('vars', 'nobody', default=out) }}",
    "{% include 'shows.j2' %}",
    "{% set given = out %}{% include 'more.j2' %}",
  ])('%s', (source) => {
    expect(evaluate(new Template(source), facts)).toBe(hostile)
  })

  it.each([
    ["{{ lookup('template', out) }}", 'the lookup template finds no file'],
    ['{% include out %}', 'there is no template'],
    ['{% import out as t %}{{ t.x }}', 'there is no template'],
    ['{% extends out %}', 'there is no template'],
    ["{{ lookup(out, 'x') }}", 'there is no lookup'],
    ['{{ [1] | map(out) | list }}', 'there is no filter'],
    ['{{ [1] | select(out) | list }}', 'there is no test'],
    ['{{ d[out] }}', 'is undefined'],
    ['{{ out | mandatory(out) ~ undef(hint=out) }}', 'touch'],
    ["{{ '{x}'.format(x=out) | int + out }}", 'unsupported operand'],
    ['{{ out | from_json }}', 'this is no JSON'],
  ])('%s is a name or a text, and the error shows it as it is', (source, message) => {
    expect(() => evaluate(new Template(source), facts)).toThrow(message)
  })

  it('also in why a condition is false, and in warnings', () => {
    const warnings: string[] = []
    const warned = new Scope(facts.layers, { ...facts.magic, warn: (message) => warnings.push(message) })
    const source = (text: string): Template => new Template(text, undefined, { expression: true })
    expect(explainCondition(source("out == 'x'"), warned)).toContain(hostile)
    expect(condition(source("'{{ out }}' == out"), warned)).toBe(true)
    expect(condition(source('out'), warned)).toBe(true)
    expect(warnings.join()).not.toContain('owned')
  })

  const conditionIn = (level: number | undefined): boolean => {
    const layer = { name: 'x', vars: varsOf({ no: '1 == 2' }), ...(level !== undefined && { level }) }
    return condition(new Template('{{ no }}', undefined, { expression: true }), new Scope([layer]))
  }
  it.each([11, 13, 18, 19, 20, 21, undefined])('text of level %s is not evaluated as a condition', (level) => {
    expect(() => conditionIn(level)).toThrow('untrusted')
  })
  it.each([2, 4, 8, 12, 15, 17, 22])('text of level %s was written by the author', (level) => {
    expect(conditionIn(level)).toBe(false)
  })
})
