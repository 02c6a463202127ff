import { describe, expect, it } from 'vitest'
import { KplayError, KplayErrors } from '../../engine/errors.ts'
import type { Template } from '../../engine/value.ts'
import { compile, evaluate, renderText } from '../../engine/values/template.ts'
import { expression, scopeOf, template, varsOf } from './scope-of.ts'

const scope = scopeOf({ kafka_heap: '1g', d: { alpha: 1, beta: 2 }, l: [1], n: 5, text: 'abc' })

/** code line:column message (hint) */
function failureOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    return describeError(error)
  }
  return 'no error'
}

function describeError({ code, message, hint, place }: KplayError): string {
  const where = place ? `${place.line}:${place.column}` : '-'
  return `${code} ${where} ${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** Templates begin at line 10, column 5. */
const at = (source: string): Template => template(source, 10, 5)

describe('an error says what, where and what to do', () => {
  it.each([
    // syntax
    ['{{ foo bar }}', 'BAD_TEMPLATE 10:12 expected "}}", got bar'],
    ['{{ 1 + }}', 'BAD_TEMPLATE 10:12 expected an expression, got }}'],
    ['{{ (1 + 2 }}', 'BAD_TEMPLATE 10:15 expected ")", got }'],
    ["{{ 'abc }}", `BAD_TEMPLATE 10:8 the string that ' opens has no end`],
    ['{{ a.b. }}', 'BAD_TEMPLATE 10:13 expected a name after ".", got }}'],
    ['{{ }}', 'BAD_TEMPLATE 10:8 expected an expression, got }}'],
    ['{{ a', 'BAD_TEMPLATE 10:9 expected "}}", got end of the template'],
    ['text {% if n %}x', 'BAD_TEMPLATE 10:13 {% if %} has no {% endif %}'],
    ['{% for x in l %}{% endif %}', 'BAD_TEMPLATE 10:24 {% endif %} closes nothing that is open here: {% for %} is'],
    ['{% inculde l %}', 'BAD_TEMPLATE 10:8 unknown tag inculde (did you mean include?)'],
    ['{% if n %}\n  {{ d. }}\n{% endif %}', 'BAD_TEMPLATE 11:13 expected a name after ".", got }}'],
    ['{{ a ? b : c }}', 'BAD_TEMPLATE 10:10 unexpected "?"'],
    ['{{ {1 2} }}', 'BAD_TEMPLATE 10:11 expected ":" after the key of a dict, got 2'],
    ['{{ f(a=1, 2 }}', 'BAD_TEMPLATE 10:17 expected "," or ")", got }'],
    ['{# never closed', 'BAD_TEMPLATE 10:5 the comment has no #}'],
    ['a {% raw %} b', 'BAD_TEMPLATE 10:7 {% raw %} has no {% endraw %}'],
    // names
    ['{{ missing }}', "UNDEFINED 10:8 'missing' is undefined"],
    ['{{ kafka_hep }}', "UNDEFINED 10:8 'kafka_hep' is undefined (did you mean kafka_heap?)"],
    [
      '{{ d.alpa }}',
      "UNDEFINED 10:10 'd.alpa' is undefined: object of type 'dict' has no attribute 'alpa' (did you mean alpha?)",
    ],
    [
      '{{ d.zzz }}',
      "UNDEFINED 10:10 'd.zzz' is undefined: object of type 'dict' has no attribute 'zzz' (there is: alpha, beta)",
    ],
    [
      "{{ d['zzz'] }}",
      "UNDEFINED 10:9 'd['zzz']' is undefined: object of type 'dict' has no attribute 'zzz' (there is: alpha, beta)",
    ],
    ['{{ l[7] }}', "UNDEFINED 10:9 'l[7]' is undefined: list object has no element 7"],
    [
      '{{ d.zzz.x.y }}',
      "UNDEFINED 10:10 'd.zzz' is undefined: object of type 'dict' has no attribute 'zzz' (there is: alpha, beta)",
    ],
    ['a\nb {{ missing }}', "UNDEFINED 11:10 'missing' is undefined"],
    ['{{ n | nofilter }}', 'BAD_TEMPLATE 10:12 there is no filter nofilter'],
    ['{{ l | joon }}', 'BAD_TEMPLATE 10:12 there is no filter joon (did you mean join?)'],
    ['{{ n is evn }}', 'BAD_TEMPLATE 10:13 there is no test evn (did you mean even?)'],
    ["{{ lookup('fil', 'x') }}", 'BAD_TEMPLATE 10:8 there is no lookup fil (did you mean file?)'],
    ['{{ nofn(1) }}', "UNDEFINED 10:8 'nofn' is undefined"],
    ['{{ n(1) }}', 'EVALUATION 10:8 n is no function'],
    // values
    ['{{ text + 1 }}', `EVALUATION 10:13 can only concatenate str (not "int") to str`],
    ['{{ text < 1 }}', "EVALUATION 10:13 '<' not supported between instances of 'str' and 'int'"],
    ['{{ 1 / 0 }}', 'EVALUATION 10:10 division by zero'],
    ['{{ n | length }}', "EVALUATION 10:12 object of type 'int' has no len()"],
    ['{{ n | join }}', "EVALUATION 10:12 'int' object is not iterable: join needs a list"],
    ['{{ text | replace }}', 'EVALUATION 10:15 replace needs the argument old'],
    ['{{ text | indent(wdith=2) }}', 'EVALUATION 10:15 indent has no argument wdith (it has: width, first, blank)'],
    ['{{ text | lower(1) }}', 'EVALUATION 10:15 lower takes at most 0 arguments, got 1'],
    ['{% for x in n %}{% endfor %}', "EVALUATION 10:8 'int' object is not iterable: for needs a list"],
    ['{{ [1, 2].pop(9) }}', 'EVALUATION 10:15 pop index out of range'],
    ["{{ '[' | from_json }}", 'EVALUATION 10:14 this is no JSON: Unexpected end of JSON input'],
    ["{{ 'x' | regex_search('(') }}", "EVALUATION 10:14 '(' is no regular expression: unterminated group"],
    ['{% set a, b = [1] %}', 'EVALUATION 10:12 2 names, but 1 values to assign to them'],
    ['{% set d.x = 1 %}', 'EVALUATION 10:12 only members of a namespace can be assigned to (make it with namespace())'],
    ['{{ range }}', 'EVALUATION - the result is a function, which is no value (call it, or use what it holds)'],
    ["{{ 'x' if false }}", 'UNDEFINED 10:8 the condition is false, and the inline if has no else'],
  ])('%s', (source, want) => {
    expect(failureOf(() => evaluate(at(source), scope))).toBe(want)
  })

  it('a bare expression counts from its first character', () => {
    expect(failureOf(() => evaluate(expression('n > 1 and mising', 3, 11), scope))).toBe(
      "UNDEFINED 3:21 'mising' is undefined",
    )
    expect(failureOf(() => evaluate(expression('n == ', 3, 11), scope))).toBe(
      'BAD_TEMPLATE 3:16 expected an expression, got end of the template',
    )
    expect(failureOf(() => evaluate(expression('n = 5', 3, 11), scope))).toBe(
      'BAD_TEMPLATE 3:13 unexpected = after the expression',
    )
  })

  it('an error in a variable stands where the variable was written', () => {
    const vars = varsOf({ heap: template('{{ kafka_hepa }}g', 42, 7), outer: template('x {{ heap }}', 50, 3) })
    const above = scope.with({ name: 'group_vars', vars })
    expect(failureOf(() => evaluate(at('{{ outer }}'), above))).toBe(
      "UNDEFINED 42:10 'kafka_hepa' is undefined (did you mean kafka_heap?)",
    )
    expect(failureOf(() => evaluate(at('{{ heap | default(1 / 0) }}'), above))).toBe(
      'EVALUATION 10:25 division by zero',
    )
  })

  it('a template file counts its own lines, the header too', () => {
    const render = (source: string) => () => renderText(source, scope, { file: 'server.j2' })
    expect(failureOf(render('a\nb\n  {{ missing }}\n'))).toBe("UNDEFINED 3:6 'missing' is undefined")
    expect(failureOf(render('#jinja2: trim_blocks: false\nb {{ missing }}\n'))).toBe(
      "UNDEFINED 2:6 'missing' is undefined",
    )
    expect(failureOf(render('{% macro m(x) %}\n{{ x + 1 }}\n{% endmacro %}\n{{ m("a") }}'))).toBe(
      'EVALUATION 2:6 can only concatenate str (not "int") to str',
    )
  })
})

describe('compile', () => {
  const problems = (source: string): string[] => {
    try {
      compile(at(source))
    } catch (error) {
      if (error instanceof KplayErrors) return error.problems.map(describeError)
      if (error instanceof KplayError) return [describeError(error)]
      throw error
    }
    return []
  }

  it('finds every unknown filter, test and lookup at once', () => {
    expect(problems("{{ a | joon }} {{ b is defind }} {{ lookup('fil', c) }}")).toEqual([
      'BAD_TEMPLATE 10:12 there is no filter joon (did you mean join?)',
      'BAD_TEMPLATE 10:28 there is no test defind (did you mean defined?)',
      'BAD_TEMPLATE 10:48 there is no lookup fil (did you mean file?)',
    ])
  })

  it('finds mistakes of syntax', () => {
    expect(problems('{{ a b }}')).toEqual(['BAD_TEMPLATE 10:10 expected "}}", got b'])
  })

  it('accepts what may only be known later', () => {
    expect(problems("{{ a | map(filter) }} {{ lookup(name, 'x') }} {{ x | ansible.builtin.to_json }}")).toEqual([])
  })
})
