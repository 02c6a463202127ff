import type { KplayError } from '../errors.ts'
import type { Failure } from '../events.ts'
import type { Reader } from '../host/reader.ts'
import type { RunStep } from '../host/step.ts'
import type { StepOptions, Target } from '../host/target.ts'
import type { Change } from '../model.ts'
import type { Local, ModuleArgs, ReadContext, ResultValues, State, StateModule, Wanted } from '../module/define.ts'
import type { Overlay } from './overlay/overlay.ts'
import type { Turn } from './turns.ts'

/** How one module ended on one target. */
export interface Converged {
  readonly status: 'ok' | 'changed' | 'failed' | 'maybe'
  readonly changes: readonly Change[]
  readonly steps: readonly string[]
  readonly values: ResultValues
  readonly warnings: readonly string[]
  readonly failure?: Failure | undefined
  /** In check mode: the values are those of a step that was not taken. */
  readonly predicted?: boolean
}

/** What a module saw, and what it wants of that. */
export interface Seen {
  readonly now: State
  readonly want: Wanted
}

/** What was seen behind a change, and which of that still differs. */
export interface Looked {
  readonly after: State
  readonly left: readonly string[]
}

/** What was done for a task before its turn. */
export interface Readied {
  readonly machine: string
  readonly module: StateModule
  readonly args: ModuleArgs
  readonly changes: readonly Change[]
  readonly steps: readonly string[]
}

export interface ConvergeContext extends ReadContext {
  readonly target: Target
  /** The target's own reader, or in check mode one that sees the overlay. */
  readonly reader: Reader
  /** Check mode is nothing but this: a place for predictions. */
  readonly overlay?: Overlay | undefined
  /** In check mode: whether anything is predicted by now, on any machine. */
  predicted?(): boolean
  readonly local: Local
  readonly stepOptions: StepOptions
  readonly mask: (text: string) => string
  /** A step that ended badly did so because it was told to. */
  aborted?(): boolean
  /** Awaited before the first step: what is owed for the change is written down first. */
  beforeSteps?(): Promise<void>
  /** Absent: nobody else works at the machine. */
  readonly turn?: Turn | undefined
  /** Lets what a step starts go on by itself; `values` is what its result would be, had it said nothing. */
  detach?(step: RunStep, values: ResultValues): RunStep
  /** Whether what is started here is started anew before the play ends: then it is watched, not now. */
  renewed?(): boolean
  /** Lets the host go on while what was started is watched; false: it is to be watched here. */
  goOn?(watch: () => Promise<KplayError | undefined>): boolean
  /** Told after each step, or as soon as what is asked is asked behind it: what readers remember is out of date. */
  changed(): void
  /** Told before something is waited for: what was asked a while ago no longer counts. */
  looksAnew?(): void
  /** Told when what was waited for was there at once: what was asked before that may be out of date. */
  met?(): void
  /** Told when the machine is looked at again as something was changed: what comes next may ask along with it. */
  askNext?(): void
  /** Told when time has passed, or a program or service was started: other machines may have changed too. */
  stirred?(): void
}
