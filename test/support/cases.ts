import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { CannedLocal } from './fake-local.ts'
import type { Canned } from './fake-machine.ts'

/** One case of a module: `test/modules/NAME.yaml` is a list of them. */
export interface Case {
  /** What the module does here: the test's name. */
  readonly it: string
  readonly args: Readonly<Record<string, unknown>>
  readonly host?: Canned
  readonly local?: CannedLocal
  /**
   * Every step, in order: text is the command or `write PATH`, /text/ a pattern of it, a dict is part of the step's
   * data (write, content, mode …; run, label, effects, stdin …). An empty list: nothing to do.
   */
  readonly steps?: readonly (string | object)[]
  /** Every changed key. */
  readonly changes?: readonly object[]
  /** The error's code, or its code and a pattern of its text. */
  readonly error?: string | { readonly code: string; readonly message?: string; readonly hint?: string }
  /** Patterns, one for each warning. */
  readonly warnings?: readonly string[]
  /** Part of what is registered. */
  readonly result?: object
  readonly status?: 'ok' | 'changed' | 'failed'
  /** Paths and what must be there afterwards: `null` for nothing, text for a file's content, else part of the entry. */
  readonly after?: Readonly<Record<string, null | string | object>>
}

export const casesFolder = new URL('../modules/', import.meta.url)

export const caseFiles = (): string[] => readdirSync(casesFolder).filter((name) => name.endsWith('.yaml'))

export const casesOf = (file: string): readonly Case[] =>
  (parse(readFileSync(new URL(file, casesFolder), 'utf8')) as Case[] | null) ?? []
