/** Where something stands in a file; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type ErrorCode =
  | 'BAD_OPTIONS' // the command line or a setting
  | 'BAD_YAML' // text that is no YAML, or YAML that is no playbook, inventory, role …
  | 'VAULT' // what is encrypted and cannot be opened
  | 'BAD_ARGS' // arguments of a module or a role
  | 'BAD_TEMPLATE' // an expression or template that cannot be read
  | 'UNDEFINED' // a variable that nobody defined
  | 'EVALUATION' // an expression that can be read but not computed
  | 'NOT_FOUND' // a file, role, inventory on the controller
  | 'UNKNOWN_MODULE'
  | 'UNREACHABLE' // name not found, refused, timeout, lost
  | 'HOST_KEY' // unknown or changed
  | 'LOGIN_REFUSED'
  | 'BECOME' // sudo or su: missing, wants a password, not allowed
  | 'CANNOT_LOOK' // a probe that could not find out: EACCES, a missing tool, an I/O error
  | 'COMMAND_FAILED'
  | 'TIMEOUT'
  | 'NOT_CONVERGED'
  | 'PREDICTION_GAP'
  | 'UNPREDICTABLE' // in check mode: rests on something only predicted
  | 'REFUSED'
  | 'DOWNLOAD'
  | 'CHECKSUM'
  | 'ASSERTION' // assert and fail
  | 'INTERRUPTED'
  | 'BUG'

export interface ErrorDetails {
  readonly hint?: string | undefined
  readonly place?: Place | undefined
  readonly cause?: unknown
  /** What was tried when it went wrong, for results. */
  readonly during?: string | undefined
}

/** Every failure a user can cause or meet: what (message), where (place), why (cause), what to do next (hint). */
export class KplayError extends Error {
  override readonly name = 'KplayError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly place: Place | undefined
  readonly during: string | undefined

  constructor(code: ErrorCode, message: string, { hint, place, cause, during }: ErrorDetails = {}) {
    super(message, { cause })
    this.during = during
    this.code = code
    this.hint = hint
    this.place = place
  }
}

/** All mistakes of the input at once. Never empty. */
export class KplayErrors extends KplayError {
  readonly problems: readonly KplayError[]

  constructor(problems: readonly KplayError[]) {
    const [first] = problems
    super(first?.code ?? 'BUG', problems.map((problem) => problem.message).join('\n'), { place: first?.place })
    this.problems = problems
  }
}

/** Tells of something that is accepted but should be written in another way. */
export interface Warn {
  (message: string, place?: Place): void
  /** What a key is that a map has twice; worth a warning where absent. */
  readonly duplicates?: 'warn' | 'error' | 'ignore' | undefined
}

/** The same, where a key that a map has twice is judged like this. */
export const judging = (warn: Warn = () => undefined, duplicates: Warn['duplicates']): Warn =>
  Object.assign((message: string, place?: Place) => warn(message, place), { duplicates })

/** Gathers mistakes, so that one run reports all of them. What is worth a warning goes to `warn` at once. */
export class Problems {
  readonly list: KplayError[] = []
  readonly warn: Warn

  constructor(warn: Warn = () => undefined) {
    this.warn = warn
  }

  /** A key that a map has twice. */
  duplicate(message: string, place: Place): void {
    const { duplicates = 'warn' } = this.warn
    if (duplicates === 'warn') this.warn(message, place)
    else if (duplicates === 'error') this.add('BAD_YAML', message, { place })
  }

  add(code: ErrorCode, message: string, details: ErrorDetails = {}): void {
    this.list.push(new KplayError(code, message, details))
  }

  /** Runs `work`; a KplayError it throws is kept, anything else is thrown on. */
  collect<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.keep(error)
      return undefined
    }
  }

  keep(error: unknown): void {
    if (error instanceof KplayErrors) this.list.push(...error.problems)
    else if (error instanceof KplayError) this.list.push(error)
    else throw error
  }

  throwIfAny(): void {
    const told = this.list.filter((one, at) => this.list.findIndex((other) => isSame(one, other)) === at)
    if (told.length === 1 && told[0]) throw told[0]
    if (told.length > 0) throw new KplayErrors(told)
  }
}

/** A file that is read several times has its mistakes once. */
const isSame = (one: KplayError, other: KplayError): boolean =>
  one === other ||
  (one.place !== undefined &&
    one.message === other.message &&
    JSON.stringify(one.place) === JSON.stringify(other.place))

/** The same error with a place, unless it has one already. */
export function at(place: Place | undefined, error: unknown): unknown {
  if (!place || !(error instanceof KplayError) || error.place || error instanceof KplayErrors) return error
  const placed = new KplayError(error.code, error.message, { hint: error.hint, place, cause: error.cause })
  if (error.stack !== undefined) placed.stack = error.stack
  return placed
}
