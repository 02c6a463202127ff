import type { Call } from '../call.ts'
import { failure } from '../operand.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'

const STYLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

/** Ansible's `comment`: the text between two empty comment lines. */
export function comment(call: Call): string {
  const style = own(STYLES, call.string('style', 'plain'))
  if (!style) throw failure(`comment has no style ${call.string('style')}`, `it has: ${Object.keys(STYLES).join(', ')}`)
  const option = (name: string, otherwise = ''): string => text(call.others.get(name) ?? style[name] ?? otherwise)
  const [decoration, newline] = [option('decoration'), option('newline', '\n')]
  const times = (name: string, line: string): string => line.repeat(Number(call.others.get(`${name}_count`) ?? 1))
  const [beginning, end] = [option('beginning'), option('end')]
  const [prefix, postfix] = [option('prefix', decoration.trimEnd()), option('postfix', decoration.trimEnd())]
  const body = text(call.input)
    .split(newline)
    .map((line) => (decoration + line).trimEnd())
    .join(newline)
  return [
    beginning && beginning + newline,
    prefix && times('prefix', prefix + newline),
    body,
    times('postfix', newline + postfix),
    end && newline + end,
  ].join('')
}
