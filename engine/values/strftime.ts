const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** Formats the UTC fields of a date as strftime(3) does in the C locale; `fraction` is in microseconds. */
export function strftime(pattern: string, date: Date, fraction = 0, zone = { name: '', offset: '' }): string {
  const field = (char: string): string | undefined => {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    const weekday = date.getUTCDay()
    const dayOfYear = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86_400_000)
    const week = isoWeek(date)
    const compound = COMPOUND[char]
    if (compound !== undefined) return strftime(compound, date, fraction, zone)
    const simple: Readonly<Record<string, string>> = {
      Y: String(year),
      C: two(Math.floor(year / 100)),
      y: two(year % 100),
      m: two(month + 1),
      d: two(day),
      e: String(day).padStart(2),
      H: two(hour),
      I: two(hour % 12 || 12),
      k: String(hour).padStart(2),
      l: String(hour % 12 || 12).padStart(2),
      M: two(minute),
      S: two(second),
      p: hour < 12 ? 'AM' : 'PM',
      P: hour < 12 ? 'am' : 'pm',
      a: (DAYS[weekday] ?? '').slice(0, 3),
      A: DAYS[weekday] ?? '',
      b: (MONTHS[month] ?? '').slice(0, 3),
      h: (MONTHS[month] ?? '').slice(0, 3),
      B: MONTHS[month] ?? '',
      j: String(dayOfYear + 1).padStart(3, '0'),
      u: String(weekday || 7),
      w: String(weekday),
      U: two(Math.floor((dayOfYear + 7 - weekday) / 7)),
      W: two(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7)),
      V: two(week.week),
      G: String(week.year),
      g: two(week.year % 100),
      s: String(Math.floor(date.getTime() / 1000)),
      f: String(fraction).padStart(6, '0'),
      Z: zone.name,
      z: zone.offset,
      n: '\n',
      t: '\t',
      '%': '%',
    }
    return simple[char]
  }
  return pattern.replace(/%([-_0^#]?)([A-Za-z%])/g, (whole, flag: string, char: string) => {
    const out = field(char)
    if (out === undefined) return whole
    if (flag === '-') return out.replace(/^[0 ]+(?=.)/, '')
    if (flag === '_') return out.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length))
    return flag === '^' ? out.toUpperCase() : out
  })
}

const COMPOUND: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

const two = (value: number): string => String(value).padStart(2, '0')

/** ISO 8601: weeks begin on Monday, the first one holds the first Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime())
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  const year = thursday.getUTCFullYear()
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) }
}
