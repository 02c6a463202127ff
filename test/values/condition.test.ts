import { describe, expect, it } from 'vitest'
import { Template } from '../../engine/value.ts'
import type { Raw } from '../../engine/value.ts'
import { condition, explainCondition, firstFalse } from '../../engine/values/condition.ts'
import { Scope } from '../../engine/values/scope.ts'
import { expression, scopeOf, template, varsOf } from './scope-of.ts'

const warnings: string[] = []
const scope = new Scope(
  [
    {
      name: 'play',
      vars: varsOf({ n: 5, no: 'no', list: [], flag: true, result: new Map([['rc', 1]]), t: template('{{ n > 3 }}') }),
    },
  ],
  { warn: (message) => warnings.push(message) },
)

const judge = (raw: Raw): { readonly holds: boolean; readonly warned: boolean } => {
  warnings.length = 0
  const holds = condition(raw, scope)
  return { holds, warned: warnings.length > 0 }
}

describe('a condition', () => {
  it.each<[Raw, boolean]>([
    [expression('n == 5'), true],
    [expression('n == 5 and not flag'), false],
    [expression('missing is not defined'), true],
    [expression('result.rc != 0'), true],
    [expression('t'), true],
    [expression('flag'), true],
    [true, true],
    [false, false],
    [template('{{ n == 5 }}'), true],
    [expression('{{ n == 5 }}'), true],
    [expression('{{ n }} == 5'), true],
    [expression('n == {{ n }}'), true],
    [expression('{{ n }} == 6'), false],
    [expression('{{ flag }} and {{ n }} == 5'), true],
    [expression('{% if n == 5 %}{{ false }}{% endif %}'), false],
    [[expression('n == 5'), expression('flag')], true],
    [[expression('n == 5'), expression('not flag')], false],
    [[expression('false'), expression('missing')], false],
    [[], true],
    [expression("'a\\.b' is match('a..b')"), true],
    [expression("'a.b' is match('a\\.b')"), true],
  ])('%#', (raw, want) => {
    expect(judge(raw)).toEqual({ holds: want, warned: false })
  })

  it.each<[Raw, boolean]>([
    [expression('no'), true],
    [expression('list'), false],
    [expression('n'), true],
    [expression('none'), false],
    [expression("'false'"), true],
    [expression('result'), true],
  ])('that is no boolean counts by its truth, with a warning %#', (raw, want) => {
    expect(judge(raw)).toEqual({ holds: want, warned: true })
  })

  it('that is undefined fails', () => {
    expect(() => condition(expression('missing'), scope)).toThrow("'missing' is undefined")
    expect(() => condition(expression('flag and missing > 1'), scope)).toThrow("'missing' is undefined")
  })

  it('of a list: which one failed', () => {
    const wrong = expression('n > 9')
    expect(firstFalse([expression('flag'), wrong, expression('missing')], scope)).toBe(wrong)
    expect(firstFalse([expression('flag')], scope)).toBeUndefined()
  })
})

describe('why a condition is false', () => {
  it.each([
    ['n > 9', 'n > 9 (n = 5)'],
    ['flag and n > 9', 'n > 9 (n = 5)'],
    ['flag and (n > 9 or list)', '(n > 9) or list (n = 5, list = [])'],
    ['result.rc == 0 and flag', 'result.rc == 0 (result.rc = 1)'],
    ['missing is defined', 'missing is defined (missing = undefined)'],
    ["no | upper == 'YES'", "no | upper == 'YES' (no = 'no')"],
    ["no.startswith('y')", "no.startswith('y') (no = 'no')"],
    ['not flag', 'not flag (flag = True)'],
    ['n not in [1, 2] and n is even', 'n is even (n = 5)'],
    ['false', 'false'],
  ])('%s', (source, want) => {
    expect(explainCondition(expression(source), scope)).toBe(want)
  })

  it('long values are cut', () => {
    const long = scopeOf({ x: 'y'.repeat(500) })
    expect(explainCondition(new Template("x == 'z'", undefined, { expression: true }), long).length).toBeLessThan(120)
  })
})
