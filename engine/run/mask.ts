import type { Plain } from '../value.ts'

export const MASK = '********'

/** Hides values wherever they occur in text. Values of fewer than 3 characters would make everything unreadable: those alone on their own are hidden. */
export function masker(secrets: Iterable<string>): (text: string) => string {
  const all = [...new Set(secrets)].filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  if (all.length === 0) return (text) => text
  return (text) =>
    all.reduce(
      (now, secret) => (secret.length < 3 ? (now === secret ? MASK : now) : now.replaceAll(secret, MASK)),
      text,
    )
}

export function maskPlain(value: Plain, mask: (text: string) => string): Plain {
  if (typeof value === 'string') return mask(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Plain) => maskPlain(item, mask))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskPlain(item, mask)]))
}
