/** Texts that must not be shown, however they came to be known. */
export class Secrets {
  readonly #anywhere = new Set<string>()
  readonly #words = new Set<string>()
  #mask: ((text: string) => string) | undefined

  /** Hides a text wherever it occurs, also a line of it alone, or as base64. */
  add(text: string): void {
    const lines = text.split('\n').map((line) => line.trim())
    const trimmed = text.trim()
    this.#anywhere.add(text).add(trimmed)
    if (trimmed.length >= SHORTEST_LINE) {
      for (const form of [text, trimmed]) this.#anywhere.add(Buffer.from(form).toString('base64'))
      this.#anywhere.add(JSON.stringify(text).slice(1, -1))
    }
    if (lines.length > 1) for (const line of lines) if (line.length >= SHORTEST_LINE) this.#anywhere.add(line)
    this.#mask = undefined
  }

  /**
   * The same for a text that may as well be harmless, such as a name in an encrypted file full of settings: a short
   * one is hidden only where it stands by itself.
   */
  addDoubtful(text: string): void {
    const trimmed = text.trim()
    if (trimmed.length >= SHORTEST_LINE) this.add(text)
    else if (trimmed.length >= SHORTEST) this.#words.add(trimmed)
    this.#mask = undefined
  }

  get empty(): boolean {
    return this.#anywhere.size + this.#words.size === 0
  }

  mask(text: string): string {
    this.#mask ??= maskerOf(this.#anywhere, this.#words)
    return this.#mask(text)
  }
}

export const MASK = '********'
const SHORTEST = 3
const SHORTEST_LINE = 8

/** What has fewer than 3 characters would make everything unreadable: it is hidden only where it is all there is. */
function maskerOf(anywhere: ReadonlySet<string>, words: ReadonlySet<string>): (text: string) => string {
  const longestFirst = [...anywhere].filter((text) => text.length >= SHORTEST).sort((a, b) => b.length - a.length)
  const alternatives = [
    ...longestFirst.map(escaped),
    ...[...words].map((word) => `(?<![\\p{L}\\p{N}_])${escaped(word)}(?![\\p{L}\\p{N}_])`),
  ]
  const pattern = alternatives.length > 0 ? new RegExp(alternatives.join('|'), 'gu') : undefined
  return (text) => {
    if (text !== '' && text.length < SHORTEST) return anywhere.has(text) ? MASK : text
    return pattern ? text.replace(pattern, MASK) : text
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
