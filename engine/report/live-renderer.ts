import type { Output } from './reporter.ts'

/** What the live area is made of; asked for at every frame. */
export interface Screen {
  readonly output: Output
  footer(): string
  /** Hosts at work, the longest first. */
  busy(): readonly string[]
  /** Hosts that a task still under way went wrong on: their story is told when it has ended everywhere. */
  lost(): readonly string[]
}

const FRAME = 80
/** So many failures are named while a task is under way. */
const LOST = 4
/** Below that a task is over before anybody could read its line. */
const QUIET = 300
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
// Synchronized update: the terminal shows a frame only when it is whole.
const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

/**
 * A renderer for listr2. Its own one redraws everything at every event, which takes seconds with a few dozen hosts;
 * this one draws what fits, on a clock.
 */
export class LiveRenderer {
  static nonTTY = true
  static rendererOptions = {}
  static rendererTaskOptions = {}
  static screen: Screen | undefined
  private static drawn = 0
  private static tick = 0
  private timer: NodeJS.Timeout | undefined
  private started = 0

  render(): void {
    this.started = performance.now()
    this.timer = setInterval(() => {
      if (performance.now() - this.started > QUIET) LiveRenderer.draw()
    }, FRAME)
    this.timer.unref()
    process.once('exit', LiveRenderer.cursor)
  }

  end(): void {
    clearInterval(this.timer)
  }

  /** Text that stays: the live area moves below it. */
  static above(text: string, output: Output): void {
    output.write(`${BEGIN}${LiveRenderer.erase()}${text}${END}`)
  }

  static close(output: Output): void {
    output.write(LiveRenderer.erase())
    LiveRenderer.cursor()
    process.off('exit', LiveRenderer.cursor)
    LiveRenderer.screen = undefined
  }

  private static cursor(this: void): void {
    LiveRenderer.screen?.output.write('\x1b[?25h')
  }

  private static erase(): string {
    const up = LiveRenderer.drawn > 0 ? `\x1b[${LiveRenderer.drawn}A\x1b[J` : ''
    LiveRenderer.drawn = 0
    return up
  }

  private static draw(): void {
    const { screen } = LiveRenderer
    if (!screen) return
    LiveRenderer.tick += 1
    const spin = SPINNER[LiveRenderer.tick % SPINNER.length] ?? ''
    const { output } = screen
    const lost = screen.lost()
    const lostRows = lost.slice(0, LOST).map((row) => `  ✗ ${row}`)
    if (lost.length > LOST) lostRows.push(`    and ${lost.length - LOST} more failures`)
    const room = Math.max(1, Math.min(12, output.rows - 4 - lostRows.length))
    const busy = screen.busy()
    const rows = busy.slice(0, room).map((row) => `  ${spin} ${row}`)
    if (busy.length > room) rows.push(`    and ${busy.length - room} more hosts`)
    rows.push(...lostRows, `  ${screen.footer()}`)
    const erase = LiveRenderer.erase()
    LiveRenderer.drawn = rows.length
    output.write(`${BEGIN}\x1b[?25l${erase}${rows.map((row) => `${cut(row, output.columns - 1)}\n`).join('')}${END}`)
  }
}

/** Cuts to the terminal's width: a wrapped line could not be erased. */
const cut = (row: string, width: number): string => {
  const letters = [...row]
  return letters.length <= width ? row : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`
}
