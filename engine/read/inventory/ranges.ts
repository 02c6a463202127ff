import { KplayError, type Place } from '../../errors.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const RANGE = /\[([^\][:]*):([^\][:]*)(?::(\d+))?\]/

/** A host as it is written in an inventory → names. `db[01:10:3].x`, several ranges, inclusive; an optional `:port`. */
export function expandHost(written: string, place: Place): { names: readonly string[]; port: number | undefined } {
  const [, base = written, port] = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(written) ?? []
  const address = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\]$/.exec(base)?.[1]
  if (address && (address.includes('::') || !RANGE.test(base)))
    return { names: [address], port: port ? Number(port) : undefined }
  return { names: expandRanges(base, place), port: port ? Number(port) : undefined }
}

function expandRanges(text: string, place: Place): readonly string[] {
  const range = RANGE.exec(text)
  if (!range) {
    const [broken] = /\[[^\]]*\]/.exec(text) ?? []
    if (broken !== undefined) throw refusal(broken, 'is no begin:end', place)
    return [text]
  }
  const [written, first = '', last = '', step = '1'] = range
  const head = text.slice(0, range.index)
  const tails = expandRanges(text.slice(range.index + written.length), place)
  return items(written, first || '0', last, Number(step), place).flatMap((item) =>
    tails.map((tail) => `${head}${item}${tail}`),
  )
}

function items(written: string, first: string, last: string, step: number, place: Place): readonly string[] {
  const refuse = (why: string): KplayError => refusal(written, why, place)
  if (last === '') throw refuse('has no end')
  if (step < 1) throw refuse('has no step')
  const alphabetic = LETTERS.indexOf(first)
  if (first.length === 1 && alphabetic >= 0) {
    const end = last.length === 1 ? LETTERS.indexOf(last) : -1
    if (end < alphabetic) throw refuse('ends before it begins')
    return [...LETTERS.slice(alphabetic, end + 1)].filter((_, index) => index % step === 0)
  }
  if (!/^\d+$/.test(first) || !/^\d+$/.test(last)) throw refuse('is neither of numbers nor of letters')
  const width = first.length > 1 && first.startsWith('0') ? first.length : 0
  if (width > 0 && last.length !== width) throw refuse('is zero-padded: both ends need the same length')
  const [from, to] = [Number(first), Number(last)]
  if (from > to) throw refuse('ends before it begins')
  if ((to - from) / step > 100_000) throw refuse('names more than 100,000 hosts')
  const count = Math.floor((to - from) / step) + 1
  return Array.from({ length: count }, (_, index) => String(from + index * step).padStart(width, '0'))
}

const refusal = (written: string, why: string, place: Place): KplayError =>
  new KplayError('BAD_YAML', `the host range ${written} ${why}`, { place, hint: 'such as [1:5], [01:10:2] or [a:f]' })
