import type { IncomingHttpHeaders } from 'node:http'

/** The first and last byte to send, counted from 0. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Whether the copy that a client says it has is the file as it is now (RFC 9110, section 13.2.2). */
export function isFresh(headers: IncomingHttpHeaders, etag: string, modified: Date): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return tags === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && seconds(modified) <= since
}

/**
 * Reads `Range` and `If-Range` (RFC 9110, section 14.2): nothing means the whole file. Several ranges at once, another
 * unit or a malformed header count as not asked, as the RFC allows.
 */
export function readRange(
  headers: IncomingHttpHeaders,
  size: number,
  etag: string,
  modified: Date,
): Range | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.replaceAll(' ', '') ?? '') ?? []
  if (first === '' && last === '') return undefined
  const condition = headers['if-range']
  if (condition !== undefined && condition !== etag && Date.parse(String(condition)) !== seconds(modified))
    return undefined

  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  return start >= size ? 'unsatisfiable' : { start, end }
}

/** HTTP dates know no fraction of a second. */
function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000
}
