import { formatPercent } from '../format-percent.ts'
import { failure } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { bounded } from '../operators.ts'
import { text } from '../print.ts'
import { inlineOptions } from './lookup.ts'
import type { Query } from './lookup.ts'

/** Numbers from `start` to `end`, each formatted: `start=1 end=9 stride=2 format=host%02d`, or short `1-9/2:host%02d`. */
export function sequence(query: Query): List {
  const { terms, options } = query
  if (terms.length === 0) return options.size > 0 ? oneSequence(options) : []
  return terms.flatMap((term) => oneSequence(new Map([...options, ...given(term)])))
}

const SHORT = /^(?:(-?\w+)-)?(-?\w+)(?:\/(-?\w+))?(?::(.+))?$/

const OPTIONS = ['start', 'end', 'stride', 'count', 'format']

function given(term: Operand): ReadonlyMap<string, Operand> {
  const short = typeof term === 'string' ? SHORT.exec(term.trim()) : null
  if (!short) return inlineOptions(term)
  const [, start, end, stride, format] = short
  return new Map(
    Object.entries({ start, end, stride, format }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}

function oneSequence(options: ReadonlyMap<string, Operand>): string[] {
  const unknown = [...options.keys()].filter((name) => !OPTIONS.includes(name))
  if (unknown.length > 0)
    throw failure(`unrecognized arguments to with_sequence: ${unknown.join(', ')}`, `it has: ${OPTIONS.join(', ')}`)
  const number = (name: string): number | undefined => {
    const value = options.get(name)
    if (value === undefined) return undefined
    const parsed = Number(text(value))
    if (!Number.isInteger(parsed))
      throw failure(`sequence: ${name} has an invalid value, ${text(value)}: it must be an int`)
    return parsed
  }
  const [start, count, stride, last] = [number('start') ?? 1, number('count'), number('stride') ?? 1, number('end')]
  if (count !== undefined && last !== undefined) throw failure("can't specify both count and end in with_sequence")
  // As in Ansible: one more than the last number forwards, so that backwards it counts further.
  const end = count === undefined ? last : start + count * stride - 1
  if (end === undefined) throw failure('must specify count or end in with_sequence')
  if (count === 0 || stride === 0) return []
  if (stride > 0 && end < start) throw failure('sequence: to count backwards make stride negative')
  if (stride < 0 && end > start) throw failure("sequence: to count forward don't make stride negative")
  const format = text(options.get('format') ?? '%d')
  if (format.split('%').length !== 2) throw failure(`bad formatting string: ${format}`, 'it has one %, as in host%02d')
  const length = Math.floor((end - start) / stride) + 1
  return bounded(length * 8) ? Array.from({ length }, (_, index) => formatPercent(format, start + index * stride)) : []
}
