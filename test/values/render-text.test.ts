import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { renderText } from '../../engine/values/template.ts'
import { filesOf, scopeOf } from './scope-of.ts'

const FILES = {
  'templates/base.j2': '<{% block title %}base{% endblock %}|{% block body %}B{% endblock %}>\n',
  'templates/child.j2':
    "{% extends 'base.j2' %}{% set v = 'V' %}\nignored\n{% block title %}child {{ super() }} {{ v }}{% endblock %}\n",
  'templates/grand.j2': "{% extends 'child.j2' %}{% block body %}G{{ self.title() }}{% endblock %}",
  'templates/part.j2': "part {{ name | default('none') }} {{ x | default('nox') }}\n",
  'templates/macros.j2':
    "{% macro m(a, b='d') %}[{{ a }}{{ b }}{{ name | default('noname') }}]{% endmacro %}{% set const = 42 %}{% set _hidden = 1 %}\n",
  'templates/loop.j2': "{{ loop.index if loop is defined else 'noloop' }}{{ item }}",
  'templates/self.j2': "{% include 'self.j2' %}",
  'roles/x/templates/sub/near.j2': 'near',
  'templates/broken.j2': 'fine\n{{ missing }}\n',
}
const tree = [
  { n: 'x', c: [{ n: 'y', c: [] }] },
  { n: 'z', c: [] },
]
const scope = scopeOf({ name: 'ann', tree, d: { b: 1, a: 2 } }, { files: filesOf(FILES) })

/** What Jinja2 3.1 itself renders with trim_blocks. */
const ROWS: readonly (readonly [string, string])[] = [
  ["{% include 'child.j2' %}", '<child base V|B>'],
  ["{% include 'grand.j2' %}", '<child base V|Gchild base V>'],
  [FILES['templates/grand.j2'], '<child base V|Gchild base V>'],
  ["{% set x = 1 %}{% include 'part.j2' %}end", 'part ann 1end'],
  ["{% set x = 1 %}{% include 'part.j2' without context %}end", 'part none noxend'],
  ["a{% include 'nope.j2' ignore missing %}b", 'ab'],
  ["{% include ['nope.j2', 'part.j2'] %}", 'part ann nox'],
  ["{% for f in ['part.j2'] %}{% include f %}{% endfor %}", 'part ann nox'],
  ["{% import 'macros.j2' as t %}{{ t.m(1) }}{{ t.const }}{{ t._hidden is defined }}", '[1dnoname]42False'],
  ["{% import 'macros.j2' as t %}x{{ t | trim }}y", 'xy'],
  ["{% import 'macros.j2' as t with context %}{{ t.m(1, b=2) }}", '[12ann]'],
  ["{% from 'macros.j2' import m as mm, const %}{{ mm('x') }}{{ const }}", '[xdnoname]42'],
  ["{% from 'macros.j2' import m with context %}{{ m('x') }}", '[xdann]'],
  ["{% from 'macros.j2' import zzz %}{{ zzz is defined }}", 'False'],
  ["{% for item in ['a','b'] %}{% include 'loop.j2' %}{% endfor %}", 'noloopanoloopb'],
  ['{% for i in [1,2] %}{% block b scoped %}{{ i }}{% endblock %}{% endfor %}', '12'],
  ['{% if true %}\nx\n{% endif %}\n{# c #}\ny\n', 'x\ny\n'],
  ['{% block a %}1{% block b %}2{% endblock %}{% endblock a %}', '12'],
  [
    "{% macro list(items) %}{% for i in items %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}{% call(i, n) list(['a','b']) %}{{ n }}{{ i }};{% endcall %}",
    '1a;2b;',
  ],
  [
    '{% for i in tree recursive %}{{ i.n }}{{ loop.depth }}{% if i.c %}({{ loop(i.c) }}){% endif %}{% endfor %}',
    'x1(y2)z1',
  ],
  ['{% set v = 1 %}{% macro m() %}{{ v }}{% endmacro %}{% set v = 2 %}{{ m() }}', '2'],
  ['{% macro m(a) %}{% endmacro %}{{ m.name }}', 'm'],
  [
    '{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}',
    '02',
  ],
  ["{% set x = 'a' if name == 'ann' else 'b' %}{{ x }}", 'a'],
  ['{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}', '123'],
  ['a\n{% raw -%}\n  {{ x }}\n{%- endraw %}\nb', 'a\n{{ x }}b'],
  ['a \n {%- set q = 1 -%} \n b', 'ab'],
  ['a\n{#- x -#}\nb', 'ab'],
]

describe('template files render as with Jinja2', () => {
  it.each(ROWS)('%j', (source, want) => {
    expect(renderText(source, scope, { file: 'main.j2' })).toBe(want)
  })
})

