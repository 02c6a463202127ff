import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'
import type { Operand } from './operand.ts'
import type { Syntax } from './syntax.ts'

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
  /** The text; of a file that a vault encrypts, what is in it. UTF-8 unless an encoding is named, as Python names it. */
  readText(path: string, encoding?: string): string | undefined
  /** Paths of files that match; a relative pattern is tried by the search path of files/. */
  glob(pattern: string): string[]
  /** The path of a file of a play or role by Ansible's search path; undefined when there is none. */
  resolve(name: string, kind: 'files' | 'templates' | 'vars'): string | undefined
  env(name: string): string | undefined
  /** The text of a file that only its owner may read: changed, or made when there is none. A relative name is the playbook's. */
  keep?(path: string, change: (known: string | undefined) => string): string
  /** Whether a vault encrypts the file; undefined when there is none. */
  isEncrypted?(path: string): boolean | undefined
  /** What there is, for tests like `is directory`; undefined when there is nothing. */
  stat?(path: string): Found | undefined
}

/** What opens encrypted values. */
export interface Vault {
  /** Throws VAULT. */
  open(ciphertext: string, place?: Place): string
  /** The vault that a text was decrypted from; undefined: from none. */
  sourceOf(text: string): string | undefined
  /** Takes texts that may be secrets. */
  conceal(texts: Iterable<string>): void
}

/** What stands at a path of the controller. */
export interface Found {
  /** What it is, or what the link leads to; a link may lead to nothing. */
  readonly kind: 'file' | 'directory' | 'other' | 'nothing'
  readonly link: boolean
  readonly mount: boolean
  /** The path without links in it. */
  readonly real: string
}

/** What must be waited for: the output of a command, the body of an answer. */
export type Waiting = 'pipe' | 'url'

/** What an evaluation needs from outside. All of it may be missing: then what needs it fails with a clear error. */
export interface Ports {
  readonly files?: Files | undefined
  readonly vault?: Vault | undefined
  /** Something that is accepted but should be written in another way. */
  warn?(message: string, place: Place | undefined): void
  /** An answer that must be waited for; it throws Suspended until it is there. See `suspend.ts`. */
  ask?(kind: Waiting, subject: string, options: ReadonlyMap<string, Value>): string
  /** Names of the hosts that patterns select. */
  hosts?(patterns: readonly string[]): readonly string[]
  /** What the configuration says; JavaScript's undefined when there is no setting of that name. */
  setting?(name: string): Value | undefined
  now?(): Date
}

/** The variables that an expression sees. */
export interface Variables {
  readonly ports: Ports
  /** The value, its own templates rendered; JavaScript's undefined when nobody defines it. */
  get(name: string): Operand | undefined
  names(): Iterable<string>
}

/** A template file that was read, and how its syntax differs. */
export interface TemplateFile {
  readonly file: string
  readonly source: string
  readonly syntax: Syntax
}

/** Where a call happens: what a filter, test or lookup may look at beyond its arguments. */
export interface Surroundings extends Reach {
  readonly variables: Variables
  /** Calls a filter or test by name, as `map` and `select` do. */
  filter(name: string, input: Operand, given: Given): Operand
  test(name: string, input: Operand, given: Given): boolean
  knows(what: 'filter' | 'test', name: string): boolean
  /** Renders a template file that a lookup names, with further variables. */
  renderFile(file: TemplateFile, more: ReadonlyMap<string, Operand>): Operand
}
