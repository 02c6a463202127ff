/** What the gathering script brought: small files by path, and named sections. */
export class Source {
  readonly #files: ReadonlyMap<string, readonly string[]>
  readonly #sections: ReadonlyMap<string, string>
  readonly user: string

  constructor(output: string, mark: string, user: string) {
    const sections = new Map<string, string>()
    for (const part of output.split(mark).slice(1)) {
      const end = part.indexOf('\n')
      sections.set(part.slice(0, end), part.slice(end + 1))
    }
    this.#sections = sections
    this.#files = filesIn(sections.get('files') ?? '')
    this.user = user
  }

  section(name: string): string {
    return this.#sections.get(name) ?? ''
  }

  /** The words of a section. */
  words(name: string): string[] {
    return this.section(name).split(/\s+/).filter(Boolean)
  }

  /** A file's lines; none for one that is missing or may not be read. */
  lines(path: string): readonly string[] {
    return this.#files.get(path) ?? []
  }

  /** A file's text without the white space around it; undefined for one that is missing, empty or may not be read. */
  text(path: string): string | undefined {
    return this.lines(path).join('\n').trim() || undefined
  }

  /** `key<separator>value` lines of a file. */
  fields(path: string, separator: RegExp): Map<string, string> {
    return new Map(
      this.lines(path).flatMap((line) => {
        const found = separator.exec(line)
        return found ? [[line.slice(0, found.index).trim(), line.slice(found.index + found[0].length).trim()]] : []
      }),
    )
  }

  /** What `*` may be in the paths of files that were brought: names('/sys/block/', '/size'). */
  names(before: string, after: string): string[] {
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(before) && path.endsWith(after))
      .map((path) => path.slice(before.length, -after.length || undefined))
      .filter((name) => name !== '' && !name.includes('/'))
  }
}

/** `grep -H ''` puts the path and a colon before each line. */
function filesIn(text: string): Map<string, string[]> {
  const files = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0 || !line.startsWith('/')) continue
    const path = line.slice(0, colon)
    const lines = files.get(path)
    if (lines) lines.push(line.slice(colon + 1))
    else files.set(path, [line.slice(colon + 1)])
  }
  return files
}
