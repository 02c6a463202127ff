/** Above that names are folded, and what went well names no more. */
const MANY = 8

/**
 * Names of hosts as text: many that differ by a running number are folded as an inventory writes them, `kafka[01:30]`.
 * With `most`, only so many are named when there are still too many.
 */
export function hostList(hosts: Iterable<string>, { most = Infinity }: { most?: number } = {}): string {
  const names = [...new Set(hosts)]
  if (names.length <= MANY) return names.join(' ')
  const folded = fold(names)
  if (folded.length <= most) return folded.join(' ')
  return `${folded.slice(0, most).join(' ')} … ${names.length} hosts`
}

interface Run {
  readonly before: string
  readonly after: string
  readonly first: string
  last: string
  count: number
}

/** Neighbours whose last number that differs counts up by one become one word. */
function fold(names: readonly string[]): readonly string[] {
  const runs: (Run | string)[] = []
  for (const name of names) {
    const last = runs.at(-1)
    const run = last === undefined ? undefined : joined(last, name)
    if (run) runs[runs.length - 1] = run
    else runs.push(name)
  }
  return runs.flatMap((run) => {
    if (typeof run === 'string') return [run]
    const { before, after, first, last, count } = run
    return count > 2
      ? [`${before}[${first}:${last}]${after}`]
      : [`${before}${first}${after}`, `${before}${last}${after}`]
  })
}

function joined(last: Run | string, name: string): Run | undefined {
  for (const { 0: digits, index } of name.matchAll(/\d+/g)) {
    const before = name.slice(0, index)
    const after = name.slice(index + digits.length)
    const previous = typeof last === 'string' ? numberIn(last, before, after) : last.last
    const same = typeof last === 'string' || (last.before === before && last.after === after)
    if (previous === undefined || !same || !follows(previous, digits)) continue
    return typeof last === 'string'
      ? { before, after, first: previous, last: digits, count: 2 }
      : { ...last, last: digits, count: last.count + 1 }
  }
  return undefined
}

function numberIn(name: string, before: string, after: string): string | undefined {
  if (!name.startsWith(before) || !name.endsWith(after) || name.length <= before.length + after.length) return undefined
  const middle = name.slice(before.length, name.length - after.length)
  return /^\d+$/.test(middle) ? middle : undefined
}

/** Leading zeros are part of a name: 09 is followed by 10, and 9 by 10, but 09 not by 010. */
const follows = (one: string, next: string): boolean =>
  Number(next) === Number(one) + 1 && (one.length === next.length || !(one.startsWith('0') || next.startsWith('0')))
