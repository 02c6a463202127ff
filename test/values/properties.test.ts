import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Float, Template } from '../../engine/value.ts'
import type { Value } from '../../engine/value.ts'
import { sliceOf } from '../../engine/values/access.ts'
import { compare, equal } from '../../engine/values/equality.ts'
import { printJson, readJson } from '../../engine/values/json.ts'
import { compact } from '../../engine/values/numbers.ts'
import { operate } from '../../engine/values/operators.ts'
import { repr } from '../../engine/values/print.ts'
import { Scope } from '../../engine/values/scope.ts'
import { evaluate, evaluateText, renderText } from '../../engine/values/template.ts'
import { readYaml } from '../../engine/values/yaml-read.ts'
import { scopeOf, varsOf } from './scope-of.ts'

const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...'{}%#"\'\\\n\t -:,[]&*!|>?`@=~'), fc.string({ minLength: 1, maxLength: 1 })),
  maxLength: 20,
})
const int = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(compact)
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Float(value))
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom<Value>(null, true, false),
    int,
    float,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
}))
const style = { indent: null, sortKeys: false, ascii: true, item: ', ', key: ': ' }
const scope = scopeOf()

describe('whatever the value', () => {
  it('its JSON reads back as the same', () => {
    fc.assert(fc.property(value, (data) => equal(readJson(printJson(data, style)), data)))
  })

  it('its YAML reads back as the same, in every style', () => {
    const filters = ['to_yaml', 'to_nice_yaml', 'to_nice_yaml(width=20)'].map(
      (filter) => new Template(`{{ v | ${filter} }}`),
    )
    fc.assert(
      fc.property(value, (data) => {
        for (const filter of filters)
          expect(equal(readYaml(evaluateText(filter, scopeOf({ v: data }))), data)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('its print reads back as an expression', () => {
    fc.assert(
      fc.property(value, (data) => {
        // braces within text are rendered there, as in Ansible
        fc.pre(!/\{\{|\{%/.test(repr(data)))
        expect(equal(evaluate(new Template(repr(data), undefined, { expression: true }), scope), data)).toBe(true)
      }),
    )
  })

  it('it goes through an expression as the very same object', () => {
    fc.assert(
      fc.property(
        value,
        (data) =>
          evaluate(new Template('{{ v }}'), new Scope([{ name: 'test', vars: varsOf({ v: data }) }])) === data ||
          data instanceof Float,
      ),
    )
  })

  it('as text of a file it is never rendered', () => {
    fc.assert(fc.property(text, (data) => renderText('<{{ v }}>', scopeOf({ v: data }), { file: 'x' }) === `<${data}>`))
  })

  it('it equals itself and orders against itself as equal', () => {
    fc.assert(fc.property(fc.oneof(text, int, float), (data) => equal(data, data) && compare(data, data) === 0))
  })
})

describe('ints are exact', () => {
  it('in +, -, * and **', () => {
    fc.assert(
      fc.property(int, int, fc.nat(5), (a, b, power) => {
        const [x, y] = [BigInt(a), BigInt(b)]
        expect(operate('+', a, b)).toBe(compact(x + y))
        expect(operate('-', a, b)).toBe(compact(x - y))
        expect(operate('*', a, b)).toBe(compact(x * y))
        expect(operate('**', a, power)).toBe(compact(x ** BigInt(power)))
      }),
    )
  })

  it('a // b * b + a % b is a, and a % b has the sign of b', () => {
    fc.assert(
      fc.property(
        int,
        int.filter((divisor) => Number(divisor) !== 0),
        (a, b) => {
          const rest = operate('%', a, b)
          expect(operate('+', operate('*', operate('//', a, b), b), rest)).toBe(a)
          expect(Number(rest) === 0 || Number(rest) < 0 === Number(b) < 0).toBe(true)
        },
      ),
    )
  })
})

describe('text that is no template', () => {
  it('renders as it is', () => {
    const plain = text.filter((source) => !/\{[{%#]/.test(source) && !source.startsWith('#jinja2:'))
    fc.assert(
      fc.property(plain, (source) => renderText(source, scope, { file: 'x' }) === source.replace(/\r\n?/g, '\n')),
    )
  })

  it('no source breaks the parser: it renders or is refused', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      ' ',
      'if',
      'for',
      'in',
      'end',
      'x',
      '|',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '.',
      '1',
      'is',
      'not',
      '-',
      '\n',
      ',',
      ':',
      '=',
      'raw',
      'set',
      'else',
      'endif',
      'endfor',
      'block',
      'macro',
      'call',
      'filter',
      'with',
      'import',
      'from',
      'include',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        try {
          renderText(parts.join(' '), scope, { file: 'x' })
        } catch (error) {
          expect(error).toMatchObject({ name: 'KplayError' })
          expect((error as { code: string }).code).not.toBe('BUG')
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('slices', () => {
  it('take what counting takes', () => {
    const bound = fc.option(fc.integer({ min: -12, max: 12 }))
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { maxLength: 8 }),
        bound,
        bound,
        fc.option(fc.integer({ min: -4, max: 4 }).filter(Boolean)),
        (list, start, stop, step) => {
          expect(sliceOf(list, start, stop, step)).toEqual(counted(list, start, stop, step ?? 1))
        },
      ),
    )
  })
})

/** The indices that Python's slice.indices names, one by one. */
function counted(list: readonly number[], start: number | null, stop: number | null, step: number): number[] {
  const { length } = list
  const absolute = (index: number): number => (index < 0 ? index + length : index)
  const taken: number[] = []
  for (let index = step > 0 ? 0 : length - 1; index >= 0 && index < length; index += step > 0 ? 1 : -1) {
    const from =
      start === null
        ? step > 0
          ? 0
          : length - 1
        : Math.max(step > 0 ? 0 : -1, Math.min(absolute(start), step > 0 ? length : length - 1))
    const afterStart = step > 0 ? index >= from : index <= from
    const beforeStop = stop === null || (step > 0 ? index < absolute(stop) : index > absolute(stop))
    if (afterStart && beforeStop && (index - from) % step === 0) taken.push(list[index] ?? 0)
  }
  return taken
}
