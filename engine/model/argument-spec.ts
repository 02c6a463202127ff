import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'

export interface ArgumentOption {
  readonly type:
    'str' | 'int' | 'float' | 'bool' | 'list' | 'dict' | 'path' | 'raw' | 'jsonarg' | 'json' | 'bytes' | 'bits'
  readonly elements?: ArgumentOption['type'] | undefined
  readonly required: boolean
  readonly default?: Value | undefined
  readonly choices?: readonly Value[] | undefined
  readonly options?: ReadonlyMap<string, ArgumentOption> | undefined
  /** What its own options must be together. */
  readonly rules?: ArgumentRules | undefined
  readonly description: string
  readonly noLog: boolean
}
export interface ArgumentSpec {
  readonly place: Place
  /** Its name among the entry points of the role. */
  readonly entry: string
  /** Its options as they are written. */
  readonly data: Value
  readonly shortDescription: string
  readonly options: ReadonlyMap<string, ArgumentOption>
  readonly rules: ArgumentRules
}

/** What arguments must be together; empty text counts as not given. */
export interface ArgumentRules {
  /** Of each list at least one. */
  readonly requiredOneOf: readonly (readonly string[])[]
  /** Of each list at most one. */
  readonly mutuallyExclusive: readonly (readonly string[])[]
  /** Of each list all or none. */
  readonly requiredTogether: readonly (readonly string[])[]
  /** Where an argument has a value, others must be given: all, or one of them. */
  readonly requiredIf: readonly {
    readonly name: string
    readonly value: Value
    readonly needs: readonly string[]
    readonly any: boolean
  }[]
  /** What an argument cannot be given without. */
  readonly requiredBy: readonly { readonly name: string; readonly needs: readonly string[] }[]
}
