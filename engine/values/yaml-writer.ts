/** Where the emitter stands in its output. The rules for white space are those of PyYAML. */
export class YamlWriter {
  out = ''
  column = 0
  /** How far the current collection is indented; undefined outside of all. */
  indent: number | undefined
  /** Deeper than 0 within brackets. */
  flowLevel = 0
  /** The last character was white space. */
  private whitespace = true
  /** Only white space and indicators such as `-` stand in the line so far. */
  private indention = true
  readonly step: number
  readonly width: number
  readonly unicode: boolean

  constructor(step: number, width: number, unicode: boolean) {
    this.step = step > 1 && step < 10 ? step : 2
    this.width = width > this.step * 2 ? width : 80
    this.unicode = unicode
  }

  get atIndention(): boolean {
    return this.indention
  }

  /** Runs `work` one level deeper. */
  deeper(work: () => void, { flow = false, indentless = false } = {}): void {
    const outer = this.indent
    if (outer === undefined) this.indent = flow ? this.step : 0
    else if (!indentless) this.indent = outer + this.step
    work()
    this.indent = outer
  }

  /** `-`, `:`, `[` and their kin. */
  indicator(text: string, { spaced = false, leavesSpace = false, indents = false } = {}): void {
    this.put(spaced && !this.whitespace ? ` ${text}` : text)
    this.whitespace = leavesSpace
    this.indention = this.indention && indents
  }

  /** Goes to the indentation: of this line if nothing but indicators is before it, else of a new one. */
  goToIndent(): void {
    const indent = this.indent ?? 0
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.lineBreak()
    if (this.column >= indent) return
    this.put(' '.repeat(indent - this.column))
    this.whitespace = true
  }

  lineBreak(): void {
    this.out += '\n'
    this.column = 0
    this.whitespace = true
    this.indention = true
  }

  /** Text that is no white space and no indicator. */
  content(text: string): void {
    this.put(text)
    this.whitespace = false
    this.indention = false
  }

  /** A space unless there is one. */
  space(): void {
    if (!this.whitespace) this.put(' ')
    this.whitespace = false
    this.indention = false
  }

  put(text: string): void {
    this.out += text
    this.column += text.length
  }
}
