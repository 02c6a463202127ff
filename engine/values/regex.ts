import { failure } from './operand.ts'

/** Flags as Python's `re` names them. */
export interface RegexFlags {
  readonly ignoreCase?: boolean
  readonly multiLine?: boolean
  readonly dotAll?: boolean
}

const known = new Map<string, RegExp>()

/**
 * A pattern of Python's `re` as a regular expression of JavaScript.
 * `anchor` ties it to where matching starts, as `re.match` does, or to both ends, as `re.fullmatch`.
 */
export function pythonRegex(
  pattern: string,
  flags: RegexFlags = {},
  anchor: 'none' | 'start' | 'both' = 'none',
): RegExp {
  const key = JSON.stringify([pattern, flags, anchor])
  const cached = known.get(key)
  if (cached) return new RegExp(cached)
  const [, letters = '', rest = ''] = /^(?:\(\?([aiLmsux]+)\))?([^]*)$/.exec(pattern) ?? []
  const has = (letter: string, asked: boolean | undefined): string => (asked || letters.includes(letter) ? letter : '')
  const body = translate(rest, letters.includes('x'), Boolean(flags.multiLine) || letters.includes('m'))
  const whole = anchor === 'none' ? body : `(?:${body})${anchor === 'both' ? '(?![^])' : ''}`
  const modes = `gu${has('i', flags.ignoreCase)}${has('s', flags.dotAll)}${anchor === 'none' ? '' : 'y'}`
  try {
    const regex = new RegExp(whole, modes)
    if (known.size > 500) known.clear()
    known.set(key, regex)
    return new RegExp(regex)
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /s, '') : ''
    throw failure(`'${pattern}' is no regular expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`)
  }
}

/** What is written in another way in JavaScript, and what its `u` flag refuses though Python takes it. */
function translate(pattern: string, verbose: boolean, multiLine: boolean): string {
  let out = ''
  let inSet = false
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index)
    const rest = pattern.slice(index)
    if (char === '\\') {
      const [whole, text] = escapeSequence(rest, inSet)
      out += text
      index += whole - 1
    } else if (inSet) {
      if (char === ']' && !/\[\^?$/.test(out)) inSet = false
      out += char === '[' || (char === ']' && inSet) ? `\\${char}` : char
    } else if (char === '[') {
      inSet = true
      out += char
    } else if (verbose && (/\s/.test(char) || char === '#')) {
      if (char === '#') index += (/^[^\n]*/.exec(rest)?.[0].length ?? 1) - 1
    } else if (rest.startsWith('(?P<')) {
      out += '(?<'
      index += 3
    } else if (rest.startsWith('(?P=')) {
      const name = /^\(\?P=(\w+)\)/.exec(rest)
      out += `\\k<${name?.[1] ?? ''}>`
      index += (name?.[0].length ?? 1) - 1
    } else if (rest.startsWith('(?#')) index += Math.max(0, rest.indexOf(')'))
    else if (char === '$') out += multiLine ? '(?=\\n|(?![^]))' : '(?=\\n?(?![^]))'
    else if (char === '^') out += multiLine ? '(?<=\\n|(?<![^]))' : '(?<![^])'
    else if (char === '{' && !/^\{\d*,?\d*\}/.test(rest)) out += '\\{'
    else if (char === '{') out += char + (/^\{,\d/.test(rest) ? '0' : '')
    else if (char === '}' && !/\{\d*,?\d*$/.test(out)) out += '\\}'
    else out += char === ']' ? '\\]' : char
  }
  return out
}

const SAME = /^\\(?:[dDsSnrtfv\\^$.*+?()[\]{}|/]|[1-9]\d?(?!\d)|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{\w+\})/

/** How many characters the sequence has, and what it is in JavaScript. */
function escapeSequence(rest: string, inSet: boolean): readonly [number, string] {
  const next = rest.charAt(1)
  if (next === 'A') return [2, '(?<![^])']
  if (next === 'Z' || next === 'z') return [2, '(?![^])']
  if (next === 'a') return [2, '\\x07']
  if (next === 'w') return [2, inSet ? '\\p{L}\\p{N}_' : '[\\p{L}\\p{N}_]']
  if (next === 'W') return [2, inSet ? '\\W' : '[^\\p{L}\\p{N}_]']
  if (next === 'b' && inSet) return [2, '\\x08']
  if (next === 'b') return [2, `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`]
  if (next === 'B') return [2, `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`]
  if (next === '0') return [2, '\\x00']
  const same = SAME.exec(rest)
  if (same) return [same[0].length, same[0]]
  const long = /^\\U([\da-fA-F]{8})/.exec(rest)
  if (long) return [10, `\\u{${(long[1] ?? '').replace(/^0+/, '')}}`]
  if (/[A-Za-z]/.test(next)) throw failure(`bad escape \\${next} in a regular expression`)
  return [2, next === '-' && inSet ? '\\-' : next === '-' || !/[\^$\\.*+?()[\]{}|/]/.test(next) ? next : `\\${next}`]
}

const WORD = '[\\p{L}\\p{N}_]'

/** The replacement of one match: `\1`, `\g<1>`, `\g<name>` and the escapes of Python's `re.sub`. */
export function expandReplacement(
  template: string,
  match: RegExpExecArray | readonly (string | undefined)[],
  groups: Readonly<Record<string, string | undefined>> | undefined,
): string {
  return template.replace(
    /\\(?:g<(\w+)>|([1-9]\d?)|([^]))/g,
    (whole, name?: string, digits?: string, other?: string) => {
      if (other !== undefined) return ESCAPES[other] ?? (/[A-Za-z]/.test(other) ? badEscape(other) : whole)
      const number = digits ?? (/^\d+$/.test(name ?? '') ? name : undefined)
      if (number === undefined) {
        if (!groups || !Object.hasOwn(groups, name ?? '')) throw failure(`unknown group name '${name ?? ''}'`)
        return groups[name ?? ''] ?? ''
      }
      if (Number(number) >= match.length) throw failure(`invalid group reference ${number}`)
      return match[Number(number)] ?? ''
    },
  )
}

function badEscape(char: string): never {
  throw failure(`bad escape \\${char} in the replacement of a regular expression`)
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
}
