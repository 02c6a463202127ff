import { Float } from '../value.ts'
import { isDictionary, isList } from './operand.ts'
import type { Dictionary, List, Operand } from './operand.ts'
import { sorted } from './order.ts'
import { floatText, text } from './print.ts'
import { analyze, meansMore, writeDoubleQuoted, writePlain, writeSingleQuoted } from './yaml-text.ts'
import { YamlWriter } from './yaml-writer.ts'

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
  /** Every text in these quotes. */
  readonly quoted: '"' | "'" | undefined
}

/** As PyYAML's dump prints it with libyaml, which Ansible takes where it can. */
export function printYaml(value: Operand, style: YamlStyle): string {
  const printer = new Printer(style)
  const { writer } = printer
  if (style.explicitStart) writer.indicator('---', { spaced: true })
  printer.node(value, 'root')
  writer.goToIndent()
  if (style.explicitEnd) writer.out += '...\n'
  return writer.out
}

const isScalar = (value: Operand): boolean => !isList(value) && !isDictionary(value)
const isEmpty = (value: Operand): boolean =>
  (isList(value) && value.length === 0) || (isDictionary(value) && value.size === 0)

/** Keys that are longer are written with a question mark before them. */
const LONGEST_KEY = 128

class Printer {
  readonly writer: YamlWriter
  private readonly style: YamlStyle

  constructor(style: YamlStyle) {
    this.style = style
    this.writer = new YamlWriter(style.indent, style.width, style.unicode)
  }

  node(value: Operand, where: 'root' | 'item' | 'value' | 'key'): void {
    if (isScalar(value)) this.writer.deeper(() => this.scalar(value, where), { flow: true })
    else if (this.inBrackets(value)) this.flow(value)
    else if (isDictionary(value)) this.blockDict(value)
    else this.blockList(value as List, where === 'value' && !this.writer.atIndention)
  }

  private inBrackets(value: Operand): boolean {
    const { flow, quoted } = this.style
    if (this.writer.flowLevel > 0 || flow === 'all' || isEmpty(value)) return true
    const members = isDictionary(value) ? [...value.keys(), ...value.values()] : (value as List)
    return flow === 'leaves' && quoted === undefined && members.every(isScalar)
  }

  private scalar(value: Operand, where: string): void {
    const source = scalarText(value)
    const { writer } = this
    const seen = analyze(source, this.style.unicode)
    const key = where === 'key'
    const { quoted } = this.style
    if (quoted !== undefined && typeof value !== 'string') writer.indicator('!', { spaced: true })
    const mayBePlain = quoted === undefined && !(typeof value === 'string' && meansMore(source)) && !(key && seen.empty)
    if (mayBePlain && (writer.flowLevel > 0 ? seen.flowPlain : seen.blockPlain)) {
      writePlain(writer, source, !key)
    } else if (quoted !== '"' && seen.singleQuoted && !(key && seen.multiline)) writeSingleQuoted(writer, source, !key)
    else writeDoubleQuoted(writer, source, !key)
  }

  private pairs(dict: Dictionary): (readonly [Operand, Operand])[] {
    const keys = [...dict.keys()]
    return this.order(keys).map((key) => [key, dict.get(key) ?? null])
  }

  private order(keys: List): List {
    if (!this.style.sortKeys) return keys
    try {
      return sorted(keys)
    } catch {
      return keys // of different types, they have no order
    }
  }

  private blockDict(dict: Dictionary): void {
    const { writer } = this
    writer.deeper(() => {
      for (const [key, value] of this.pairs(dict)) {
        writer.goToIndent()
        if (this.isSimpleKey(key)) {
          this.node(key, 'key')
          writer.indicator(':')
        } else {
          writer.indicator('?', { spaced: true, indents: true })
          this.node(key, 'value')
          writer.goToIndent()
          writer.indicator(':', { spaced: true, indents: true })
        }
        this.node(value, 'value')
      }
    })
  }

  private isSimpleKey(key: Operand): boolean {
    if (!isScalar(key)) return isEmpty(key)
    const source = scalarText(key)
    return Buffer.byteLength(source) <= LONGEST_KEY && !analyze(source, this.style.unicode).multiline
  }

  private blockList(list: List, indentless: boolean): void {
    const { writer } = this
    writer.deeper(
      () => {
        for (const item of list) {
          writer.goToIndent()
          writer.indicator('-', { spaced: true, indents: true })
          this.node(item, 'item')
        }
      },
      { indentless },
    )
  }

  private flow(value: Operand): void {
    const { writer } = this
    const dict = isDictionary(value)
    writer.indicator(dict ? '{' : '[', { spaced: true, leavesSpace: true })
    writer.flowLevel++
    writer.deeper(() => (dict ? this.flowDict(value) : this.flowList(value as List)), { flow: true })
    writer.flowLevel--
    writer.indicator(dict ? '}' : ']')
  }

  private flowList(list: List): void {
    list.forEach((item, index) => {
      this.separate(index)
      this.node(item, 'item')
    })
  }

  private flowDict(dict: Dictionary): void {
    this.pairs(dict).forEach(([key, value], index) => {
      this.separate(index)
      const simple = this.isSimpleKey(key)
      if (!simple) this.writer.indicator('?', { spaced: true })
      this.node(key, simple ? 'key' : 'value')
      if (!simple && this.writer.column > this.writer.width) this.writer.goToIndent()
      this.writer.indicator(':', { spaced: !simple })
      this.node(value, 'value')
    })
  }

  private separate(index: number): void {
    if (index > 0) this.writer.indicator(',')
    if (this.writer.column > this.writer.width) this.writer.goToIndent()
  }
}

function scalarText(value: Operand): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  return value instanceof Float ? yamlFloat(value.value) : text(value)
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = floatText(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}