describe('options', () => {
  const render = (source: string, options: Partial<Parameters<typeof renderText>[2]> = {}): string =>
    renderText(source, scope, { file: 'main.j2', ...options })

  it('trim_blocks is on unless told otherwise, here or in the header', () => {
    const source = '{% if true %}\nx\n{% endif %}\n'
    expect(render(source)).toBe('x\n')
    expect(render(source, { trimBlocks: false })).toBe('\nx\n')
    expect(render(`#jinja2: trim_blocks:False\n${source}`)).toBe('\nx\n')
    expect(render(`#jinja2:trim_blocks: "no", lstrip_blocks: yes\n  ${source}`)).toBe('\nx\n')
  })

  it('lstrip_blocks takes away what stands before a tag alone in its line', () => {
    const source = '  {% if true %}\n  x\n    {% endif %}\n{#- c -#}\n  {%+ if true %}y{% endif %}\n'
    expect(render(source, { lstripBlocks: true })).toBe('  x\ny\n')
    expect(render('a {% if true %}\nb{% endif %}', { lstripBlocks: true })).toBe('a b')
    expect(render('  {{ name }}', { lstripBlocks: true })).toBe('  ann')
    expect(render('  {%+ if true %}\nx{% endif +%}\ny', { lstripBlocks: true })).toBe('  x\ny')
  })

  it('other marks', () => {
    const options = {
      variableStart: '[[',
      variableEnd: ']]',
      blockStart: '[%',
      blockEnd: '%]',
      commentStart: '[#',
      commentEnd: '#]',
    }
    expect(render('[% if true %]{{ [[ d["a"] ]] }}[# gone #][% endif %]', options)).toBe('{{ 2 }}')
    expect(render("#jinja2:variable_start_string:'[%', variable_end_string:'%]'\n[% name %] {{ name }}")).toBe(
      'ann {{ name }}',
    )
  })

  it.each([
    [': if true\nfoo\n: endif\n', 'foo\n'],
    ['a\n  : for x in [1,2]:\n{{x}}\n  : endfor\nb', 'a\n1\n2\nb'],
    ['a\n:- if true\nb\n: endif\n\n\nc\n', 'ab\nc\n'],
    ['a\n: set x = [1,\n 2]\n{{ x }}', 'a\n[1, 2]'],
    ['a ## c\nb\n  ## d\ne {{ 1 }}##f\n{% if 1 %}\ny\n: endif', 'a\nb\n\ne 1\ny\n'],
    ['x: if', 'x: if'],
  ])('lines that are statements or comments: %j', (source, wanted) => {
    expect(render(`#jinja2: line_statement_prefix:":", line_comment_prefix:"##"\n${source}`)).toBe(wanted)
  })

  it('line breaks', () => {
    expect(render('a\r\nb\rc\n{{ name }}\r\n')).toBe('a\nb\nc\nann\n')
    expect(render('a\nb\n', { newlineSequence: '\r\n' })).toBe('a\r\nb\r\n')
  })

  it('the last line keeps its break, or its lack of one', () => {
    expect(render('{{ name }}')).toBe('ann')
    expect(render('{{ name }}\n')).toBe('ann\n')
    expect(render('{{ name }}\n\n\n')).toBe('ann\n\n\n')
    expect(render('{% if true %}x{% endif %}\n')).toBe('x\n')
  })

  it('load finds the files that are included', () => {
    const load = (name: string) => (name === 'x' ? { file: 'x.j2', source: 'X{{ name }}' } : undefined)
    expect(render("{% include 'x' %}", { load })).toBe('Xann')
    expect(() => render("{% include 'y' %}", { load })).toThrow('there is no template y')
  })

  it('a file beside the template is found too', () => {
    expect(render("{% include 'near.j2' %}", { file: 'roles/x/templates/sub/main.j2' })).toBe('near')
    expect(() => render("{% include 'near.j2' %}")).toThrow('there is no template near.j2')
  })

  it('values print as Python prints them', () => {
    expect(render('{{ [true, none, 1.0] }} {{ true }} {{ none }} {{ d }}')).toBe(
      "[True, None, 1.0] True  {'b': 1, 'a': 2}",
    )
  })

  it('a backslash escapes, which it does not in a playbook', () => {
    expect(render(String.raw`{{ 'a\tb' }}`)).toBe('a\tb')
  })
})

describe('errors of files', () => {
  const place = (source: string): string => {
    try {
      return renderText(source, scope, { file: 'main.j2' })
    } catch (error) {
      if (!(error instanceof KplayError)) throw error
      return `${error.code} ${error.place?.file ?? ''}:${error.place?.line ?? ''}:${error.place?.column ?? ''}`
    }
  }

  it('stand in the file where they were written', () => {
    expect(place("a\n{% include 'broken.j2' %}")).toBe('UNDEFINED templates/broken.j2:2:4')
    expect(place("a\n{% include 'nope.j2' %}")).toBe('NOT_FOUND main.j2:2:4')
    expect(place("{% import 'macros.j2' as t %}\n{{ t.nope(1) }}")).toBe('UNDEFINED main.j2:2:6')
  })

  it('files that include each other without end', () => {
    expect(place("{% include 'self.j2' %}")).toMatch(/^EVALUATION /)
  })
})
