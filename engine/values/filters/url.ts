import type { Call } from '../call.ts'
import { failure, isDictionary, isList } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'

/** Percent-encodes all but letters, digits, `_.-~` and what is `safe`. */
function quote(source: string, safe: string): string {
  return Array.from(Buffer.from(source, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte)
    return byte < 0x80 && (/[\w.~-]/.test(char) || safe.includes(char))
      ? char
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

function encode(call: Call): string {
  const { input } = call
  const form = (value: Operand): string => quote(text(value), ' ').replaceAll(' ', '+')
  if (isDictionary(input)) return Array.from(input, ([key, value]) => `${form(key)}=${form(value)}`).join('&')
  if (!isList(input)) return quote(text(input), '/')
  return input.map((pair) => (isList(pair) ? pair.map(form).join('=') : form(pair))).join('&')
}

function split(call: Call): Operand {
  const source = call.text
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][\w+.-]*):)?([^]*)$/.exec(source) ?? []
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/.exec(rest) ?? []
  const [, user, password, host = '', port] =
    /^(?:([^:@]*)(?::([^@]*))?@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority) ?? []
  const parts = new Map<Operand, Operand>([
    ['fragment', fragment],
    ['hostname', host === '' ? null : host.replace(/^\[|\]$/g, '').toLowerCase()],
    ['netloc', authority],
    ['password', password ?? null],
    ['path', path],
    ['port', port === undefined || port === '' ? null : Number(port)],
    ['query', query],
    ['scheme', scheme.toLowerCase()],
    ['username', user ?? null],
  ])
  if (call.get('query') === null || call.get('query') === '') return parts
  const part = parts.get(call.string('query'))
  if (part === undefined)
    throw failure(
      `urlsplit: unknown URL component ${call.string('query')}`,
      `it has: ${[...parts.keys()].map(text).join(', ')}`,
    )
  return part
}

export const urlFilters: Operations = {
  urlencode: operation('', encode),
  urldecode: operation('', (call) => {
    const bytes = text(call.input)
      .replaceAll('+', ' ')
      .replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    return bytes
  }),
  urlsplit: operation('query', split),
}
