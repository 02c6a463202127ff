import type { KplayError, Place } from '../errors.ts'
import type { Plain } from '../value.ts'

/** One place that defines a variable. */
export interface Definition {
  readonly layer: string
  /** Its number among Ansible's levels of precedence, where it has one. */
  readonly level?: number | undefined
  readonly place?: Place | undefined
  /** What is written there, templates by their text. */
  readonly written: Plain
}

/** A variable that another one is built from. */
export interface Use {
  readonly name: string
  readonly value?: Plain
  readonly error?: KplayError | undefined
  /** The one that wins; undefined: nobody defines it. */
  readonly definition?: Definition | undefined
  readonly uses: readonly Use[]
}

/** Something that gives a variable its value only while a play runs. */
export interface Setter {
  readonly level: number
  readonly by: string
  readonly place: Place
}

/** Where a variable's value comes from. Secrets are masked. */
export interface Explanation {
  readonly name: string
  readonly host: string
  /** Plays and tasks that see it so; empty: it is seen without a play. */
  readonly where: readonly string[]
  readonly value?: Plain
  readonly error?: KplayError | undefined
  /** The weakest first; the last one wins. */
  readonly definitions: readonly Definition[]
  readonly uses: readonly Use[]
  readonly setters: readonly Setter[]
}
