import { describe, expect, it } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { Template } from '../../engine/value.ts'
import { condition } from '../../engine/values/condition.ts'
import { typeName } from '../../engine/values/operand.ts'
import { repr } from '../../engine/values/print.ts'
import { Scope } from '../../engine/values/scope.ts'
import { evaluate, renderText } from '../../engine/values/template.ts'
import { expression, filesOf, readRows, scopeOf, tableVariables, template } from './scope-of.ts'

const files = filesOf({ '/etc/hosts': 'x', '/etc/passwd': 'x' }, { HOME: '/root' })
const scope = new Scope([{ name: 'table', vars: tableVariables() }], { files })

/** What the tables say: the type and Python's print of the value, or "error". */
function outcome(compute: () => ReturnType<typeof evaluate>): string {
  try {
    const value = compute()
    return `${typeName(value)}:${repr(value)}`
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    return 'error'
  }
}

const unfold = (source: string): string => source.replaceAll('⏎', '\n')

describe.each(['reference', 'language', 'python', 'filters', 'more'])('%s', (table) => {
  it.each(readRows(`${table}.txt`))('%s', (source, want) => {
    expect(outcome(() => evaluate(new Template(unfold(source)), scope))).toBe(want)
  })
})

describe('where kplay differs on purpose', () => {
  it.each(readRows('differs.txt'))('%s', (source, row) => {
    const [want] = row.split('  # ')
    expect(outcome(() => evaluate(new Template(source), scope))).toBe(want)
  })
})

describe('template files', () => {
  it.each(readRows('templates.txt'))('%s', (source, row) => {
    const render = (): string => renderText(JSON.parse(source) as string, scope, { file: 'test.j2' })
    if (row === 'error') expect(render).toThrow(KplayError)
    else expect(render()).toBe(JSON.parse(row))
  })
})

describe('variables that hold templates', () => {
  const lazy = scopeOf({
    a: template('{{ missing }}'),
    b: template('x{{ missing }}'),
    c: new Map([
      ['d', template('{{ missing }}')],
      ['e', template('{{ 1 }}')],
    ]),
    l: [template('{{ missing }}'), 2],
    r1: template('{{ r2 }}'),
    r2: template('{{ r1 }}'),
    none_v: null,
    n: template('{{ 5 }}'),
    lst: ['a'],
    lst2: template('{{ lst }}'),
    bad: template('{{ foo bar }}'),
    t: '{{ n }}',
    e: template('{{ 1/0 }}'),
    dd: new Map([['k', template('{{ lst }}')]]),
    s: 'false',
    tt: template('{{ (1,2) }}'),
  })
  it.each(readRows('variables.txt'))('%s', (source, want) => {
    const got = source.startsWith('?')
      ? outcome(() => condition(expression(source.slice(1)), lazy))
      : outcome(() => evaluate(new Template(unfold(source)), lazy))
    expect(got).toBe(want)
  })
})
