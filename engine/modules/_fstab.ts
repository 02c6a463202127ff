/** fstab(5), edited in place: comments, spacing and every line that is not ours stay byte for byte. */
export interface FstabFields {
  readonly src: string
  readonly path: string
  readonly fstype: string
  readonly opts: string
  readonly dump: string
  readonly passno: string
}
export interface FstabEntry extends FstabFields {
  /** Index into the lines of the text. */
  readonly at: number
}

const ORDER = ['src', 'path', 'fstype', 'opts', 'dump', 'passno'] as const
const DEFAULTS = { src: '', path: '', fstype: 'auto', opts: 'defaults', dump: '0', passno: '0' } as const

/** White space and words by turns; what follows the sixth field, or begins with # after the second, is left alone. */
function split(line: string): { readonly gaps: string[]; readonly words: string[]; readonly rest: string } {
  const gaps: string[] = []
  const words: string[] = []
  const part = /(\s*)(\S+)/y
  let end = 0
  for (let found = part.exec(line); found && words.length < ORDER.length; found = part.exec(line)) {
    const [all, gap = '', word = ''] = found
    if (word.startsWith('#') && (words.length === 0 || words.length > 2)) break
    gaps.push(gap)
    words.push(word)
    end += all.length
  }
  return { gaps, words, rest: line.slice(end) }
}

export function readFstab(text: string): readonly FstabEntry[] {
  return text.split('\n').flatMap((line, at) => {
    const { words } = split(line)
    if (words.length < 2) return []
    const fields = Object.fromEntries(ORDER.map((name, index) => [name, unescapeField(words[index] ?? DEFAULTS[name])]))
    return [{ ...(fields as unknown as FstabFields), at }]
  })
}

/** Changes of one text: `keep` says which entry is ours (undefined: none yet), `drop` which are duplicates of it. */
export function editFstab(
  text: string,
  {
    keep,
    drop,
    fields,
  }: { keep?: FstabEntry | undefined; drop: readonly FstabEntry[]; fields?: FstabFields | undefined },
): string {
  const gone = new Set(drop.map(({ at }) => at))
  const lines = text.split('\n').flatMap((line, at) => {
    if (gone.has(at)) return []
    return [keep?.at === at && fields ? editLine(line, keep, fields) : line]
  })
  const edited = lines.join('\n')
  if (keep || !fields) return edited
  const line = ORDER.map((name) => escapeField(fields[name])).join(' ')
  return `${edited}${edited === '' || edited.endsWith('\n') ? '' : '\n'}${line}\n`
}

function editLine(line: string, old: FstabFields, fields: FstabFields): string {
  const { gaps, words, rest } = split(line)
  const changed = ORDER.findLastIndex((name) => fields[name] !== old[name])
  for (const [at, name] of ORDER.entries()) {
    if (at < words.length ? fields[name] === old[name] : at > changed) continue
    gaps[at] ??= ' '
    words[at] = escapeField(fields[name])
  }
  return words.map((word, at) => `${gaps[at] ?? ' '}${word}`).join('') + rest
}

const escapeField = (value: string): string =>
  value.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).replace(/^#/, '\\043')
const unescapeField = (value: string): string =>
  value.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))

/** Without doubled and trailing slashes. */
export const normalPath = (path: string): string => path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')

export const splitOptions = (opts: string): readonly string[] => opts.split(',').filter((option) => option !== '')

/** Options mean the same in any order, and `defaults` adds nothing to others. */
export function sameOptions(one: string, other: string): boolean {
  const set = (opts: string): string =>
    [...new Set(splitOptions(opts).filter((option) => option !== 'defaults'))].sort().join(',')
  return set(one) === set(other)
}
