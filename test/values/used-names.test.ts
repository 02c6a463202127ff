import { describe, expect, it } from 'vitest'
import { names } from '../../engine/values/used-names.ts'
import { expression, template } from './scope-of.ts'

describe('the names that a template touches', () => {
  it.each([
    ['{{ a.b[c] | default(d, boolean=e) }}', ['a', 'c', 'd', 'e']],
    ['{{ x is version(y) and z in [w] }}', ['w', 'x', 'y', 'z']],
    ['{% for i in list if i > min %}{{ loop.index }}{{ i }}{{ out }}{% endfor %}', ['list', 'min', 'out']],
    ['{% set a = b %}{{ a }}', ['b']],
    ['{% macro m(p, q=r) %}{{ p }}{{ q }}{{ s }}{% endmacro %}{{ m(1) }}', ['r', 's']],
    ["{% import 'x' as lib %}{% from 'y' import f as g %}{{ lib.a(b) }}{{ g() }}", ['b']],
    ["{{ lookup('file', path) }} {{ range(n) }} {{ omit }} {{ now() }}", ['n', 'path']],
    ['{% with a = b %}{{ a }}{{ c }}{% endwith %}', ['b', 'c']],
    ['{% call(x) mac(y) %}{{ x }}{{ z }}{% endcall %}', ['mac', 'y', 'z']],
    ['{{ [a, {"k": b}, (c,)][d:e] ~ f if g else h }}', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']],
    ["{{ lookup('vars', 'a', 'b') }}", ['a', 'b']],
    ["{{ lookup('vars', 'a' ~ b) }}", ['b', 'vars']],
    ["{{ q(kind, 'x') }} {{ lookup('template', 'x') }}", ['kind', 'vars']],
    ["{{ lookup('vars', 'a', default=c) }}", ['a', 'c']],
    ['no names', []],
  ])('%s', (source, want) => {
    expect([...names(template(source))].sort()).toEqual(want)
  })

  it('of a bare expression', () => {
    expect([...names(expression("result.rc == 0 and 'x' in result.stdout"))]).toEqual(['result'])
  })
})
