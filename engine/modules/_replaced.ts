import { expanded, pattern } from './_pattern.ts'

interface Replacing {
  readonly regexp: string
  readonly replace: string
  readonly after: string | undefined
  readonly before: string | undefined
}

export interface Replaced {
  readonly content: string
  readonly count: number
  /** The pattern of `before` and `after`, when it is nowhere in the text. */
  readonly unmatched?: string | undefined
}

/** A text with all matches replaced, in the part of it that `before` and `after` leave. */
export function replaced(text: string, args: Replacing): Replaced {
  const section = sectionOf(text, args)
  if (typeof section === 'string') return { content: text, count: 0, unmatched: section }
  const [start, end] = section
  let count = 0
  const fresh = text.slice(start, end).replace(pattern(args.regexp, 'gm'), (...found: unknown[]) => {
    count += 1
    return expanded(args.replace, matchOf(found))
  })
  return { content: text.slice(0, start) + fresh + text.slice(end), count }
}

/** Where the part begins and ends, or the pattern that is nowhere. */
function sectionOf(text: string, { after, before }: Replacing): readonly [number, number] | string {
  if (!after && !before) return [0, text.length]
  const source = `${after ?? ''}(?P<subsection>.*${after && before ? '?' : ''})${before ?? ''}`
  const found = pattern(source, 'ds').exec(text)
  const place = found?.indices?.groups?.['subsection']
  return place ?? source
}

/** What `replace` gives its function, as `exec` would have answered. */
function matchOf(found: readonly unknown[]): RegExpExecArray {
  const last = found.at(-1)
  const groups = typeof last === 'object' ? (last as Record<string, string>) : undefined
  const words = found.slice(
    0,
    found.findIndex((each) => typeof each === 'number'),
  )
  return Object.assign(words, { index: 0, input: '', groups }) as unknown as RegExpExecArray
}
