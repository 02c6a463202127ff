import { Float } from '../value.ts'
import { formatNumber } from './format-number.ts'
import { isNumeric } from './numbers.ts'
import { defined, failure, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { floatText, repr, text } from './print.ts'
import type { Reach } from './surroundings.ts'

const FIELD = /\{\{|\}\}|\{(?<name>[^{}!:]*)(?:!(?<conversion>[rsa]))?(?::(?<spec>(?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g
const SPEC =
  /^(?:(?<fill>[^])?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\d+)?(?<grouping>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$/u
const WIDEST = 1_000_000

/** Python's `format.format(*positional, **named)`. */
export function formatBraces(
  format: string,
  positional: readonly Operand[],
  named: ReadonlyMap<string, Operand>,
  reach: Reach,
): string {
  let automatic = 0
  const resolve = (name: string): Operand => {
    const [, head = '', path = ''] = /^([^.[]*)(.*)$/s.exec(name) ?? []
    const index = head === '' ? automatic++ : /^\d+$/.test(head) ? Number(head) : undefined
    const start = index === undefined ? named.get(head) : positional[index]
    if (start === undefined)
      throw failure(
        index === undefined
          ? `'${head}' is missing from what the format is given`
          : 'not enough arguments for format string',
      )
    return defined(follow(start, path, reach))
  }
  return format.replace(FIELD, (...match) => {
    const [whole] = match as [string]
    if (whole === '{{' || whole === '}}') return whole.charAt(0)
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>
    if (groups['name'] === undefined) throw failure(`single '${whole}' encountered in format string`)
    const value = resolve(groups['name'])
    const spec = (groups['spec'] ?? '').replace(/\{([^{}]*)\}/g, (_, name: string) => text(resolve(name)))
    const { conversion } = groups
    return formatOne(
      conversion === 'r' || conversion === 'a' ? repr(value) : conversion === 's' ? text(value) : value,
      spec,
    )
  })
}

function follow(start: Operand, path: string, reach: Reach): Operand {
  let value = start
  for (const [step, attribute, index = ''] of path.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    const next =
      attribute === undefined
        ? reach.item(value, /^\d+$/.test(index) ? Number(index) : index)
        : reach.attribute(value, attribute)
    if (next === undefined) throw failure(`'${step}' leads nowhere in what the format is given`)
    value = next
  }
  return value
}

function formatOne(value: Operand, spec: string): string {
  if (spec === '') return text(value)
  const groups = SPEC.exec(spec)?.groups
  if (!groups) throw failure(`invalid format specifier '${spec}'`)
  const { fill, align, sign = '', zero, type, precision } = groups as Readonly<Record<string, string | undefined>>
  const width = Number(groups['width'] ?? 0)
  if (width > WIDEST || Number(precision ?? 0) > WIDEST) throw failure('the width of a field must be small')
  if (!isNumeric(value) && type !== undefined && type !== 's')
    throw failure(`unknown format code '${type}' for a value of type ${typeName(value)}`)
  if (!isNumeric(value) || type === 's') {
    const content = precision === undefined ? text(value) : Array.from(text(value)).slice(0, Number(precision)).join('')
    return place('', content, align ?? '<', fill ?? (zero ? '0' : ' '), width)
  }
  const { sign: shown, digits } = formatNumber(value, {
    type: type ?? (value instanceof Float ? (precision === undefined ? 'r' : 'g') : 'd'),
    precision: precision === undefined ? undefined : Number(precision),
    sign: sign === '-' ? '' : sign,
    alternate: groups['alternate'] !== undefined,
    grouping: groups['grouping'] ?? '',
  })
  const plain =
    type === undefined && value instanceof Float && precision === undefined ? floatText(Math.abs(value.value)) : digits
  return place(shown, plain, align ?? (zero ? '=' : '>'), fill ?? (zero ? '0' : ' '), width)
}

function place(sign: string, content: string, align: string, fill: string, width: number): string {
  const missing = Math.max(0, width - Array.from(sign + content).length)
  const before = align === '<' ? 0 : align === '^' ? Math.floor(missing / 2) : missing
  if (align === '=') return sign + fill.repeat(missing) + content
  return fill.repeat(before) + sign + content + fill.repeat(missing - before)
}
