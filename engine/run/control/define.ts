import type { KplayError } from '../../errors.ts'
import type { Change, Included } from '../../model.ts'
import type { ArgsOf, Fields, InputOf } from '../../schema/field.ts'
import type { Plain, Raw, Value } from '../../value.ts'
import type { Scope } from '../../values/scope.ts'
import type { LocalPlace, RunContext } from '../context.ts'
import type { Execution } from '../execution.ts'
import type { Learnt } from '../learn.ts'
import type { HostState } from '../state.ts'
import type { Target } from '../../host/target.ts'

export interface ControlContext {
  readonly scope: Scope
  readonly host: HostState
  readonly run: RunContext
  readonly place: LocalPlace
  /** Arguments that the control module named in `raw`, as they were written. */
  readonly raw: ReadonlyMap<string, Raw>
  /** The task as it is executed. */
  readonly job: Execution
  /** Nothing may be done to a host. */
  readonly checking: boolean
  /** The file of a job on a host with that home. */
  jobPath(id: string, home: string): string
  /** Connects when it is called. */
  target(): Promise<Target>
  sleep(milliseconds: number): Promise<void>
}

export interface ControlAnswer {
  readonly status?: 'ok' | 'changed' | 'failed' | 'skipped'
  readonly values?: Readonly<Record<string, Plain>>
  /** For people, shown at any verbosity. */
  readonly message?: string
  readonly changes?: readonly Change[]
  readonly error?: KplayError
  /** Keys that keep their exact values when registered: ints beyond 2⁵³, floats. */
  readonly exact?: ReadonlyMap<string, Value>
  /** Tasks that are to run next. */
  readonly included?: Included
  readonly learnt?: Learnt
}

/** A module about the run itself: it is given the scope and never touches a host by steps. */
export interface ControlModule {
  readonly kind: 'control'
  readonly name: string
  readonly summary: string
  readonly notes?: string
  readonly args: Fields
  readonly examples: readonly { readonly title: string; readonly args: object }[]
  readonly freeForm?: string
  /** Arguments it evaluates itself, such as conditions. */
  readonly raw: readonly string[]
  /** Any argument name is fine: set_fact. */
  readonly anyArgs: boolean
  /** It works once, for all hosts of the play. */
  readonly once?: boolean
  /** Time passes, or a host goes away and comes back: what was known before it need not hold behind it. */
  readonly waits?: boolean
  /** The variables it would set: in a dry run that cannot tell their values nobody knows them from then on. */
  sets?(raw: ReadonlyMap<string, Raw>): Iterable<string>
  rule?(args: never): string | undefined
  run(args: never, context: ControlContext): Promise<ControlAnswer> | ControlAnswer
}

interface Definition<F extends Fields> {
  readonly name: string
  readonly summary: string
  readonly notes?: string
  readonly args: F
  readonly examples: readonly {
    readonly title: string
    readonly args: InputOf<F> & Readonly<Record<string, unknown>>
  }[]
  readonly freeForm?: keyof F & string
  readonly raw?: readonly (keyof F & string)[]
  readonly anyArgs?: boolean
  readonly once?: boolean
  readonly waits?: boolean
  sets?(raw: ReadonlyMap<string, Raw>): Iterable<string>
  rule?(args: ArgsOf<F>): string | undefined
  run(args: ArgsOf<F>, context: ControlContext): Promise<ControlAnswer> | ControlAnswer
}

export const defineControl = <const F extends Fields>(definition: Definition<F>): ControlModule =>
  Object.freeze({ raw: [], anyArgs: false, ...definition, kind: 'control' })
