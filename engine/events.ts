import type { KplayError, Place } from './errors.ts'
import type { Change, OutcomeStatus } from './model.ts'
import type { Plain } from './value.ts'

/** A failure as data: what the reporters show. */
export interface Failure {
  readonly error: KplayError
  /** Last log lines or what else the module read after the failure. */
  readonly evidence?: string | undefined
  /** The failing command's own output. */
  readonly stdout?: string | undefined
  readonly stderr?: string | undefined
  readonly code?: number | null | undefined
}

/** One result: of a task, or of one item of its loop. */
export interface Result {
  readonly host: string
  readonly status: OutcomeStatus
  readonly changes: readonly Change[]
  /** In words of the reporter: what would run or did run, secrets masked. */
  readonly steps: readonly string[]
  readonly failure?: Failure | undefined
  /** A failure that the task ignores. */
  readonly ignored?: boolean | undefined
  readonly warnings: readonly string[]
  /** The registered result as plain data, masked; for -v and JSON. */
  readonly values: Plain
  /** What debug or assert wants to say. */
  readonly message?: string | undefined
  /** The item's label within a loop. */
  readonly item?: string | undefined
  /** Why it was skipped: the condition that was false. */
  readonly reason?: string | undefined
  readonly noLog?: boolean | undefined
  /** Milliseconds. */
  readonly elapsed: number
}

export interface Counts {
  readonly ok: number
  readonly changed: number
  readonly skipped: number
  readonly failed: number
  readonly unreachable: number
  readonly maybe: number
  readonly ignored: number
  readonly rescued: number
}

/** Identifies one task within a run; the same for all hosts. */
export interface TaskInfo {
  readonly id: number
  readonly name: string
  /** Role it belongs to. */
  readonly role?: string | undefined
  readonly action: string
  readonly place: Place
  readonly handler: boolean
}

/** What happened, in order. `run/` emits, `report/` listens. */
export type Event =
  | {
      readonly type: 'run-start'
      readonly playbooks: readonly string[]
      readonly check: boolean
      readonly diff: boolean
      readonly hosts: readonly string[]
    }
  | { readonly type: 'play-start'; readonly name: string; readonly hosts: readonly string[]; readonly place: Place }
  | { readonly type: 'play-skipped'; readonly name: string; readonly reason: string }
  /** It ended before its last task on its last host; `untouched` are the hosts whose turn never came. */
  | { readonly type: 'play-stopped'; readonly reason: string; readonly untouched: readonly string[] }
  | { readonly type: 'host-connected'; readonly host: string; readonly elapsed: number }
  | { readonly type: 'unreachable'; readonly hosts: readonly string[]; readonly error: KplayError }
  | { readonly type: 'task-start'; readonly task: TaskInfo; readonly hosts: readonly string[] }
  | { readonly type: 'host-start'; readonly task: TaskInfo; readonly host: string }
  | { readonly type: 'progress'; readonly task: TaskInfo; readonly host: string; readonly text: string }
  | {
      readonly type: 'retry'
      readonly task: TaskInfo
      readonly host: string
      readonly attempt: number
      readonly of: number
    }
  | { readonly type: 'item'; readonly task: TaskInfo; readonly result: Result }
  | { readonly type: 'result'; readonly task: TaskInfo; readonly result: Result }
  | { readonly type: 'task-end'; readonly task: TaskInfo }
  | { readonly type: 'notified'; readonly host: string; readonly handler: string }
  /** Handlers that former runs notified and did not run are notified now. */
  | {
      readonly type: 'owed'
      readonly hosts: readonly string[]
      readonly handler: string
      /** When, and by which task; of the oldest. */
      readonly since: string
      readonly task: string
    }
  | { readonly type: 'warning'; readonly message: string; readonly place?: Place | undefined }
  /** Worth a line to those who ask: at which verbosity. */
  | { readonly type: 'note'; readonly message: string; readonly level: number }
  | { readonly type: 'interrupted'; readonly hard: boolean }
  | {
      readonly type: 'run-end'
      readonly recap: ReadonlyMap<string, Counts>
      readonly elapsed: number
      readonly interrupted: boolean
    }

export type Emit = (event: Event) => void
