import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { Template, fromPlain } from '../../engine/value.ts'
import { Scope } from '../../engine/values/scope.ts'
import { evaluate, evaluateText } from '../../engine/values/template.ts'
import { scopeOf, template, varsOf } from './scope-of.ts'

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
