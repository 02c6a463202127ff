import type { Call } from '../call.ts'
import { Undefined, failure } from '../operand.ts'
import type { Dictionary } from '../operand.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

export const escapeHtml = (source: string): string => source.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

/** Text without tags and comments, its whitespace reduced to single spaces. */
export function stripTags(source: string): string {
  const bare = source.replace(/<!--[^]*?-->/g, '').replace(/<[^>]*>/g, '')
  return bare
    .split(/\s+/)
    .filter(Boolean)
    .join(' ')
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return own(NAMED, name) ?? whole
      return String.fromCodePoint(Math.min(0x10ffff, parseInt(decimal ?? hex ?? '0', decimal === undefined ? 16 : 10)))
    })
}

/** ` key="value"` for every key that has one. */
export function xmlAttributes(dict: Dictionary, leadingSpace: boolean): string {
  const pairs = [...dict].filter(([, value]) => value !== null && !(value instanceof Undefined))
  const shown = pairs.map(([key, value]) => {
    if (/[\s/>=]/.test(text(key))) throw failure(`invalid character in the attribute name ${text(key)}`)
    return `${escapeHtml(text(key))}="${escapeHtml(text(value))}"`
  })
  return (leadingSpace && shown.length > 0 ? ' ' : '') + shown.join(' ')
}

/** Links around what looks like an address. */
export function urlize(source: string, call: Call): string {
  const limit = call.get('trim_url_limit') === null ? Infinity : call.int('trim_url_limit')
  const rel = new Set([...(call.get('rel') === null ? [] : call.string('rel').split(' ')), 'noopener'])
  if (call.flag('nofollow')) rel.add('nofollow')
  const target = call.get('target') === null ? '' : ` target="${escapeHtml(call.string('target'))}"`
  const attributes = ` rel="${[...rel].sort().join(' ')}"${target}`
  const link = (href: string, shown: string): string =>
    `<a href="${href}"${attributes}>${shown.length > limit ? `${shown.slice(0, limit)}...` : shown}</a>`
  return escapeHtml(source)
    .split(/(\s+)/)
    .map((word) => {
      const [, before = '', middle = '', after = ''] = /^((?:[(<]|&lt;)*)(.*?)((?:[>).,\n]|&gt;)*)$/s.exec(word) ?? []
      if (/^https?:\/\/\S+$/.test(middle)) return before + link(middle, middle) + after
      if (/^www\.\S+\.\S+$/.test(middle) || /^[\w.-]+\.(?:com|net|int|edu|gov|org|info|mil)(?:[:/?]\S*)?$/.test(middle))
        return before + link(`https://${middle}`, middle) + after
      if (/^\S+@\w[\w.-]*\.\w+$/.test(middle)) return `${before}<a href="mailto:${middle}">${middle}</a>${after}`
      return word
    })
    .join('')
}
