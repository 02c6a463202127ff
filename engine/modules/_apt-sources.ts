/** A line of a sources.list; see sources.list(5). */
export interface SourceLine {
  readonly type: string
  readonly options: string
  readonly rest: string
}

/** Undefined for a comment and for what is no source. */
export function sourceIn(line: string): SourceLine | undefined {
  const bare = line.replace(/#.*$/, '').trim()
  const [, type, options = '', rest] = /^(deb|deb-src)\s+(?:(\[[^\]]*\])\s+)?(\S+\s+\S+.*)$/.exec(bare) ?? []
  if (type === undefined || rest === undefined) return undefined
  return { type, options: options.replace(/\s+/g, ' '), rest: rest.replace(/\s+/g, ' ') }
}

export const sourceText = ({ type, options, rest }: SourceLine): string =>
  [type, ...(options === '' ? [] : [options]), rest].join(' ')

export const isSource = (line: string, source: SourceLine): boolean => {
  const found = sourceIn(line)
  return found !== undefined && sourceText(found) === sourceText(source)
}

/** The name that Ansible gives the file of a source: what is in its URL, without login. */
export function fileNameOf({ rest }: SourceLine): string {
  const [url = ''] = rest.replace(/\w+:\/\//, '').split(' ')
  const place = url.includes('@') ? url.slice(url.indexOf('@') + 1) : url
  return place
    .replace(/[^a-zA-Z0-9]/g, ' ')
    .trim()
    .split(/\s+/)
    .join('_')
}
