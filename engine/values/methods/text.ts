import type { Call } from '../call.ts'
import { formatBraces } from '../format-braces.ts'
import { characters, size } from '../iterate.ts'
import { capitalize, swapCase, titleCase } from '../letters.ts'
import { Tuple, defined, failure, isDictionary } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { bounded } from '../operators.ts'

const check = (pattern: RegExp) => operation('', (call) => pattern.test(call.text))

/** Whether some letter has a case and all that have one have this one. */
const cased = (change: 'toLowerCase' | 'toUpperCase') =>
  operation('', ({ text }) => text === text[change]() && text.toLowerCase() !== text.toUpperCase())

/** The part of the text that a search is limited to by its arguments `start` and `end`. */
function part(call: Call): { readonly text: string; readonly start: number } {
  const { text } = call
  const length = size(text) ?? 0
  const bound = (name: string, fallback: number): number => {
    const index = call.get(name) === null ? fallback : call.int(name)
    return Math.min(length, index < 0 ? Math.max(0, index + length) : index)
  }
  const start = bound('start', 0)
  return { text: characters(text).slice(start, bound('end', length)).join(''), start }
}

function find(call: Call, how: 'indexOf' | 'lastIndexOf'): number {
  const { text, start } = part(call)
  const index = text[how](call.string('sub'))
  return index < 0 ? -1 : start + (size(text.slice(0, index)) ?? 0)
}

function search(how: 'indexOf' | 'lastIndexOf') {
  return operation('sub start end', (call) => {
    const index = find(call, how)
    if (index < 0) throw failure('substring not found')
    return index
  })
}

function edge(how: 'startsWith' | 'endsWith') {
  return operation('prefix start end', (call) => {
    const { text } = part(call)
    const prefix = call.need('prefix')
    const options = prefix instanceof Tuple ? prefix : [prefix]
    return options.some((option) => {
      if (typeof option !== 'string') throw failure(`${call.name} needs a string or a tuple of strings`)
      return text[how](option)
    })
  })
}

function strip(left: boolean, right: boolean) {
  return operation('chars', (call) => {
    const set = call.get('chars') === null ? undefined : new Set(characters(call.string('chars')))
    if (!set) return left && right ? call.text.trim() : left ? call.text.trimStart() : call.text.trimEnd()
    const all = characters(call.text)
    let [start, end] = [0, all.length]
    while (left && start < end && set.has(all[start] ?? '')) start++
    while (right && end > start && set.has(all[end - 1] ?? '')) end--
    return all.slice(start, end).join('')
  })
}

function split(fromRight: boolean) {
  return operation('sep maxsplit', (call) => {
    const limit = call.int('maxsplit', -1)
    const separator = call.get('sep') === null ? undefined : call.string('sep')
    if (separator === '') throw failure('empty separator')
    return fromRight ? splitRight(call.text, separator, limit) : splitLeft(call.text, separator, limit)
  })
}

function splitLeft(text: string, separator: string | undefined, limit: number): string[] {
  const rest = separator === undefined ? text.trimStart() : text
  const pieces = separator === undefined ? (text.trim() === '' ? [] : text.trim().split(/\s+/)) : text.split(separator)
  if (limit < 0 || pieces.length <= limit + 1) return pieces
  if (separator !== undefined) return [...pieces.slice(0, limit), pieces.slice(limit).join(separator)]
  const head = new RegExp(`^(?:\\S+\\s+){${limit}}`).exec(rest)?.[0] ?? ''
  return [...pieces.slice(0, limit), rest.slice(head.length)]
}

function splitRight(text: string, separator: string | undefined, limit: number): string[] {
  const reverse = (value: string): string => [...characters(value)].reverse().join('')
  return splitLeft(reverse(text), separator === undefined ? undefined : reverse(separator), limit)
    .map(reverse)
    .reverse()
}

function partition(how: 'indexOf' | 'lastIndexOf') {
  return operation('sep', (call) => {
    const { text } = call
    const separator = call.string('sep')
    const index = text[how](separator)
    if (index < 0) return Tuple.containing(how === 'indexOf' ? [text, '', ''] : ['', '', text])
    return Tuple.containing([text.slice(0, index), separator, text.slice(index + separator.length)])
  })
}

function justify(before: (missing: number, width: number) => number) {
  return operation('width fillchar', (call) => {
    const missing = Math.max(0, call.int('width') - (size(call.text) ?? 0))
    const fill = call.string('fillchar', ' ')
    const left = before(missing, call.int('width'))
    return bounded(missing) && fill.repeat(left) + call.text + fill.repeat(missing - left)
  })
}

