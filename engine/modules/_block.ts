import { bare, endLast, linesOf } from './_lines.ts'
import { pattern } from './_pattern.ts'

export interface BlockArgs {
  readonly block: string
  readonly state: 'present' | 'absent'
  readonly marker: string
  readonly marker_begin: string
  readonly marker_end: string
  readonly insertafter: string | undefined
  readonly insertbefore: string | undefined
  readonly append_newline: boolean
  readonly prepend_newline: boolean
}

export const markersOf = ({ marker, marker_begin, marker_end }: BlockArgs): readonly [string, string] => [
  marker.replaceAll('{mark}', () => marker_begin),
  marker.replaceAll('{mark}', () => marker_end),
]

/** The text with the block between its marker lines, or without both. Rules and their order are Ansible's. */
export function editBlock(text: string, args: BlockArgs): string {
  const lines = linesOf(text)
  const [begin, end] = markersOf(args)
  const present = args.state === 'present' && args.block !== ''
  const block = present ? [`${begin}\n`, ...linesOf(args.block.replace(/(?<!\n)$/, '\n')), `${end}\n`] : []

  const from = lines.findLastIndex((line) => bare(line) === begin)
  const to = lines.findLastIndex((line) => bare(line) === end)
  const there = from >= 0 && to >= 0
  const at = there ? Math.min(from, to) : insertionPoint(text, lines, args)
  if (there) lines.splice(at, Math.abs(to - from) + 1)
  if (!present && !there) return text

  if (at === lines.length || (at > 0 && present)) endLast(lines)
  const before = present && args.prepend_newline && at > 0 && lines[at - 1] !== '\n' ? ['\n'] : []
  const after = present && args.append_newline && at < lines.length && lines[at] !== '\n' ? ['\n'] : []
  lines.splice(at, 0, ...before, ...block, ...after)
  return lines.join('')
}

function insertionPoint(text: string, lines: readonly string[], { insertafter, insertbefore }: BlockArgs): number {
  if (insertbefore === 'BOF') return 0
  const source = insertafter === 'EOF' ? undefined : (insertafter ?? insertbefore)
  if (source === undefined) return lines.length
  const place = pattern(source)
  // A pattern with the flag m looks at the whole text, as it may span lines.
  if (/^\(\?[a-zA-Z]*m/.test(source)) {
    const found = place.exec(text)
    if (!found) return lines.length
    const upTo = (end: number): number => text.slice(0, end).split('\n').length - 1
    return insertafter === undefined ? upTo(found.index) : upTo(found.index + found[0].length) + 1
  }
  const hit = lines.findLastIndex((line) => place.test(bare(line)))
  if (hit < 0) return lines.length
  return insertafter === undefined ? hit : hit + 1
}
