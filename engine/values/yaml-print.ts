import { Float } from '../value.ts'
import { Special, defined, isDictionary, isList } from './operand.ts'
import type { Operand } from './operand.ts'
import { sorted } from './order.ts'
import { floatText } from './print.ts'
import { printScalar } from './yaml-text.ts'

export interface YamlStyle {
  readonly indent: number
  /** Which lists and dicts are written in brackets: none, all, or those that hold only scalars. */
  readonly flow: 'none' | 'all' | 'leaves'
  readonly sortKeys: boolean
  readonly width: number
  /** Characters beyond ASCII stay as they are. */
  readonly unicode: boolean
  readonly explicitStart: boolean
  readonly explicitEnd: boolean
  readonly quoted: '"' | "'" | undefined
}

/** As PyYAML's dump prints it. */
export function printYaml(value: Operand, style: YamlStyle): string {
  const printer = new Printer(style)
  if (style.explicitStart) printer.write('---')
  const block = isBlock(value, style)
  if (style.explicitStart) printer.write(block ? '\n' : ' ')
  printer.value(value, -1, 'root')
  printer.endLine()
  if (isScalar(value) && printer.isOpen) printer.write('...\n')
  else if (style.explicitEnd) printer.write('...\n')
  return printer.out
}

const isScalar = (value: Operand): boolean => !isList(value) && !isDictionary(value)

function isBlock(value: Operand, { flow }: YamlStyle): boolean {
  if (isScalar(value) || flow === 'all') return false
  const children = isDictionary(value) ? [...value.keys(), ...value.values()] : (value as readonly Operand[])
  return children.length > 0 && (flow === 'none' || !children.every(isScalar))
}

type Where = 'root' | 'item' | 'value' | 'key'

class Printer {
  out = ''
  /** The last scalar at the top was plain, so that the document must be closed. */
  isOpen = false
  private readonly style: YamlStyle
  private column = 0

  constructor(style: YamlStyle) {
    this.style = style
  }

  write(text: string): void {
    this.out += text
    const newline = text.lastIndexOf('\n')
    this.column = newline < 0 ? this.column + text.length : text.length - newline - 1
  }

  endLine(): void {
    if (this.column > 0) this.write('\n')
  }

  value(value: Operand, indent: number, where: Where, flow = false): void {
    if (isScalar(value)) this.scalar(value, indent, where, flow)
    else if (flow || !isBlock(value, this.style)) this.flow(value, indent)
    else if (isDictionary(value)) this.blockDict(value, indent, where)
    else this.blockList(value as readonly Operand[], indent, where)
  }

  private scalar(value: Operand, indent: number, where: Where, flow: boolean): void {
    const best = this.style.indent
    const { text, plain } = printScalar(scalarSource(value), typeof value === 'string', {
      style: this.style,
      column: this.column,
      flow,
      key: where === 'key',
      indent:
        where === 'root'
          ? best
          : indent < 0
            ? best
            : indent + (where === 'value' || where === 'item' || flow ? best : 0),
    })
    this.isOpen = where === 'root' && plain
    this.write(text)
  }

  private pairs(dict: ReadonlyMap<Operand, Operand>): (readonly [Operand, Operand])[] {
    const keys = [...dict.keys()]
    let order: readonly Operand[] = keys
    if (this.style.sortKeys)
      try {
        order = sorted(keys)
      } catch {
        // keys of different types have no order; they stay as they are
      }
    return order.map((key) => [key, dict.get(key) ?? null])
  }

  private blockDict(dict: ReadonlyMap<Operand, Operand>, indent: number, where: Where): void {
    const inner = indent < 0 ? 0 : indent + this.style.indent
    this.pairs(dict).forEach(([key, value], index) => {
      if (index > 0 || where === 'value') this.newLine(inner)
      this.value(key, inner, 'key')
      this.write(':')
      if (isBlock(value, this.style)) this.value(value, inner, 'value')
      else {
        this.write(' ')
        this.value(value, inner, 'value')
      }
    })
  }

  /** A list in a dict is not indented further, but a list in a list is. */
  private blockList(list: readonly Operand[], indent: number, where: Where): void {
    const inner = indent < 0 ? 0 : where === 'value' ? indent : indent + this.style.indent
    list.forEach((item, index) => {
      if (index > 0 || where === 'value') this.newLine(inner)
      this.write('-')
      const gap = isBlock(item, this.style) ? this.style.indent - 1 : 1
      this.write(' '.repeat(Math.max(1, gap)))
      this.value(item, inner, 'item')
    })
  }

  private newLine(indent: number): void {
    this.write(`\n${' '.repeat(indent)}`)
  }

  private flow(value: Operand, indent: number): void {
    const inner = indent < 0 ? this.style.indent : indent + this.style.indent
    const dict = isDictionary(value)
    this.write(dict ? '{' : '[')
    const entries = dict ? this.pairs(value) : (value as readonly Operand[]).map((item) => [item, undefined] as const)
    entries.forEach(([first, second], index) => {
      if (index > 0) this.write(',')
      if (this.column > this.style.width) this.newLine(inner)
      else if (index > 0) this.write(' ')
      this.value(first, indent < 0 ? 0 : indent, second === undefined ? 'item' : 'key', true)
      if (second === undefined) return
      this.write(':')
      this.write(' ')
      this.value(second, indent < 0 ? 0 : indent, 'value', true)
    })
    this.write(dict ? '}' : ']')
  }
}

function scalarSource(value: Operand): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (value instanceof Float) return yamlFloat(value.value)
  if (value instanceof Special) return defined(value).print()
  return String(value as boolean | number | bigint)
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = floatText(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}