export const textMethods: Operations = {
  capitalize: operation('', (call) => capitalize(call.text)),
  casefold: operation('', (call) => call.text.toLowerCase().replaceAll('ß', 'ss')),
  center: justify((missing, width) => Math.floor(missing / 2) + (missing & width & 1)),
  count: operation('sub start end', (call) => {
    const { text } = part(call)
    const sub = call.string('sub')
    return sub === '' ? (size(text) ?? 0) + 1 : text.split(sub).length - 1
  }),
  endswith: edge('endsWith'),
  expandtabs: operation('tabsize', (call) => expandTabs(call.text, call.int('tabsize', 8))),
  find: operation('sub start end', (call) => find(call, 'indexOf')),
  format: operation('* **', (call) => formatBraces(call.text, call.rest, call.others, call.around)),
  format_map: operation('mapping', (call) => {
    const mapping = call.need('mapping')
    if (!isDictionary(mapping)) throw failure('format_map needs a dict')
    return formatBraces(call.text, [], mapping as ReadonlyMap<string, Operand>, call.around)
  }),
  index: search('indexOf'),
  isalnum: check(/^[\p{L}\p{N}]+$/u),
  isalpha: check(/^\p{L}+$/u),
  isascii: operation('', (call) => !/[^\0-\x7f]/.test(call.text)),
  isdecimal: check(/^\p{Nd}+$/u),
  isdigit: check(/^[\p{Nd}⁰¹²³⁴-⁹₀-₉]+$/u),
  isidentifier: check(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  islower: cased('toLowerCase'),
  isnumeric: check(/^\p{N}+$/u),
  isprintable: operation('', (call) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(call.text)),
  isspace: check(/^\s+$/),
  istitle: operation('', ({ text }) => /\p{L}/u.test(text) && text === titleCase(text)),
  isupper: cased('toUpperCase'),
  join: operation('iterable', (call) =>
    call
      .items('iterable')
      .map((item, index) => {
        if (typeof defined(item) === 'string') return item as string
        throw failure(`sequence item ${index}: expected a string`)
      })
      .join(call.text),
  ),
  ljust: justify(() => 0),
  lower: operation('', (call) => call.text.toLowerCase()),
  lstrip: strip(true, false),
  partition: partition('indexOf'),
  removeprefix: operation('prefix', (call) => {
    const prefix = call.string('prefix')
    return call.text.startsWith(prefix) ? call.text.slice(prefix.length) : call.text
  }),
  removesuffix: operation('suffix', (call) => {
    const suffix = call.string('suffix')
    return suffix !== '' && call.text.endsWith(suffix) ? call.text.slice(0, -suffix.length) : call.text
  }),
  replace: operation('old new count', (call) =>
    replaceText(call.text, call.string('old'), call.string('new'), call.int('count', -1)),
  ),
  rfind: operation('sub start end', (call) => find(call, 'lastIndexOf')),
  rindex: search('lastIndexOf'),
  rjust: justify((missing) => missing),
  rpartition: partition('lastIndexOf'),
  rsplit: split(true),
  rstrip: strip(false, true),
  split: split(false),
  splitlines: operation('keepends', (call) => splitLines(call.text, call.flag('keepends'))),
  startswith: edge('startsWith'),
  strip: strip(true, true),
  swapcase: operation('', (call) => swapCase(call.text)),
  title: operation('', (call) => titleCase(call.text)),
  upper: operation('', (call) => call.text.toUpperCase()),
  zfill: operation('width', (call) => {
    const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(call.text) ?? []
    const width = call.int('width')
    return bounded(width) && sign + digits.padStart(width - sign.length, '0')
  }),
}

/** Python's `str.replace`: at most `count` times, always when that is negative. */
export function replaceText(text: string, old: string, fresh: string, count = -1): string {
  if (count < 0 && old !== '') {
    const pieces = text.split(old)
    return bounded(text.length + pieces.length * fresh.length) && pieces.join(fresh)
  }
  if (old === '') {
    const chars = characters(text)
    const limit = count < 0 ? chars.length + 1 : count
    const out = chars.map((char, index) => (index < limit ? fresh : '') + char)
    return out.join('') + (limit > chars.length ? fresh : '')
  }
  let [out, from] = ['', 0]
  for (let done = 0, at = text.indexOf(old); done < count && at >= 0; done++, at = text.indexOf(old, from)) {
    out += text.slice(from, at) + fresh
    from = at + old.length
  }
  return out + text.slice(from)
}

export function splitLines(text: string, keepEnds = false): string[] {
  const lines =
    text.match(
      /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
    ) ?? []
  return keepEnds ? lines : lines.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ''))
}

function expandTabs(text: string, width: number): string {
  let column = 0
  return characters(text)
    .map((char) => {
      const out = char === '\t' ? ' '.repeat(width > 0 ? width - (column % width) : 0) : char
      column = char === '\n' || char === '\r' ? 0 : column + out.length
      return out
    })
    .join('')
}
