const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

/** Python's string escapes; an unknown one keeps its backslash. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text
  const pattern = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/g
  return text.replace(pattern, (whole, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
    const hex = x ?? u ?? long
    if (hex !== undefined) return parseInt(hex, 16) > 0x10ffff ? whole : String.fromCodePoint(parseInt(hex, 16))
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8))
    return ESCAPES[other ?? ''] ?? whole
  })
}
