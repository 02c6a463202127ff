import type { Event } from '../events.ts'

/** Where text goes, and what may be sent there. */
export interface Output {
  write(text: string): void
  readonly columns: number
  readonly rows: number
  /** A person is watching: lines may be redrawn. */
  readonly terminal: boolean
  readonly colour: boolean
}

export interface ReportOptions {
  readonly verbosity: number
  readonly diff: boolean
  readonly check: boolean
  /** Text of a file on the controller, for the line an error stands in. */
  readText(path: string): string | undefined
  /** Folder that paths are shown relative to. */
  readonly folder: string
}

/** Listens to what happens and shows it. Decides nothing. */
export interface Reporter {
  listen(event: Event): void
  /** Draws what is still to be drawn; nothing comes after it. */
  end(): void
}
