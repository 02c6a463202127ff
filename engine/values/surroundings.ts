import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'
import type { Operand } from './operand.ts'

/** What stands between the parentheses of a call. */
export interface Given {
  readonly positional: readonly Operand[]
  readonly named: ReadonlyMap<string, Operand>
}

export const nothingGiven: Given = { positional: [], named: new Map() }

/** How to get at what is inside a value; JavaScript's undefined when it is not there. */
export interface Reach {
  attribute(value: Operand, name: string): Operand | undefined
  item(value: Operand, key: Operand): Operand | undefined
}

/** Files and environment of the controller. What is read through it is data, never rendered again. */
export interface Files {
  readText(path: string): string | undefined
  glob(pattern: string): string[]
  /** The path of a file of a play or role by Ansible's search path; undefined when there is none. */
  resolve(name: string, kind: 'files' | 'templates' | 'vars'): string | undefined
  env(name: string): string | undefined
  /** What kind of file it is, for tests like `is directory`; undefined when there is none. */
  stat?(path: string): { readonly kind: 'file' | 'directory' | 'link' | 'other'; readonly real: string } | undefined
}

/** What opens encrypted values. */
export interface Vault {
  /** Throws VAULT. */
  open(ciphertext: string, place?: Place): string
  /** The vault that a text was decrypted from; undefined: from none. */
  sourceOf(text: string): string | undefined
}

/** What an evaluation needs from outside. All of it may be missing: then what needs it fails with a clear error. */
export interface Ports {
  readonly files?: Files | undefined
  readonly vault?: Vault | undefined
  /** Something that is accepted but should be written in another way. */
  warn?(message: string, place: Place | undefined): void
  /** An answer that must be waited for; it throws Suspended until it is there. See `suspend.ts`. */
  ask?(kind: 'pipe' | 'url' | 'lines', subject: string, options: ReadonlyMap<string, Value>): Value
  now?(): Date
}

/** The variables that an expression sees. */
export interface Variables {
  readonly ports: Ports
  /** The value, its own templates rendered; JavaScript's undefined when nobody defines it. */
  get(name: string): Operand | undefined
  names(): Iterable<string>
}

/** Where a call happens: what a filter, test or lookup may look at beyond its arguments. */
export interface Surroundings extends Reach {
  readonly variables: Variables
  /** Calls a filter or test by name, as `map` and `select` do. */
  filter(name: string, input: Operand, given: Given): Operand
  test(name: string, input: Operand, given: Given): boolean
  knows(what: 'filter' | 'test', name: string): boolean
  /** Renders a template file that a lookup names, with further variables. */
  renderFile(file: string, source: string, more: ReadonlyMap<string, Operand>): string
}
