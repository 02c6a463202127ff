import { expanded, pattern } from './_pattern.ts'

export interface LineArgs {
  readonly line: string | undefined
  readonly regexp: string | undefined
  readonly search_string: string | undefined
  readonly state: 'present' | 'absent'
  readonly insertafter: string | undefined
  readonly insertbefore: string | undefined
  readonly backrefs: boolean
  readonly firstmatch: boolean
}

/** The lines of a text, each with its end; the last one may have none. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
export const bare = (line: string): string => line.replace(/[\r\n]+$/, '')

/** Adds the line end that the last line lacks, so that something can follow it. */
export function endLast(lines: string[]): void {
  const last = lines.at(-1)
  if (last !== undefined && !/[\r\n]$/.test(last)) lines[lines.length - 1] = `${last}\n`
}

type Finder = (line: string) => RegExpExecArray | boolean | null

function finderOf({ regexp, search_string }: LineArgs): Finder | undefined {
  if (regexp !== undefined) {
    const wanted = pattern(regexp)
    return (line) => wanted.exec(bare(line))
  }
  return search_string === undefined ? undefined : (line) => line.includes(search_string)
}

/** The text as `lineinfile` wants it. Rules and their order are Ansible's. */
export function editLines(text: string, args: LineArgs): string {
  const lines = linesOf(text)
  if (args.state === 'absent') return lines.filter((line) => !goes(line, args)).join('')

  const { line = '', backrefs, firstmatch } = args
  const finder = finderOf(args)
  const hits = finder === undefined ? [] : lines.flatMap((one, at) => (finder(one) ? [at] : []))
  const hit = firstmatch ? hits[0] : hits.at(-1)
  if (hit !== undefined) {
    const match = finder?.(lines[hit] ?? '')
    const fresh = backrefs && typeof match === 'object' && match !== null ? expanded(line, match) : line
    lines[hit] = fresh.endsWith('\n') ? fresh : `${fresh}\n`
    return lines.join('')
  }
  if (backrefs) return text
  // The very line is there already, wherever it stands; like any other line it gets an end.
  const very = lines.findLastIndex((one) => bare(one) === line)
  if (very >= 0) {
    lines[very] = `${line}\n`
    return lines.join('')
  }
  return inserted(lines, line, args)
}

function goes(line: string, args: LineArgs): boolean {
  const finder = finderOf(args)
  return finder ? Boolean(finder(line)) : bare(line) === args.line
}

function inserted(lines: string[], line: string, args: LineArgs): string {
  const at = insertionPoint(lines, args)
  if (at > 0) endLast(lines)
  lines.splice(at, 0, `${line}\n`)
  return lines.join('')
}

/** Where a new line goes; the end where nothing matches. */
function insertionPoint(lines: readonly string[], { insertafter, insertbefore, firstmatch }: LineArgs): number {
  if (insertbefore === 'BOF' || insertafter === 'BOF') return 0
  const source = insertafter === 'EOF' ? undefined : (insertafter ?? insertbefore)
  if (source === undefined) return lines.length
  const place = pattern(source)
  const hits = lines.flatMap((one, at) => (place.test(bare(one)) ? [at] : []))
  const hit = firstmatch ? hits[0] : hits.at(-1)
  if (hit === undefined) return lines.length
  return insertafter === undefined ? hit : hit + 1
}
