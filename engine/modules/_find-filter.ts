import { resolveMode } from '../host/mode.ts'
import type { Entry } from '../host/reader.ts'
import { pattern } from './_pattern.ts'

export interface FindArgs {
  readonly paths: readonly string[]
  readonly patterns: readonly string[]
  readonly excludes: readonly string[]
  readonly use_regex: boolean
  readonly file_type: 'any' | 'directory' | 'file' | 'link'
  readonly age: string | undefined
  readonly age_stamp: 'atime' | 'ctime' | 'mtime'
  readonly size: string | undefined
  readonly mode: string | undefined
  readonly exact_mode: boolean
  readonly hidden: boolean
  readonly recurse: boolean
  readonly depth: number | undefined
  readonly follow: boolean
  readonly limit: number | undefined
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const
const BYTES = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const

function measured(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit] = /^(-?\d+)([a-z])?$/.exec(text.toLowerCase()) ?? []
  const factor = unit === undefined ? 1 : units[unit]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
/** Seconds; negative: at most that old. Undefined: no age. */
export const ageOf = (text: string): number | undefined => measured(text, SECONDS)
/** Bytes; negative: at most that large. */
export const sizeOf = (text: string): number | undefined => measured(text, BYTES)

/** A shell pattern for the whole of a name, as Python's fnmatch reads it: a slash or a leading dot is nothing special. */
function shellPattern(glob: string): RegExp {
  const source = glob.replace(/\*|\?|\[!?\]?[^\]]*\]|[\\^$.|+(){}[\]/]/g, (sign) => {
    if (sign === '*') return '.*'
    if (sign === '?') return '.'
    if (sign.length > 1)
      return sign
        .replace(/\\/g, '\\\\')
        .replace(/^\[!/, '[^')
        .replace(/^(\[\^?)\]/, '$1\\]')
    return `\\${sign}`
  })
  return new RegExp(`^${source}$`, 's')
}

/** A pattern that must match from the beginning of a name, as Python's `match`. */
const namePattern = (source: string, { use_regex }: FindArgs): RegExp =>
  use_regex ? pattern(source, 'y') : shellPattern(source)

const reaches = (wanted: number | undefined, value: number): boolean =>
  wanted === undefined || (wanted < 0 || Object.is(wanted, -0) ? value <= -wanted : value >= wanted)

/** Whether an entry is one of those looked for, as far as its name and what lstat says can tell. */
export function filterOf(args: FindArgs, now: number): (name: string, entry: Entry) => boolean {
  const wanted = (args.patterns.length > 0 ? args.patterns : [args.use_regex ? '.*' : '*']).map((one) =>
    namePattern(one, args),
  )
  const unwanted = args.excludes.map((one) => namePattern(one, args))
  const fits = (name: string) => (one: RegExp) => {
    one.lastIndex = 0
    return one.test(name)
  }
  const age = args.age === undefined ? undefined : ageOf(args.age)
  const size = args.size === undefined ? undefined : sizeOf(args.size)
  return (name, entry) =>
    (args.hidden || !name.startsWith('.')) &&
    kindFits(args.file_type, entry) &&
    wanted.some(fits(name)) &&
    !unwanted.some(fits(name)) &&
    reaches(age, now - entry[args.age_stamp]) &&
    (entry.kind !== 'file' || reaches(size, entry.size)) &&
    modeFits(args, entry)
}

const KINDS: Readonly<Record<string, string>> = { directory: 'dir', file: 'file', link: 'link' }
const kindFits = (type: FindArgs['file_type'], { kind }: Entry): boolean => type === 'any' || KINDS[type] === kind

function modeFits({ mode, exact_mode }: FindArgs, entry: Entry): boolean {
  if (mode === undefined) return true
  const wanted = Number.parseInt(resolveMode(mode, '0000', entry.kind === 'dir'), 8)
  const bits = Number.parseInt(entry.mode, 8)
  return exact_mode ? bits === wanted : (bits & wanted) !== 0
}
