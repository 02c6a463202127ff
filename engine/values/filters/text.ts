import type { Call } from '../call.ts'
import { formatPercent } from '../format-percent.ts'
import { characters, size } from '../iterate.ts'
import { capitalize } from '../letters.ts'
import { replaceText, splitLines, textMethods } from '../methods/text.ts'
import { Tuple, failure, isDictionary } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation, perform } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { bounded } from '../operators.ts'
import { repr, text } from '../print.ts'
import { escapeHtml, stripTags, urlize, xmlAttributes } from './html.ts'

/** Every line but the first, as Jinja2's `indent`. */
function indent(call: Call): string {
  const width = call.get('width', 4)
  const space = typeof width === 'string' ? width : ' '.repeat(call.int('width', 4))
  const lines = splitLines(`${text(call.input)}\n`)
  const rest = lines.slice(1).map((line) => (line !== '' || call.flag('blank') ? space + line : line))
  const out = [lines[0] ?? '', ...rest].join('\n')
  return call.flag('first') ? space + out : out
}

function truncate(call: Call): string {
  const [length, end, leeway] = [call.int('length', 255), call.string('end', '...'), call.int('leeway', 5)]
  const chars = characters(text(call.input))
  if (chars.length <= length + leeway) return chars.join('')
  const cut = chars.slice(0, Math.max(0, length - (size(end) ?? 0))).join('')
  return (call.flag('killwords') ? cut : cut.replace(/ [^ ]*$/, '')) + end
}

/** Lines no longer than `width`, broken at spaces, as Python's textwrap does it. */
function wrap(line: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  const pieces = line.match(breakHyphens ? /\s+|[^\s-]+-+(?=[^\s-])|\S+?-+(?=\w)|\S+/g : /\s+|\S+/g) ?? []
  const lines: string[] = []
  let current = ''
  for (const piece of pieces) {
    let rest = piece
    if (current !== '' && current.length + rest.trimEnd().length > width) {
      if (current.trimEnd() !== '') lines.push(current.trimEnd())
      current = ''
    }
    while (breakLong && rest.trim() !== '' && current.length + rest.length > width) {
      const room = width - current.length
      lines.push(current + rest.slice(0, room))
      current = ''
      rest = rest.slice(room)
    }
    if (rest.trim() !== '' || current !== '' || lines.length === 0) current += rest
  }
  if (current.trimEnd() !== '') lines.push(current.trimEnd())
  return lines
}

/** The filter that is a method of str under the same name. */
function method(call: Call, name: string, positional: readonly Operand[], input = text(call.input)): Operand {
  const operation = textMethods[name]
  if (!operation) throw failure(`str has no method ${name}`)
  return perform(name, operation, input, { positional, named: new Map() }, call.around)
}

export const textFilters: Operations = {
  lower: operation('', (call) => text(call.input).toLowerCase()),
  upper: operation('', (call) => text(call.input).toUpperCase()),
  capitalize: operation('', (call) => capitalize(text(call.input))),
  title: operation('', (call) =>
    (text(call.input).match(/[-\s({[<]+|[^-\s({[<]+/g) ?? []).map((word) => capitalize(word)).join(''),
  ),
  trim: operation('chars', (call) => method(call, 'strip', [call.get('chars')])),
  center: operation('width', (call) => method(call, 'center', [call.get('width', 80)])),
  replace: operation('old new count', (call) =>
    replaceText(
      text(call.input),
      text(call.need('old')),
      text(call.need('new')),
      call.get('count') === null ? -1 : call.int('count'),
    ),
  ),
  format: operation('* **', (call) => {
    if (call.rest.length > 0 && call.others.size > 0)
      throw failure('format takes positional or named arguments, not both')
    const given = call.others.size > 0 ? (call.others as ReadonlyMap<Operand, Operand>) : Tuple.containing(call.rest)
    return formatPercent(text(call.input), given)
  }),
  indent: operation('width first blank', indent),
  truncate: operation('length killwords end leeway', truncate),
  wordcount: operation('', (call) => (text(call.input).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  wordwrap: operation('width break_long_words wrapstring break_on_hyphens', (call) => {
    const width = call.int('width', 79)
    if (width < 1) throw failure('wordwrap needs a positive width')
    const lines = splitLines(text(call.input)).map((line) =>
      wrap(line, width, call.flag('break_long_words', true), call.flag('break_on_hyphens', true)),
    )
    const joint = call.get('wrapstring') === null ? '\n' : call.string('wrapstring')
    return lines.map((parts) => parts.join(joint)).join(joint)
  }),
  split: operation('sep maxsplit', (call) =>
    method(call, 'split', [call.get('sep'), call.get('maxsplit', -1)], call.text),
  ),
  splitlines: operation('keepends', (call) => splitLines(call.text, call.flag('keepends'))),
  pprint: operation('', (call) => repr(call.input)),
  quote: operation('', (call) => quoteForShell(call.input === null ? '' : text(call.input))),
  escape: operation('', (call) => escapeHtml(text(call.input))),
  e: operation('', (call) => escapeHtml(text(call.input))),
  forceescape: operation('', (call) => escapeHtml(text(call.input))),
  striptags: operation('', (call) => stripTags(text(call.input))),
  urlize: operation('trim_url_limit nofollow target rel extra_schemes', (call) => urlize(text(call.input), call)),
  xmlattr: operation('autospace', (call) => {
    if (!isDictionary(call.input)) throw failure('xmlattr needs a dict')
    return xmlAttributes(call.input, call.flag('autospace', true))
  }),
}

/** As Python's shlex.quote: only what is harmless goes without quotes. */
function quoteForShell(value: string): string {
  if (value === '') return "''"
  return /[^\w@%+=:,./-]/.test(value) ? `'${value.replaceAll("'", `'"'"'`)}'` : bounded(value.length) && value
}
