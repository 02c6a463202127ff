/**
 * A float with that many decimals. Like Python, and unlike `toFixed`, what lies exactly between two neighbours goes to
 * the even one.
 */
export function fixedText(value: number, precision: number): string {
  const digits = Math.min(precision, 100)
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
  const text = value.toFixed(digits)
  if (!isTie(value, digits) || Number(text.at(-1)) % 2 === 0) return text
  // toFixed went away from zero to an odd digit: the neighbour before it is the even one
  const sign = text.startsWith('-') ? '-' : ''
  const whole = BigInt(text.replace(/[-.]/g, '')) - 1n
  const shown = whole.toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + shown : `${sign}${shown.slice(0, -digits)}.${shown.slice(-digits)}`
}

/** With n decimals, only odd multiples of 2⁻ⁿ⁻¹ lie exactly between two of them. */
const isTie = (value: number, digits: number): boolean => Math.abs(value * 2 ** (digits + 1)) % 2 === 1

/** Python's round(): also to tens, hundreds … when the precision is negative. */
export function roundEven(value: number, precision: number): number {
  if (!Number.isFinite(value) || precision > 100) return value
  if (precision >= 0) return Number(fixedText(value, precision))
  const unit = 10 ** -precision
  const lower = Math.floor(value / unit) * unit
  const rest = value - lower
  return rest > unit / 2 || (rest === unit / 2 && (lower / unit) % 2 !== 0) ? lower + unit : lower
}
