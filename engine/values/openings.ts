import type { Syntax } from './syntax.ts'

/** Where an opening tag was found: what precedes it is data. */
export interface Opening {
  readonly at: number
  readonly kind: 'block' | 'variable' | 'comment' | 'line' | 'lineComment'
  readonly tag: string
}

interface Tags {
  readonly BLOCK_START: string
  readonly VARIABLE_START: string
  readonly COMMENT_START: string
}

/** Finds where tags open in a source. What was found is remembered until it is passed: a long text is searched once. */
export class Openings {
  readonly #source: string
  readonly #patterns: readonly (readonly [Opening['kind'], RegExp])[]
  readonly #known = new Map<Opening['kind'], Opening>()

  constructor(source: string, tags: Tags, { lineStatement, lineComment }: Syntax) {
    this.#source = source
    const pattern = (tag: string, before = ''): RegExp => new RegExp(before + quoteRegex(tag), 'gm')
    this.#patterns = [
      ['comment', pattern(tags.COMMENT_START)],
      ['block', pattern(tags.BLOCK_START)],
      ['variable', pattern(tags.VARIABLE_START)],
      ...(lineStatement === undefined ? [] : [['line', pattern(lineStatement, '^[ \\t\\v]*')] as const]),
      ...(lineComment === undefined
        ? []
        : [['lineComment', pattern(lineComment, '(?:^|(?<=\\S))[^\\S\\n]*')] as const]),
    ]
  }

  /** The first one from there on; the longest of several. */
  next(index: number): Opening | undefined {
    return this.#patterns
      .map(([kind, pattern]) => this.#nextOf(kind, pattern, index))
      .filter(({ at }) => at < Infinity)
      .sort((one, other) => one.at - other.at || other.tag.length - one.tag.length)[0]
  }

  #nextOf(kind: Opening['kind'], pattern: RegExp, index: number): Opening {
    const known = this.#known.get(kind)
    if (known && known.at >= index) return known
    pattern.lastIndex = index
    const match = pattern.exec(this.#source)
    const found: Opening = { kind, tag: match?.[0] ?? '', at: match?.index ?? Infinity }
    this.#known.set(kind, found)
    return found
  }
}

export const quoteRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
