import { failure } from './operand.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const LONG = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d\\d)',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>6[01]|[0-5]?\\d)',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>am|pm)',
  j: '(?<j>\\d{1,3})',
  b: `(?<b>${MONTHS.join('|')})`,
  B: `(?<B>${LONG.join('|')})`,
  a: `(?:${DAYS.map((day) => day.slice(0, 3)).join('|')})`,
  A: `(?:${DAYS.join('|')})`,
  z: '(?<z>Z|[+-]\\d\\d:?[0-5]\\d)',
  Z: '(?:utc|gmt)',
  '%': '%',
}

const COMPOUND: Readonly<Record<string, string>> = {
  T: '%H:%M:%S',
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  R: '%H:%M',
  c: '%a %b %d %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

/** Reads a time as strptime(3) does; microseconds since 1970, its fields taken as UTC. */
export function parseTime(source: string, format: string): number {
  const plain = format.replace(/%([TFDRcxX])/g, (_, letter: string) => COMPOUND[letter] ?? '')
  const pattern = plain.replace(/%(.)|\s+|[\\^$.*+?()[\]{}|]/g, (whole, letter?: string) => {
    if (letter === undefined) return /\s/.test(whole) ? '\\s+' : `\\${whole}`
    const known = PATTERNS[letter]
    if (known === undefined) throw failure(`'${letter}' is a bad directive in format '${format}'`)
    return known
  })
  const groups = new RegExp(`^${pattern}$`, 'i').exec(source)?.groups
  const match = new RegExp(`^${pattern}$`, 'i').test(source)
  if (!match) throw failure(`time data '${source}' does not match format '${format}'`)
  return microseconds(groups ?? {})
}

function microseconds(groups: Readonly<Record<string, string | undefined>>): number {
  const part = (name: string, fallback: number): number =>
    groups[name] === undefined ? fallback : Number(groups[name])
  const short = part('y', 0)
  const year = groups['y'] === undefined ? part('Y', 1900) : short + (short < 69 ? 2000 : 1900)
  const name = (groups['b'] ?? groups['B'])?.toLowerCase().slice(0, 3)
  const month = name === undefined ? part('m', 1) - 1 : MONTHS.indexOf(name)
  const half = groups['p']?.toLowerCase()
  const hour = half === undefined ? part('H', 0) : (part('I', 12) % 12) + (half === 'pm' ? 12 : 0)
  const day = groups['j'] === undefined ? part('d', 1) : part('j', 1)
  const date = new Date(
    Date.UTC(
      2000,
      groups['j'] === undefined ? month : 0,
      day,
      groups['p'] === undefined ? part('H', part('I', 0)) : hour,
      part('M', 0),
      part('S', 0),
    ),
  )
  date.setUTCFullYear(year)
  if (groups['j'] === undefined && date.getUTCMonth() !== month) throw failure('day is out of range for month')
  const fraction = (groups['f'] ?? '').padEnd(6, '0')
  return date.getTime() * 1000 + Number(fraction)
}
