import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A command line of a target, as the list names it. */
export interface Listed {
  readonly run: string
  /** Why it is not counted. */
  readonly out?: string
  /** Why it is right to refuse it before the first task, where Ansible fails at one. */
  readonly early?: string
  /** The exit code that the target wants, where Ansible as it was recorded ended otherwise. */
  readonly exit?: number
}

export interface ListedTarget {
  readonly area: string
  /** Why no case of it is counted. */
  readonly out?: string
  readonly cases: readonly Listed[]
}

type Written = string | Listed

/** The list of all cases: `cases.yaml`, fixed before the first run was measured. */
export function readList(path: string): ReadonlyMap<string, ListedTarget> {
  const written = parse(readFileSync(path, 'utf8')) as Record<string, { area: string; out?: string; cases?: Written[] }>
  return new Map(
    Object.entries(written).map(([name, { cases = [], ...rest }]) => [
      name,
      { ...rest, cases: cases.map((one) => (typeof one === 'string' ? { run: one } : one)) },
    ]),
  )
}
